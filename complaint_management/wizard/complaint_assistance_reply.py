from odoo import fields, models


class ComplaintAssistanceReply(models.TransientModel):
    _name = 'complaint.assistance.reply'
    _description = "Reply to a Request for Assistance"
    _inherit = ['complaint.dialog.mixin']

    assistance_id = fields.Many2one(
        comodel_name='complaint.assistance', required=True, ondelete='cascade'
    )
    kind = fields.Selection(
        selection=[('answer', "Answer"), ('decline', "Decline")], default='answer', required=True
    )
    request = fields.Text(related='assistance_id.request')
    text = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        case = self.assistance_id.case_id
        if self.kind == 'decline':
            self.assistance_id._decline(self.text)
        else:
            self.assistance_id._answer(self.text)
        if case.has_access('read'):
            return {'type': 'ir.actions.act_window_close'}
        # The case is lent no longer: its form could not be shown any more.
        return {**self.env['complaint.case'].action_open_board(), 'target': 'main'}
