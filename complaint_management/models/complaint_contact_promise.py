from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..tools.dialogs import get_dialog


class ComplaintContactPromise(models.Model):
    """What was promised in a contact, and whether it was kept (PRIN-2-b, INS-5-b)."""

    _inherit = 'complaint.contact'

    promise = fields.Text(readonly=True)
    promise_date = fields.Datetime(string="Promised for", readonly=True)
    promise_state = fields.Selection(
        selection=[
            ('open', "To be kept"),
            ('kept', "Kept"),
            ('broken', "Broken"),
            ('withdrawn', "Withdrawn"),
        ],
        string="State of the promise",
        readonly=True,
    )
    promise_settled_at = fields.Datetime(string="Promise settled at", readonly=True)
    promise_note = fields.Text(string="Why it was not kept", readonly=True)
    promise_activity_id = fields.Many2one(
        comodel_name='mail.activity', readonly=True, ondelete='set null', index='btree_not_null'
    )
    is_promise_overdue = fields.Boolean(
        string="Overdue promise", compute='_compute_is_promise_overdue'
    )

    _open_promise_idx = models.Index("(promise_date) WHERE promise_state = 'open'")

    # === COMPUTE METHODS === #

    @api.depends('promise_state', 'promise_date')
    def _compute_is_promise_overdue(self):
        now = fields.Datetime.now()
        for contact in self:
            is_open = contact.promise_state == 'open' and contact.promise_date
            contact.is_promise_overdue = bool(is_open and contact.promise_date < now)

    # === MAKING A PROMISE === #

    @api.model
    def _check_promised_date(self, vals, occurred_at):
        """Refuse a promise without words, and one for a time before it was given."""
        date = fields.Datetime.to_datetime(vals.get('promise_date'))
        if not date:
            return
        if not (vals.get('promise') or '').strip():
            raise UserError(self.env._("Write down what was promised for that date."))
        if date < occurred_at:
            raise UserError(
                self.env._("The promised date lies before the contact in which it was promised.")
            )

    def _open_promises(self):
        """Remind whoever promised, and let the cases know their next promise."""
        promises = self.filtered(lambda c: c.promise_state == 'open' and c.promise_date)
        if promises:
            promises._schedule_promise_activities()
            promises.case_id._update_promised_at()

    def _schedule_promise_activities(self):
        """Give whoever promised something to do at that date; no mail."""
        due = self.filtered(
            lambda c: c.user_id.active and c.user_id not in c.case_id.sudo().recused_user_ids
        )
        activities = self.env['complaint.case']._create_activities(
            [
                contact.case_id._prepare_activity(
                    'mail.mail_activity_data_todo',
                    contact.user_id.id,
                    self.env._("Keep the promise"),
                    note=plaintext2html(contact.promise),
                    date_deadline=contact._get_promised_day(),
                    automated=False,
                )
                for contact in due
            ]
        )
        for contact, activity in zip(due, activities, strict=True):
            contact._write_internal({'promise_activity_id': activity.id})

    def _get_promised_day(self):
        """Return the promised day where the person lives who promised."""
        self.ensure_one()
        local = self.with_context(tz=self.user_id.tz)
        return fields.Datetime.context_timestamp(local, self.promise_date).date()

    # === ITS END === #

    def action_promise_kept(self):
        """Record that what was promised has been done."""
        return self._settle_promise('kept')

    def action_settle_promise(self):
        """Ask why the promise is not kept."""
        self.ensure_one()
        return get_dialog(
            'complaint.contact.settle.promise',
            self.env._("Promise not kept"),
            default_contact_ids=self.ids,
        )

    def _settle_promise(self, state, reason=None):
        """End open promises; what they reminded of is done.

        :param str state: 'kept', 'broken' or 'withdrawn'
        :param str reason: words of a person; needed when the promise was not kept
        :raise UserError: no open promise, or no reason
        """
        self.check_access('write')
        obstacles = []
        if any(contact.promise_state != 'open' for contact in self):
            obstacles.append(self.env._("Only an open promise can be settled."))
        if state != 'kept' and not (reason or '').strip():
            obstacles.append(self.env._("Say why the promise was not kept."))
        if obstacles:
            raise UserError('\n'.join(obstacles))
        activities = self.sudo().promise_activity_id  # may be somebody else's to-do
        self._write_internal(
            {
                'promise_state': state,
                'promise_settled_at': self.env.cr.now().replace(microsecond=0),
                'promise_note': reason,
            }
        )
        activities.unlink()
        self.case_id._update_promised_at()
        return True
