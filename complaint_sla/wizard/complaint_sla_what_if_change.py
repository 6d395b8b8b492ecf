from contextlib import contextmanager, suppress

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..models.complaint_sla_clock import OPEN_STATES
from ..tools.pretence import Pretence
from .complaint_sla_what_if import DRAFT_FIELDS


class _TakenBack(Exception):
    """Ends what was only tried out."""


class ComplaintSlaWhatIfChange(models.TransientModel):
    """What a what-if changes, and how that is tried out without a trace."""

    _inherit = 'complaint.sla.what.if'

    # === THE CHANGE === #

    def _get_change(self):
        """Return what would be changed, as plain values fit for JSON.

        :raise UserError: nothing would be changed
        """
        self.ensure_one()
        if self.subject == 'calendar':
            change = self._get_calendar_change()
        else:
            change = self._get_policy_change()
        if not change:
            raise UserError(self.env._("Nothing is different yet. Change something first."))
        return change

    def _get_policy_change(self):
        policy = self.policy_id
        if not policy:
            raise UserError(self.env._("Choose a policy first."))
        wanted = {name: self._get_plain(self, name) for name in DRAFT_FIELDS}
        values = {
            name: value for name, value in wanted.items() if value != self._get_plain(policy, name)
        }
        is_same = not values and policy.state == 'active' and self.scope == 'running'
        if is_same and not self._has_older_clocks(policy):
            return {}
        return {'policy': policy.id, 'scope': self.scope, 'values': values}

    def _has_older_clocks(self, policy):
        """Say whether limits run by an earlier version of a policy, so that they could move."""
        clocks = self.env['complaint.sla.clock'].sudo()  # of whatever case
        domain = [('policy_id', '=', policy.id), ('state', 'in', OPEN_STATES)]
        return bool(
            clocks.search_count([*domain, ('policy_version', '!=', policy.version)], limit=1)
        )

    def _get_calendar_change(self):
        if not self.hours_id:
            raise UserError(self.env._("Choose working hours first."))
        if not self.day_ids and not self.other_hours_id:
            return {}
        return {
            'calendar': self.hours_id.id,
            'other': self.other_hours_id.id,
            'days': [day._get_values() for day in self.day_ids.sorted('date')],
        }

    def _get_plain(self, record, name):
        value = record[name]
        return sorted(value.ids) if isinstance(value, models.BaseModel) else value

    # === MAKING IT === #

    def _make_change(self, change, tell):
        """Make a change and say what came of it.

        :param dict change: as `_get_change` returns it
        :param bool tell: whether the complaints get their events
        :return: {'live': number of limits that ran before, 'lines': create values of lines}
        :rtype: dict
        """
        self.ensure_one()
        if 'policy' in change:
            scope = SQL("policy_id = %s", change['policy'])
            make = self._change_policy
        else:
            scope = SQL("calendar_id = %s", change['calendar'])
            make = self._change_calendar
        before = self._read_clocks(SQL("%s AND state IN %s", scope, OPEN_STATES))
        make(change, tell)
        known = SQL("id IN %s", tuple(before) or (0,))
        if 'policy' in change:
            known = SQL("(%s OR %s AND state IN %s)", known, scope, OPEN_STATES)
        after = self._read_clocks(known)
        return {'live': len(before), 'lines': self._compare(before, after)}

    def _change_policy(self, change, tell):
        policy = self.env['complaint.sla.policy'].browse(change['policy'])
        values = {
            name: [Command.set(value)] if policy._fields[name].type == 'many2many' else value
            for name, value in self._prepare_values(policy, change['values']).items()
        }
        if policy.state == 'draft':
            values['state'] = 'active'
        if values:
            policy.write(values)
        policy._move_clocks(
            with_new=change['scope'] == 'open', cause='policy_applied' if tell else False
        )

    def _prepare_values(self, policy, values):
        """Return plain values as `write` takes them."""
        return {
            name: (value[0] if value else False)
            if policy._fields[name].type == 'many2one'
            else value
            for name, value in values.items()
        }

    def _change_calendar(self, change, tell):
        calendar = self.env['resource.calendar'].browse(change['calendar'])
        cause = 'calendar_edited' if tell else False
        if change['days']:
            self.env['complaint.workday']._set_days(calendar, change['days'])
            calendar._settle_working_time(limit=None, cause=cause)
        if change['other']:
            other = calendar.browse(change['other'])
            other._check_countable()
            self.env['complaint.sla.policy']._replace_calendar(calendar, other, cause=cause)

    # === READING === #

    def _read_clocks(self, condition):
        """Return {id: row} of the clocks that satisfy a condition in SQL."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT id, case_id, policy_id, responsible_id, department_id, deadline, "
                "state, paused_at FROM complaint_sla_clock WHERE %s",
                condition,
            )
        )
        return {row['id']: row for row in rows}

    def _compare(self, before, after):
        """Return the create values of one line for each clock that differs, in order of date."""
        now = self.env['complaint.sla.clock']._get_now()

        def is_open(row):
            return bool(row) and row['state'] in OPEN_STATES

        def is_late(row):
            return is_open(row) and (row['paused_at'] or now) > row['deadline']

        lines = []
        for clock_id in {**before, **after}:
            old, new = before.get(clock_id), after.get(clock_id)
            if is_open(old) and is_open(new):
                if old['deadline'] == new['deadline']:
                    continue
                change = 'later' if new['deadline'] > old['deadline'] else 'earlier'
            else:
                change = 'new' if is_open(new) else 'ended'
            row = new or old
            lines.append(
                {
                    'case_id': row['case_id'],
                    'policy_id': row['policy_id'],
                    'responsible_id': row['responsible_id'],
                    'department_id': row['department_id'],
                    'change': change,
                    'old_deadline': old and old['deadline'],
                    'new_deadline': new['deadline'] if is_open(new) else False,
                    'is_newly_late': is_late(new) and not is_late(old),
                    'is_rescued': is_late(old) and is_open(new) and not is_late(new),
                }
            )
        return sorted(
            lines,
            key=lambda line: (
                line['new_deadline'] or line['old_deadline'],
                line['case_id'],
                line['policy_id'],
            ),
        )

    # === TRYING OUT === #

    @contextmanager
    def _pretend(self):
        """Take back whatever is done inside with the what-if that this gives.

        Not even what waits for the commit is left: mails, notifications, triggers. What is kept
        in memory meanwhile stands under a name that nobody else knows.
        """
        self.ensure_one()
        cr = self.env.cr
        cr.flush()
        waiting = list(cr.postcommit._funcs), dict(cr.postcommit.data)
        try:
            with suppress(_TakenBack), cr.savepoint():
                yield self.with_context(**{Pretence.KEY: Pretence()})
                raise _TakenBack
        finally:
            cr.postcommit.clear()
            for function in waiting[0]:
                cr.postcommit.add(function)
            cr.postcommit.data.update(waiting[1])
            self.env.registry.clear_cache()
