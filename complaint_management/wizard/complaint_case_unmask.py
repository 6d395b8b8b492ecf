from odoo import fields, models

from ..const import UNMASK_MINUTES


class ComplaintCaseUnmask(models.TransientModel):
    _name = 'complaint.case.unmask'
    _description = "Show Contact Data"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    reason = fields.Char(required=True)
    minutes = fields.Integer(string="Minutes shown", default=UNMASK_MINUTES, readonly=True)

    def action_confirm(self):
        self.ensure_one()
        self.case_id._unmask(self.reason)
        return {'type': 'ir.actions.act_window_close'}
