from odoo import api, fields, models


class ComplaintSlaPauseCorrect(models.TransientModel):
    _name = 'complaint.sla.pause.correct'
    _description = "Correct a Pause of Time Limits"
    _inherit = ['complaint.dialog.mixin']

    pause_id = fields.Many2one(
        comodel_name='complaint.sla.pause', required=True, ondelete='cascade'
    )
    take_back = fields.Boolean(
        string="There was no pause",
        help="The time limits are reckoned as if they had run all the time.",
    )
    paused_at = fields.Datetime(
        string="Paused at", compute='_compute_times', store=True, readonly=False
    )
    resumed_at = fields.Datetime(
        string="Resumed at",
        compute='_compute_times',
        store=True,
        readonly=False,
        help="Empty: it still lasts.",
    )
    reason = fields.Text(string="What was wrong", required=True)

    @api.depends('pause_id')
    def _compute_times(self):
        for wizard in self:
            wizard.paused_at = wizard.pause_id.paused_at
            wizard.resumed_at = wizard.pause_id.resumed_at

    def action_confirm(self):
        self.ensure_one()
        if self.take_back:
            self.pause_id._take_back(self.reason)
        else:
            self.pause_id._correct(
                self.paused_at or self.pause_id.paused_at, self.resumed_at, self.reason
            )
        return {'type': 'ir.actions.act_window_close'}
