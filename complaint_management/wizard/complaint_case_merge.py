from odoo import api, fields, models


class ComplaintCaseMerge(models.TransientModel):
    _name = 'complaint.case.merge'
    _description = "Merge Complaints"
    _inherit = ['complaint.dialog.mixin']

    case_ids = fields.Many2many(
        comodel_name='complaint.case',
        string="Complaints",
        required=True,
        default=lambda self: self._get_default_cases(),
    )
    is_single = fields.Boolean(compute='_compute_is_single')
    survivor_id = fields.Many2one(
        comodel_name='complaint.case',
        string="The complaint that stays",
        required=True,
        compute='_compute_survivor_id',
        store=True,
        readonly=False,
        ondelete='cascade',
        domain="[('duplicate_of_id', '=', False), "
        "('id', 'not in' if is_single else 'in', case_ids)]",
    )
    reason = fields.Text()

    @api.model
    def _get_default_cases(self):
        if self.env.context.get('active_model') != 'complaint.case':
            return False
        return self.env.context.get('active_ids')

    @api.depends('case_ids')
    def _compute_is_single(self):
        for wizard in self:
            wizard.is_single = len(wizard.case_ids) == 1

    @api.depends('case_ids')
    def _compute_survivor_id(self):
        for wizard in self:
            if wizard.is_single:
                wizard.survivor_id = wizard.case_ids._origin._find_likely_survivor()
            else:
                still_open = wizard.case_ids.filtered(lambda case: not case.is_closed)
                oldest = (still_open or wizard.case_ids).sorted('received_at')
                wizard.survivor_id = oldest[:1]

    def action_confirm(self):
        """Merge, and show the complaint that stays."""
        self.ensure_one()
        (self.case_ids - self.survivor_id)._mark_duplicate(self.survivor_id, self.reason)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'complaint.case',
            'res_id': self.survivor_id.id,
            'views': [(False, 'form')],
        }
