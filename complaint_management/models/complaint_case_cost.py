from odoo import api, fields, models


class ComplaintCaseCost(models.Model):
    """What a case costs, all kinds together."""

    _inherit = 'complaint.case'

    use_costs = fields.Boolean(related='procedure_id.use_costs')
    cost_ids = fields.One2many(
        comodel_name='complaint.cost', inverse_name='case_id', string="Failure costs"
    )
    cost_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Currency of the costs"
    )
    cost_total = fields.Monetary(
        string="Failure costs in total",
        compute='_compute_cost_total',
        currency_field='cost_currency_id',
    )

    @api.depends('cost_ids.amount_company')
    def _compute_cost_total(self):
        """Add up the lines themselves: whoever shows the total shows the lines too."""
        for case in self:
            case.cost_total = sum(case.cost_ids.mapped('amount_company'))

    def action_view_costs(self):
        """Open the costs of this case."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_cost_action'
        )
        context = {'default_case_id': self.id}
        return {**action, 'domain': [('case_id', '=', self.id)], 'context': context}
