from odoo import fields, models
from odoo.exceptions import UserError


class ComplaintCasePause(models.TransientModel):
    _name = 'complaint.case.pause'
    _description = "Pause or Resume Time Limits"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(
        comodel_name='complaint.case', string="Complaint", required=True, ondelete='cascade'
    )
    kind = fields.Selection(
        selection=[('pause', "Pause"), ('resume', "Resume")],
        string="What to do",
        required=True,
        default='pause',
    )
    reason_id = fields.Many2one(comodel_name='complaint.sla.pause.reason')
    pause_reason = fields.Char(related='case_id.sla_pause_reason')
    moment = fields.Datetime(string="From when", help="Empty: now.")
    note = fields.Text()

    def action_confirm(self):
        self.ensure_one()
        moment = self.moment or None
        if self.kind == 'resume':
            self.case_id._resume_limits(self.note, moment)
        elif not self.reason_id:
            raise UserError(self.env._("Choose why the time limits stand still."))
        else:
            self.case_id._pause_limits(self.reason_id, self.note, moment)
        return {'type': 'ir.actions.act_window_close'}
