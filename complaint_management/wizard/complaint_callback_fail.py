from odoo import fields, models

from ..models.complaint_callback import MEANS


class ComplaintCallbackFail(models.TransientModel):
    _name = 'complaint.callback.fail'
    _description = "Failed Callback"
    _inherit = ['complaint.dialog.mixin']

    callback_id = fields.Many2one(
        comodel_name='complaint.callback', required=True, ondelete='cascade'
    )
    means = fields.Selection(selection=MEANS, required=True, default='phone')
    outcome = fields.Selection(
        selection=[
            ('no_answer', "No answer"),
            ('wrong_number', "Wrong number"),
            ('refused', "Wants no callback"),
        ],
        required=True,
        default='no_answer',
    )
    attempted_at = fields.Datetime(string="Tried at", required=True, default=fields.Datetime.now)
    note = fields.Char()

    def action_confirm(self):
        self.ensure_one()
        self.callback_id._record_attempt(self.means, self.outcome, self.note, self.attempted_at)
        return {'type': 'ir.actions.act_window_close'}
