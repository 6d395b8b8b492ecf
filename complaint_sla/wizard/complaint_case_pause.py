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
    member_count = fields.Integer(related='case_id.member_count')
    with_members = fields.Boolean(
        string="Also the joined complaints",
        default=True,
        help="The complaints that are handled with this one wait, and go on, together with it.",
    )

    def action_confirm(self):
        self.ensure_one()
        moment = self.moment or None
        if self.kind == 'resume':
            self._resume(moment)
        else:
            self._pause(moment)
        return {'type': 'ir.actions.act_window_close'}

    def _pause(self, moment):
        if not self.reason_id:
            raise UserError(self.env._("Choose why the time limits stand still."))
        self.case_id._pause_limits(self.reason_id, self.note, moment)
        if self.with_members:
            self.case_id._pause_members(self.reason_id, self.note, moment)

    def _resume(self, moment):
        reasons = self.case_id.sudo()._get_open_pauses().reason_id  # asked for rights just below
        self.case_id._resume_limits(self.note, moment)
        if self.with_members:
            self.case_id._resume_members(reasons, self.note, moment)
