from odoo import api, fields, models


class ComplaintCaseRequestRuling(models.TransientModel):
    _name = 'complaint.case.request.ruling'
    _description = "Request a Ruling"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    proposed = fields.Selection(
        selection=lambda self: self._get_proposals(), string="Proposed ruling", required=True
    )
    opinion = fields.Text(string="Your own opinion", required=True)

    @api.model
    def _get_proposals(self):
        """Return the rulings that can be proposed, in the user's language."""
        rulings = self.env['complaint.case']._fields['validity']._description_selection(self.env)
        return [(value, label) for value, label in rulings if value != 'undetermined']

    def action_confirm(self):
        self.ensure_one()
        self.case_id._request_ruling(self.opinion, self.proposed)
        return {'type': 'ir.actions.act_window_close'}
