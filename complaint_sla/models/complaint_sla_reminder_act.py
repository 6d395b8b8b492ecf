from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_datetime

ACTIVITY = 'complaint_sla.mail_activity_type_deadline'

# Later than this after the moment, what is done says when it was due.
PUNCTUAL = timedelta(minutes=10)


class ComplaintSlaReminderAct(models.Model):
    """What is done for rows that are due, in batches."""

    _inherit = 'complaint.sla.reminder'

    def _act(self):
        """Mark these rows as done and do what their escalations say, oldest first.

        The marks come first: a raised grade or another handler may end clocks, and with them
        what is planned.

        :raise Exception: whatever fails; the caller undoes all and finds the culprit by halves
        """
        if not self:
            return
        rows = self.sorted(lambda row: (row.due_at, row.id))
        now = self._get_now()
        values = {'state': 'done', 'done_at': now, 'next_try_at': False, 'error': False}
        told = rows.filtered(lambda row: row._is_in_digest())
        (rows - told).write(values)
        told.write({**values, 'is_digest_due': True})
        rows._plan_repetitions()
        for action, group in rows.grouped(lambda r: r.escalation_id.action or 'activity').items():
            if method := getattr(group, f'_act_{action}', None):
                method()
        rows._record_escalations()

    def _is_in_digest(self):
        """Say whether the mail that sums up names this row; examples send no mails."""
        if not self.user_id or self.case_id.is_example:
            return False
        if self.escalation_id.action == 'mail' and self.escalation_id.mail_template_id:
            return False
        if self.user_id.email:
            return True
        if self.escalation_id.action == 'mail':
            raise UserError(
                self.env._(
                    "%(name)s has no e-mail address. Enter one in the settings of the user.",
                    name=self.user_id.name,
                )
            )
        return False

    # === ACTIONS === #

    def _act_activity(self):
        cases = self.env['complaint.case'].with_context(complaint_quiet_activity=True)
        # Who stands in for others is asked once about a limit, by the last of these rungs.
        asked = {(row.clock_id, row.user_id): row for row in self}
        cases._create_activities([row._prepare_activity_values() for row in asked.values()])

    def _prepare_activity_values(self):
        """Return the values of an activity, in the language and zone of who gets it."""
        case, user = self.case_id, self.user_id
        row = self._with_reader(user)
        due = fields.Datetime.context_timestamp(row, row.clock_id.deadline)
        return case._prepare_activity(
            ACTIVITY,
            user.id,
            row._get_headline(),
            note=Markup('<p>%s</p>') % row._get_sentence(),
            date_deadline=due.date(),
            res_name=case.display_name,
            complaint_reminder_id=self.id,
        )

    def _act_message(self):
        bodies = {}
        for row in self:
            reader = row._with_reader(row.user_id)
            text = self.env._(
                "%(headline)s %(sentence)s Told: %(person)s",
                headline=reader._get_headline(),
                sentence=reader._get_sentence(),
                person=row.user_id.name,
            )
            bodies[row.case_id.id] = bodies.get(row.case_id.id, Markup()) + (
                Markup('<p>%s</p>') % text
            )
        self.case_id._message_log_batch(bodies)

    def _act_mail(self):
        with_template = self.filtered('escalation_id.mail_template_id')
        groups = with_template.grouped(lambda r: (r.escalation_id.mail_template_id, r.user_id))
        for (template, user), rows in groups.items():
            told = [Command.set(user.partner_id.ids)]
            mails = template.send_mail_batch(
                rows.case_id.ids,
                email_values={
                    **{'recipient_ids': told, 'partner_ids': told},
                    **{'email_to': '', 'email_cc': ''},
                },
            )
            by_case = {mail.res_id: mail for mail in mails}
            for row in rows:
                row.mail_id = by_case.get(row.case_id.id)
        if with_template:
            self.env['complaint.inform.rule']._wake_mail_queue()

    def _act_raise_grade(self):
        for row in self:
            row._raise_grade(row._get_next_grade())

    def _act_set_grade(self):
        for row in self:
            grade = row.escalation_id.grade_id
            if not grade.active:
                raise UserError(
                    self.env._(
                        "The grade to which the complaint should rise no longer exists. Choose "
                        "another one for this escalation."
                    )
                )
            row._raise_grade(grade)

    def _get_next_grade(self):
        """Return the grade just above that of the case in its procedure, possibly none."""
        case, facts = self.case_id, self.env['complaint.grade']._get_facts()
        rank = facts.get(case.grade_id.id, (0,))[0]
        above = [
            (facts[grade_id][0], grade_id)
            for grade_id in facts
            if facts[grade_id][0] > rank and facts[grade_id][1] in (False, case.procedure_id.id)
        ]
        return case.grade_id.browse(min(above)[1] if above else ())

    def _raise_grade(self, grade):
        """Give the case a graver grade; one that it has already, or surpasses, stays."""
        case = self.case_id
        if grade and grade.rank > case.grade_id.rank:
            reason = self.env._("Escalated: %(limit)s", limit=self.policy_id.name)
            case.write({'grade_id': grade.id, 'grade_reason': reason})

    def _act_reassign(self):
        for user, rows in self.grouped('user_id').items():
            cases = rows.case_id.filtered(lambda case, user=user: case.handler_id != user)
            if cases:
                note = self.env._("Escalated: the time limit is not kept.")
                cases._assign({'handler_id': user.id}, note)

    def _act_server_action(self):
        for action, rows in self.grouped(lambda r: r.escalation_id.server_action_id).items():
            if not action:
                raise UserError(
                    self.env._(
                        "The server action of this escalation no longer exists. Choose another one."
                    )
                )
            for case in rows.case_id:
                action.with_context(
                    active_model=case._name, active_id=case.id, active_ids=case.ids
                ).run()

    # === HISTORY === #

    def _record_escalations(self):
        """Stamp what went beyond a reminder into the histories of the cases."""
        names = {}
        for row in self.filtered('user_id'):
            key = (row.clock_id, row.escalation_id, row.repetition)
            names.setdefault(key, []).append(row.user_id.name)
        events = [
            row.case_id._prepare_event(
                'escalated',
                {
                    'limit': row.policy_id.name,
                    'rung': row.escalation_id.display_name,
                    'action': row.escalation_id.action,
                    'due_at': fields.Datetime.to_string(row.due_at),
                    'told': names.get((row.clock_id, row.escalation_id, row.repetition), []),
                },
            )
            for row in self
            if row.escalation_id.is_recorded and not row.is_extra
        ]
        self.env['complaint.event']._record(events)

    # === WORDS === #

    def _with_reader(self, user):
        """Return this row as a person reads it: in their language and time zone."""
        return self.with_context(
            lang=user.lang or self.env.lang, tz=user.tz or self.clock_id.tz or 'UTC'
        )

    def _get_headline(self):
        """Return the few words under which people find it: what happened to which limit."""
        limit = self.policy_id.name
        if note := self.escalation_id.note:
            return self.env._("%(note)s: %(limit)s", note=note, limit=limit)
        now, deadline = self._get_now(), self.clock_id.deadline
        if now > deadline and self.due_at > deadline:
            return self.env._("Late: %(limit)s", limit=limit)
        if now < deadline:
            return self.env._("At risk: %(limit)s", limit=limit)
        return self.env._("Deadline: %(limit)s", limit=limit)

    def _get_sentence(self):
        """Return when the limit is due, and, unless it is told punctually, since when it is known.

        "due at … sent at …" is what people read after an outage.
        """
        deadline = self._format_moment(self.clock_id.deadline)
        now = self._get_now()
        if now - self.due_at <= PUNCTUAL:
            return self.env._("Due %(moment)s.", moment=deadline)
        return self.env._(
            "Due %(moment)s. This notice was due at %(due)s and sent at %(sent)s.",
            moment=deadline,
            due=self._format_moment(self.due_at),
            sent=self._format_moment(now),
        )

    @api.model
    def _format_moment(self, moment):
        return format_datetime(self.env, moment, tz=self.env.context.get('tz'), dt_format='short')
