from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# What a look back needs of a clock.
KEPT_FIELDS = ('state', 'deadline', 'warn_at')


class ComplaintSlaClockAsOf(models.Model):
    """What a clock said before: kept in its own row, so that keeping it costs no query."""

    _inherit = 'complaint.sla.clock'

    # [{'until': text in UTC, 'state': …, 'deadline': text in UTC, 'warn_at': the same or False},
    # …], oldest first; old rows do not tell the last one
    past = fields.Json(readonly=True)

    def write(self, vals):
        """Keep what state and dates were until now."""
        if not vals.keys() & set(KEPT_FIELDS):
            return super().write(vals)
        for clock in self:
            super(ComplaintSlaClockAsOf, clock).write({**vals, **clock._prepare_past(vals)})
        return True

    def _prepare_past(self, vals):
        self.ensure_one()
        now = fields.Datetime.to_string(self._get_now())
        past = self.past or []
        is_change = any(
            name in vals and self._fields[name].convert_to_write(self[name], self) != vals[name]
            for name in KEPT_FIELDS
        )
        if not is_change or (past and past[-1]['until'] == now):
            return {}
        row = {
            'until': now,
            'state': self.state,
            'deadline': fields.Datetime.to_string(self.deadline),
            'warn_at': fields.Datetime.to_string(self.warn_at),
        }
        return {'past': [*past, row]}

    def _get_as_of(self, moment):
        """Return the state and the deadline of this clock at a moment, None if it was not there.

        :param datetime moment: UTC, whole seconds
        :return: (state, naive UTC datetime)
        """
        self.ensure_one()
        if self.create_date.replace(microsecond=0) > moment:
            return None
        if row := self._get_past_row(moment):
            return row['state'], fields.Datetime.to_datetime(row['deadline'])
        return self.state, self.deadline

    def _get_past_row(self, moment):
        """Return what was kept of a moment; None where all is as it was then."""
        text = fields.Datetime.to_string(moment)
        return next((row for row in self.past or () if row['until'] > text), None)

    def _get_warning_as_of(self, moment):
        """Return from when on this clock was at risk, as known at a moment, False if never.

        :return: None where it is not known
        """
        self.ensure_one()
        row = self._get_past_row(moment)
        if row and 'warn_at' in row:
            return fields.Datetime.to_datetime(row['warn_at']) or False
        if row and row['deadline'] != fields.Datetime.to_string(self.deadline):
            return None
        return self.warn_at

    def _get_late_as_of(self, moment):
        """Return whether this clock was late at a moment, None where it is not known."""
        state, deadline = self._get_as_of(moment)
        if state == 'running':
            return deadline < moment
        if state in ('paused', 'superseded'):
            return None  # by when they stood still, which is not kept
        return state == 'missed'

    # === ALL CLOCKS AT ONCE === #

    @api.model
    def _find_changed_since(self, moment):
        """Return the clocks that began or changed after a moment, of cases that were there by then.

        One query.

        :param datetime moment: UTC, whole seconds
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT clock.id
                  FROM complaint_sla_clock clock
                  JOIN complaint_case ON complaint_case.id = clock.case_id
                 WHERE complaint_case.create_date < %(next_second)s
                   AND (clock.create_date >= %(next_second)s
                        OR clock.past -> -1 ->> 'until' > %(until)s)
              ORDER BY clock.id
                """,
                next_second=moment + timedelta(seconds=1),
                until=fields.Datetime.to_string(moment),
            )
        )
        return self.browse(number for (number,) in rows)

    def _read_changed(self, moment):
        """Return what was known at a moment of these clocks, which have changed since.

        As `complaint.case._read_changed_since`, of 'state', 'deadline' and 'is_late'.

        :param datetime moment: UTC, whole seconds
        :return: {field name: {clock id: answer as in `complaint.case.get_as_of`}}
        """
        cases = self.env['complaint.case']
        found = {name: {} for name in ('state', 'deadline', 'is_late')}
        for clock in self:
            if not (was := clock._get_as_of(moment)):
                continue
            late = clock._get_late_as_of(moment)
            deadline = fields.Datetime.to_string(was[1])
            found['state'][clock.id] = cases._get_known(was[0], was[0])
            found['deadline'][clock.id] = cases._get_known(deadline, deadline)
            found['is_late'][clock.id] = (
                cases._get_unknown() if late is None else cases._get_known(late, '')
            )
        return found
