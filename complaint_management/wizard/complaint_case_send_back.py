from odoo import fields, models


class ComplaintCaseSendBack(models.TransientModel):
    _name = 'complaint.case.send.back'
    _description = "Send Complaint Back"
    _inherit = ['complaint.dialog.mixin']

    case_ids = fields.Many2many(comodel_name='complaint.case', required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        cases = self.case_ids
        cases._send_back(self.reason)
        if len(cases._filtered_access('read')) == len(cases):
            return {'type': 'ir.actions.act_window_close'}
        # The case has left this department: its form could not be shown any more.
        return {**self.env['complaint.case'].action_open_board(), 'target': 'main'}
