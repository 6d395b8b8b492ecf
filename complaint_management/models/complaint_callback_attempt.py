from odoo import api, fields, models
from odoo.exceptions import UserError

from .complaint_callback import MEANS

FAILED_OUTCOMES = ('no_answer', 'wrong_number')


class ComplaintCallbackAttempt(models.Model):
    """One try to reach the customer; it is kept as it was (DEVG-1.2-d: dated attempts)."""

    _name = 'complaint.callback.attempt'
    _description = "Attempt of a Callback"
    _inherit = ['complaint.case.line']
    _order = 'attempted_at desc, id desc'
    _rec_name = 'outcome'

    callback_id = fields.Many2one(
        comodel_name='complaint.callback', required=True, ondelete='cascade', index=True
    )
    case_id = fields.Many2one(related='callback_id.case_id', store=True, precompute=True)
    attempted_at = fields.Datetime(
        string="Tried at", required=True, default=lambda self: self.env.cr.now()
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete='restrict',
    )
    means = fields.Selection(selection=MEANS, required=True, default='phone')
    outcome = fields.Selection(
        selection=[
            ('reached', "Reached"),
            ('no_answer', "No answer"),
            ('wrong_number', "Wrong number"),
            ('refused', "Wants no callback"),
        ],
        required=True,
        default='no_answer',
    )
    note = fields.Char()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            {name: value for name, value in vals.items() if name not in ('case_id', 'user_id')}
            | {'user_id': self.env.uid}
            for vals in vals_list
        ]
        attempts = super().create(vals_list)
        callbacks = attempts.callback_id
        callbacks.check_access('write')
        callbacks._raise_obstacles(
            {**callbacks._get_calling_obstacles(), **callbacks._get_open_obstacles()}
        )
        for attempt in attempts:
            attempt.case_id._check_business_time(attempt.attempted_at, attempt.note)
        callbacks._note_attempts(attempts)
        return attempts

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: three attempts open the way to an abnormal closing, so each stays as it was."""
        raise UserError(self.env._("An attempt is kept as it was. Record another one."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(self.env._("An attempt is kept as it was. Record another one."))
