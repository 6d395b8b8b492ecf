from odoo import api, fields, models
from odoo.tools import format_datetime

from .complaint_sla_clock import OPEN_STATES


class ComplaintCaseAsOf(models.Model):
    """The deadlines of a case as they were known at a moment."""

    _inherit = 'complaint.case'

    @api.model
    def _get_as_of_labels(self):
        label = self._fields['sla_clock_ids']._description_string(self.env)
        deadline = self._fields['sla_deadline']._description_string(self.env)
        return {**super()._get_as_of_labels(), 'sla_deadline': deadline, 'deadlines': label}

    def _read_as_of(self, moment):
        """Add the next deadline, and each limit that was open with its deadline.

        `deadlines` is a list of {'policy': id, 'state', 'deadline': text in UTC}.
        """
        values = super()._read_as_of(moment)
        for case_id, found in self._get_open_limits_as_of(moment).items():
            values[case_id] |= self._format_deadlines(found)
        return values

    def _get_open_limits_as_of(self, moment):
        """Return {case id: [(clock, state, deadline)]} of the limits that were open."""
        clocks = self.env['complaint.sla.clock'].search_fetch(
            [('case_id', 'in', self.ids)],
            ['case_id', 'policy_id', 'state', 'deadline', 'warn_at', 'past', 'create_date'],
            order='case_id, id',
        )
        by_case = clocks.grouped('case_id')
        return {
            case.id: [
                (clock, *was)
                for clock in by_case.get(case, clocks.browse())
                if (was := clock._get_as_of(moment)) and was[0] in OPEN_STATES
            ]
            for case in self
        }

    @api.model
    def _read_changed_since(self, moment, ids=None, clocks=None):
        """Add the next deadline, and from when on it was at risk, where a limit changed since.

        :param clocks: the limits that changed since, of whoever has asked for them already
        """
        found = super()._read_changed_since(moment, ids)
        moment = moment.replace(microsecond=0)
        if clocks is None:
            clocks = self.env['complaint.sla.clock']._find_changed_since(moment)
        cases = clocks.case_id
        if ids is not None:
            cases &= self.browse(ids)
        for case_id, limits in cases._get_open_limits_as_of(moment).items():
            running = [(clock, date) for clock, state, date in limits if state == 'running']
            dates = {
                'sla_deadline': [deadline for _clock, deadline in running],
                'sla_warn_at': [clock._get_warning_as_of(moment) for clock, _date in running],
            }
            for name, moments in dates.items():
                found.setdefault(name, {})[case_id] = self._find_first_as_of(moments)
        return found

    @api.model
    def _find_first_as_of(self, dates):
        """Return the answer that is the first of some dates, of which none may be unknown."""
        if None in dates:
            return self._get_unknown()
        first = min(filter(None, dates), default=False)
        return self._get_known(first and fields.Datetime.to_string(first), '')

    @api.model
    def _format_deadlines(self, found):
        """Return the answers for a list of (clock, state, deadline) that were open."""
        text = fields.Datetime.to_string
        states = dict(
            self.env['complaint.sla.clock']._fields['state']._description_selection(self.env)
        )
        found = sorted(found, key=lambda row: row[2])
        following = next(
            (deadline for _clock, state, deadline in found if state == 'running'), None
        )
        lines = [
            f'{clock.policy_id.name}: {format_datetime(self.env, deadline)} ({states[state]})'
            for clock, state, deadline in found
        ]
        return {
            'sla_deadline': self._get_known(
                text(following) if following else False,
                format_datetime(self.env, following) if following else '',
            ),
            'deadlines': self._get_known(
                [
                    {'policy': clock.policy_id.id, 'state': state, 'deadline': text(deadline)}
                    for clock, state, deadline in found
                ],
                '\n'.join(lines),
            ),
        }
