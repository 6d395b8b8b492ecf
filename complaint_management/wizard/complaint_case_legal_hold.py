from odoo import fields, models


class ComplaintCaseLegalHold(models.TransientModel):
    """Asks why cases must be kept whole, or need no longer be."""

    _name = 'complaint.case.legal.hold'
    _description = "Legal Hold on Complaints"
    _inherit = ['complaint.dialog.mixin']

    case_ids = fields.Many2many(comodel_name='complaint.case', required=True)
    is_release = fields.Boolean()
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        if self.is_release:
            self.case_ids._release_legal_hold(self.reason)
        else:
            self.case_ids._set_legal_hold(self.reason)
        return {'type': 'ir.actions.act_window_close'}
