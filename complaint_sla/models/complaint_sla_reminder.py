from odoo import api, fields, models
from odoo.exceptions import AccessError

ADMIN = 'complaint_management.group_complaint_admin'


class ComplaintSlaReminder(models.Model):
    """One planned moment of one clock: who will be told, or what will be done, and when.

    Rows are the engine's. Those that are done stay as history; those of a clock that ended or
    moved are dropped or planned anew.
    """

    _name = 'complaint.sla.reminder'
    _description = "Complaint Reminder"
    _inherit = ['complaint.case.line']
    _anonymising = 'keep'
    _order = 'due_at desc, id desc'
    _rec_name = 'policy_id'
    _log_access = False

    case_id = fields.Many2one(readonly=True)
    clock_id = fields.Many2one(
        comodel_name='complaint.sla.clock',
        string="Time limit",
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    policy_id = fields.Many2one(related='clock_id.policy_id', string="Time-limit policy")
    escalation_id = fields.Many2one(
        comodel_name='complaint.sla.escalation',
        readonly=True,
        ondelete='cascade',
        index='btree_not_null',
        help="Empty: the policy has no ladder, so the handler is told at the deadline.",
    )
    repetition = fields.Integer(readonly=True, default=0, required=True, aggregator=False)
    is_extra = fields.Boolean(
        string="For one more person", readonly=True, help="The escalation tells several people."
    )
    is_current = fields.Boolean(
        string="Counts",
        readonly=True,
        default=True,
        help="Unset once the limit has ended or its deadline has moved on.",
    )

    # When
    due_at = fields.Datetime(string="Due at", required=True, readonly=True)
    next_try_at = fields.Datetime(
        string="Next try",
        readonly=True,
        help="Later than due: the person was not at work, or an earlier try failed.",
    )
    done_at = fields.Datetime(string="Done at", readonly=True)

    # What came of it
    state = fields.Selection(
        selection=[
            ('planned', "Scheduled"),
            ('mailing', "Mail to be sent again"),
            ('done', "Done"),
            ('failed', "Given up"),
        ],
        required=True,
        readonly=True,
        default='planned',
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Told",
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
    )
    attempts = fields.Integer(string="Failed tries", readonly=True, aggregator=False)
    error = fields.Text(string="What went wrong", readonly=True)
    is_digest_due = fields.Boolean(readonly=True, export_string_translation=False)
    mail_id = fields.Many2one(
        comodel_name='mail.mail', readonly=True, ondelete='set null', index='btree_not_null'
    )

    _clock_escalation_uniq = models.UniqueIndex(
        '(clock_id, COALESCE(escalation_id, 0), repetition) '
        'WHERE is_current AND is_extra IS NOT TRUE',
        "A time limit has one planned reminder for each escalation.",
    )
    # The tick asks for what is due by the first, and for the rest only where there is something.
    _due_idx = models.Index("(next_try_at, id) WHERE state IN ('planned', 'mailing')")
    _digest_idx = models.Index("(id) WHERE is_digest_due")
    _failed_idx = models.Index("(id) WHERE state = 'failed' AND is_current")

    # === ACTIONS === #

    @api.model
    def _check_is_admin(self):
        if not (self.env.su or self.env.user.has_group(ADMIN)):
            raise AccessError(self.env._("Only an administrator of complaints may do this."))

    def action_retry(self):
        """Try again at once what failed."""
        self._check_is_admin()
        self.check_access('read')
        rows_sudo = self.sudo()  # rows are the engine's
        failed = rows_sudo.filtered(lambda r: r.error and r.is_current and r.state != 'done')
        # What was done already is not done again, only its mail is sent.
        mails = failed.filtered('done_at')
        values = {'next_try_at': self._get_now(), 'attempts': 0}
        mails.write({**values, 'state': 'mailing'})
        (failed - mails).write({**values, 'state': 'planned'})
        if failed:
            self._trigger(self._get_now())
        return True

    @api.model
    def action_run_now(self):
        """Do at once what is due; safe while the scheduled action runs."""
        self._check_is_admin()
        # Whoever configures complaints may not start scheduled actions in general.
        cron_sudo = self.env.ref('complaint_sla.ir_cron_remind').sudo()
        cron_sudo.method_direct_trigger()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'message': self.env._("Done: whoever had to be reminded by now is reminded."),
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_now(self):
        """Return the transaction's time in whole seconds."""
        return self.env.cr.now().replace(microsecond=0)
