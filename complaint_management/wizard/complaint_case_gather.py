from odoo import api, fields, models


class ComplaintCaseGather(models.TransientModel):
    _name = 'complaint.case.gather'
    _description = "Gather into a Mass Complaint"
    _inherit = ['complaint.dialog.mixin']

    lead_id = fields.Many2one(
        comodel_name='complaint.case',
        required=True,
        default=lambda self: self._get_default_lead(),
        ondelete='cascade',
        domain=[('is_closed', '=', False), ('lead_case_id', '=', False)],
    )
    procedure_id = fields.Many2one(related='lead_id.procedure_id')
    company_id = fields.Many2one(related='lead_id.company_id')
    case_ids = fields.Many2many(
        comodel_name='complaint.case',
        string="Joined complaints",
        compute='_compute_case_ids',
        store=True,
        readonly=False,
        domain="[('is_closed', '=', False), ('procedure_id', '=', procedure_id), "
        "('company_id', '=', company_id), ('lead_case_id', '=', False), "
        "('member_count', '=', 0), ('id', '!=', lead_id)]",
    )

    @api.model
    def _get_selected_cases(self):
        cases = self.env['complaint.case']
        if self.env.context.get('active_model') != 'complaint.case':
            return cases
        return cases.browse(self.env.context.get('active_ids'))

    @api.model
    def _get_default_lead(self):
        """Return the lead among the selected complaints, else the oldest of them."""
        cases = self._get_selected_cases()
        leads = cases.filtered('member_count') or cases.lead_case_id or cases
        return leads.sorted('received_at')[:1]

    @api.depends('lead_id')
    def _compute_case_ids(self):
        selected = self._get_selected_cases()
        for wizard in self:
            lead = wizard.lead_id._origin
            if not lead:
                wizard.case_ids = False
            elif len(selected) > 1 or selected - lead:
                wizard.case_ids = (
                    selected.filtered(lambda c, lead=lead: c.lead_case_id != lead) - lead
                )
            else:
                wizard.case_ids = lead._find_gather_candidates()

    def action_confirm(self):
        """Gather, and show the lead."""
        self.ensure_one()
        self.lead_id._gather(self.case_ids)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'complaint.case',
            'res_id': self.lead_id.id,
            'views': [(False, 'form')],
        }
