from odoo import fields, models


class ComplaintCaseReassign(models.TransientModel):
    _name = 'complaint.case.reassign'
    _description = "Reassign Complaints"
    _inherit = ['complaint.dialog.mixin']

    case_ids = fields.Many2many(comodel_name='complaint.case', required=True)
    handler_id = fields.Many2one(
        comodel_name='res.users', required=True, domain=[('share', '=', False)]
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        self.case_ids._reassign(self.handler_id, self.reason)
        return {'type': 'ir.actions.act_window_close'}
