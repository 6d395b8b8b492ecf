from odoo import fields, models


class ComplaintCaseAnonymise(models.TransientModel):
    """Asks why cases are anonymised before the job would do it."""

    _name = 'complaint.case.anonymise'
    _description = "Anonymise Complaints"
    _inherit = ['complaint.dialog.mixin']

    case_ids = fields.Many2many(comodel_name='complaint.case', required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        self.case_ids._anonymise_on_request(self.reason)
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}
