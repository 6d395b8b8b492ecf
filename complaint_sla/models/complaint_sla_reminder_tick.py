import logging
from datetime import timedelta

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500

# What failed is tried again after these spans, then given up and shown to managers.
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))

# Batches that another process got ahead of are taken anew so often in one run.
COLLISIONS = 5


class ComplaintSlaReminderTick(models.Model):
    """The job that does what is due: each row once, whoever else runs it and whenever it dies."""

    _inherit = 'complaint.sla.reminder'

    # === THE JOB === #

    @api.model
    def _cron_tick(self):
        """Do what is due in batches, then send each person one mail that sums it up.

        A batch is committed together with its marks: a run that is killed has either done a row
        and knows it, or has not done it. Rows that another process holds are left to it.
        """
        cron = self.env['ir.cron']
        for step in ('_recall_mails', '_do_due', '_send_digests'):
            while done := self._run_alone(step):
                remaining = self._count_due() if done >= BATCH_SIZE else 0
                if not cron._commit_progress(done, remaining=remaining):
                    return
        if following := self._get_next_due():
            self._trigger(following)

    @api.model
    def _run_alone(self, step):
        """Run one step of the job; take what collides with another process anew.

        :return: number of rows done; 0 when nothing is left or others are always ahead
        """
        for _attempt in range(COLLISIONS):
            try:
                done = getattr(self, step)()
                self.env.flush_all()
                return done
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody committed one of these rows or cases since this transaction began to
                # look; a new one sees what they did.
                self.env.cr.rollback()
        self._trigger(self._get_now() + timedelta(minutes=1))
        return 0

    @api.model
    def _do_due(self):
        """Do one batch of what is due; return how many rows it took."""
        rows = self._claim(
            SQL(
                "SELECT id FROM complaint_sla_reminder "
                "WHERE state IN ('planned', 'mailing') AND next_try_at <= %s "
                "ORDER BY next_try_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
                self._get_now(),
                BATCH_SIZE,
            )
        )
        rows._do_isolated()
        return len(rows)

    @api.model
    def _claim(self, query):
        """Lock and return the rows of a query that no other process has taken."""
        self.flush_model()
        # Another run may win the race for a row; that is no error to log.
        self.env.cr.execute(query, log_exceptions=False)
        return self.browse(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _count_due(self):
        self.flush_model()
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM complaint_sla_reminder "
                "WHERE state IN ('planned', 'mailing') AND next_try_at <= %s",
                self._get_now(),
            )
        )
        return count

    @api.model
    def _get_next_due(self):
        """Return when the next row is due, or None."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT next_try_at FROM complaint_sla_reminder "
                "WHERE state IN ('planned', 'mailing') AND next_try_at > %s "
                "ORDER BY next_try_at LIMIT 1",
                self._get_now(),
            )
        )
        return rows[0][0] if rows else None

    # === ONE FAILURE STOPS NOTHING ELSE === #

    def _do_isolated(self):
        """Do these rows together; what fails is found by halves, and the rest is done."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                failures = self._do()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # nothing in this transaction can succeed any more
        except Exception as error:  # whatever an action of an administrator leads to
            if len(self) > 1:
                middle = len(self) // 2
                self[:middle]._do_isolated()
                self[middle:]._do_isolated()
                return
            _logger.info("Reminder %s failed and will be tried again", self.id, exc_info=True)
            failures = {self: str(error) or type(error).__name__}
        self._note_failures(failures)

    def _do(self):
        """Do these rows; return {row: why it could not be done}."""
        mailing = self.filtered(lambda row: row.state == 'mailing')
        mailing._send_mails_again()
        due = self - mailing
        # A clock that ended drops its rows; what is left here by a fault must not speak.
        over = due.filtered(lambda row: not row.clock_id._may_escalate())
        over._drop()
        ready, failures = (due - over)._settle_receivers()
        ready._act()
        return failures

    @api.model
    def _note_failures(self, failures):
        """Plan the next try of rows that failed, or give them up.

        :param dict failures: {row: text for an administrator}
        """
        now = self._get_now()
        for row, text in failures.items():
            values = {'attempts': row.attempts + 1, 'error': text}
            if row.attempts < len(RETRY_AFTER):
                values['next_try_at'] = now + RETRY_AFTER[row.attempts]
            else:
                values['state'] = 'failed'
            row.write(values)

    # === MAILS THAT DID NOT LEAVE === #

    @api.model
    def _recall_mails(self):
        """Note on the rows which of their mails could not be sent; they are sent again later.

        :return: 0: it is done in one go
        """
        self.flush_model()
        found = self.env.execute_query(
            SQL(
                "SELECT reminder.id, mail.state, mail.failure_reason "
                "FROM complaint_sla_reminder reminder "
                "JOIN mail_mail mail ON mail.id = reminder.mail_id "
                "WHERE reminder.state = 'done' AND mail.state IN ('exception', 'sent', 'cancel') "
                "AND reminder.is_current"
            )
        )
        lost = {self.browse(row[0]): row[2] for row in found if row[1] == 'exception'}
        settled = self.browse(row[0] for row in found if row[1] != 'exception')
        if settled:
            settled.write({'mail_id': False})
        if lost:
            unknown = self.env._("The mail could not be sent.")
            self._note_lost_mails({row: text or unknown for row, text in lost.items()})
        return 0

    @api.model
    def _note_lost_mails(self, failures):
        """Have the mails of rows sent again that are done but for them.

        :param dict failures: {row: text for an administrator}
        """
        self.union(*failures).write({'state': 'mailing', 'is_digest_due': False})
        self._note_failures(failures)

    def _send_mails_again(self):
        if not self:
            return
        mails = self.mail_id.filtered(lambda mail: mail.state == 'exception')
        mails.mark_outgoing()
        # A mail that could not even be written is written anew.
        self.filtered(lambda row: not row.mail_id).write({'is_digest_due': True})
        self.write({'state': 'done', 'next_try_at': False})
        if mails:
            self.env['complaint.inform.rule']._wake_mail_queue()
