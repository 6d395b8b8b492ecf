from odoo import fields, models


class ComplaintContactSettlePromise(models.TransientModel):
    _name = 'complaint.contact.settle.promise'
    _description = "Promise Not Kept"
    _inherit = ['complaint.dialog.mixin']

    contact_ids = fields.Many2many(comodel_name='complaint.contact', required=True)
    state = fields.Selection(
        selection=[('broken', "Broken"), ('withdrawn', "Withdrawn")],
        string="What became of it",
        required=True,
        default='broken',
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        self.contact_ids._settle_promise(self.state, self.reason)
        return {'type': 'ir.actions.act_window_close'}
