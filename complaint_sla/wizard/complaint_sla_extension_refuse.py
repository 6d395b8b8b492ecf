from odoo import fields, models


class ComplaintSlaExtensionRefuse(models.TransientModel):
    _name = 'complaint.sla.extension.refuse'
    _description = "Refuse an Extension"
    _inherit = ['complaint.dialog.mixin']

    extension_id = fields.Many2one(
        comodel_name='complaint.sla.extension', required=True, ondelete='cascade'
    )
    reason = fields.Text(string="Why not", required=True)

    def action_confirm(self):
        self.ensure_one()
        self.extension_id._check_may_decide()
        self.extension_id._refuse(self.reason)
        return {'type': 'ir.actions.act_window_close'}
