from odoo import fields, models


class ComplaintEventRevoke(models.TransientModel):
    _name = 'complaint.event.revoke'
    _description = "Revoke Event"
    _inherit = ['complaint.dialog.mixin']

    event_id = fields.Many2one(comodel_name='complaint.event', required=True, ondelete='cascade')
    case_id = fields.Many2one(related='event_id.case_id')
    occurred_at = fields.Datetime(related='event_id.occurred_at')
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        self.event_id._revoke(self.reason)
        return {'type': 'ir.actions.act_window_close'}
