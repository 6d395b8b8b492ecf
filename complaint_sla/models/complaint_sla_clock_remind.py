from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

BATCH_SIZE = 200


class ComplaintSlaClockRemind(models.Model):
    """How people learn of a deadline: one activity for each clock that falls due."""

    _inherit = 'complaint.sla.clock'

    # === PLANNING === #

    def _schedule_reminders(self):
        """Have the job run when the first of these clocks falls due, unless it runs before."""
        due = self.filtered(
            lambda clock: (
                clock.state == 'running' and not clock.reminded_at and not clock.is_imported
            )
        )
        if due:
            self._trigger_reminders(min(due.mapped('deadline')))

    @api.model
    def _trigger_reminders(self, moment):
        """Ask for a run of the job at a moment, unless one is asked for that is not later."""
        cron = self.env.ref('complaint_sla.ir_cron_remind', raise_if_not_found=False)
        if not cron:
            return
        cron_sudo = cron.sudo()  # whoever handles complaints cannot read scheduled actions
        now = self._get_now()
        moment = max(moment, now)
        # Triggers of the past belong to the run that is going on.
        standing = (
            self.env['ir.cron.trigger']
            .sudo()
            .search_count(  # idem
                [('cron_id', '=', cron_sudo.id), ('call_at', '>', now), ('call_at', '<=', moment)],
                limit=1,
            )
        )
        if not standing:
            cron_sudo._trigger(moment)

    # === THE JOB === #

    @api.model
    def _cron_remind(self):
        """Mark an activity for every clock whose deadline has come.

        Takes clocks in batches that no other process holds, and commits each batch together with
        its marks: a run that is killed has either told somebody and knows it, or neither.
        """
        cron = self.env['ir.cron']
        while True:
            try:
                clocks = self._claim_due(BATCH_SIZE)
            except SerializationFailure:
                # Another process committed one of these clocks since this one looked; the next
                # run sees what it did.
                self.env.cr.rollback()
                self._trigger_reminders(self._get_now() + timedelta(minutes=1))
                return
            if not clocks:
                break
            clocks._remind()
            remaining = self._count_due() if len(clocks) == BATCH_SIZE else 0
            if not cron._commit_progress(len(clocks), remaining=remaining):
                return
        if following := self._get_next_due():
            self._trigger_reminders(following)

    @api.model
    def _get_due_condition(self):
        """Return the condition of the index of clocks of which nobody has been told."""
        return SQL("state = 'running' AND reminded_at IS NULL AND is_imported IS NOT TRUE")

    @api.model
    def _claim_due(self, limit):
        """Lock and return clocks that are due and that no other process has taken."""
        self.flush_model()
        query = SQL(
            "SELECT id FROM complaint_sla_clock WHERE %s AND deadline <= %s "
            "ORDER BY deadline LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
            self._get_due_condition(),
            self._get_now(),
            limit,
        )
        # Another run may win the race for a clock; that is no error to log.
        self.env.cr.execute(query, log_exceptions=False)
        return self.browse(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _count_due(self):
        self.flush_model()
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM complaint_sla_clock WHERE %s AND deadline <= %s",
                self._get_due_condition(),
                self._get_now(),
            )
        )
        return count

    @api.model
    def _get_next_due(self):
        """Return the deadline of the next clock to fall due, or None."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT deadline FROM complaint_sla_clock WHERE %s AND deadline > %s "
                "ORDER BY deadline LIMIT 1",
                self._get_due_condition(),
                self._get_now(),
            )
        )
        return rows[0][0] if rows else None

    def _remind(self):
        """Make one activity for each of these clocks and note that it was made."""
        told = self.filtered(lambda clock: clock._get_reminded_user())
        own_type = self.env.ref(
            'complaint_sla.mail_activity_type_deadline', raise_if_not_found=False
        )
        shared = {'res_model_id': self.env['ir.model']._get_id('complaint.case'), 'automated': True}
        if own_type:  # else the default of activities
            shared['activity_type_id'] = own_type.id
        activities = (
            self.env['mail.activity']
            .with_context(
                mail_activity_quick_update=True,  # no mail to each assignee
                mail_create_nolog=True,
            )
            .create([{**shared, **clock._prepare_activity_values()} for clock in told])
        )
        now = self._get_now()
        self.write({'reminded_at': now})
        for clock, activity in zip(told, activities, strict=True):
            clock.activity_id = activity

    def _get_reminded_user(self):
        """Return who is told that this clock is due: the handler, else the leader of the team.

        Nobody who is recused, and nobody who has left.
        """
        self.ensure_one()
        case = self.case_id
        for user in (case.handler_id, case.team_id.leader_id):
            if user.active and user not in case.recused_user_ids:
                return user
        return self.env['res.users']

    def _prepare_activity_values(self):
        """Return what differs between activities, in the language and zone of who gets it."""
        self.ensure_one()
        user = self._get_reminded_user()
        clock = self.with_context(lang=user.lang or self.env.lang)
        moment = format_datetime(
            clock.env, clock.deadline, tz=user.tz or clock.tz, dt_format='short'
        )
        local = fields.Datetime.context_timestamp(
            clock.with_context(tz=user.tz or clock.tz), clock.deadline
        )
        return {
            'res_id': clock.case_id.id,
            'user_id': user.id,
            'summary': clock.env._("Deadline: %(limit)s", limit=clock.policy_id.name),
            'note': clock.env._("Due %(moment)s.", moment=moment),
            'date_deadline': local.date(),
        }

    def _release_activities(self):
        """Take back the activities of clocks that no longer run."""
        if activities := self.activity_id:
            activities.unlink()
