import hashlib
import json
from typing import NamedTuple

from odoo import api, fields, models

from ..tools.holds import cut_holds, join_pauses

# What may be written in another language each time; two traces that differ in it are the same.
WORDS = ('policy', 'calendar', 'name', 'names')


class Terms(NamedTuple):
    """What moves the deadlines of a batch of cases."""

    holds: dict  # {case id: [Hold]}
    extensions: dict  # {clock id: [Extension], in the order in which they were granted}
    inherited: dict  # {(case id, policy id): [(deadline, moment of the merge)]}
    dates: dict  # {source of the date: {case id: datetime}}


class ComplaintSlaClockReckon(models.Model):
    """From when to when a clock runs: start, pauses, extensions, a date that was set."""

    _inherit = 'complaint.sla.clock'

    # === READING === #

    @api.model
    def _read_terms(self, cases, clocks, rules, histories):
        """Read what moves the deadlines of these cases, each kind in one query or none.

        :rtype: Terms
        """
        held = cases.filtered(lambda case: histories[case.id].has_holds)
        extended = clocks.filtered('is_extended')
        fixed = rules.filtered(lambda rule: rule.limit_kind == 'fixed')
        return Terms(
            holds=held._get_holds() if held else {},
            extensions=extended.extension_ids._get_granted() if extended else {},
            inherited=self._read_inherited(histories),
            dates={
                source: self.env['complaint.sla.policy']._get_fixed_dates(source, cases)
                for source in {rule.date_from for rule in fixed}
            },
        )

    @api.model
    def _read_inherited(self, histories):
        """Return the deadlines that complaints had when they were merged into these cases."""
        merges = {
            duplicate_id: (case_id, moment)
            for case_id, history in histories.items()
            for duplicate_id, moment in history.merges
        }
        if not merges:
            return {}
        found = {}
        clocks = self.search([('case_id', 'in', list(merges)), ('state', '=', 'cancelled')])
        for clock in clocks:
            case_id, moment = merges[clock.case_id.id]
            if clock.stopped_at == moment:  # ended by the merge, not before it
                key = (case_id, clock.policy_id.id)
                found.setdefault(key, []).append((clock.deadline, moment))
        return found

    @api.model
    def _get_fixed_at(self, rule, case, span, batch):
        """Return the date by which a clock without counting goes, or None.

        Once it has ended, what is set afterwards changes nothing. A date that was taken away
        leaves the clock the one that it had.
        """
        if self.fixed_at and (span.stop or span.cancel):
            return self.fixed_at
        return batch.terms.dates[rule.date_from].get(case.id) or self.fixed_at or None

    # === RECKONING === #

    def _get_new_dates(self, rule, span, ending, batch):
        """Return the values of an existing clock that its start and what moves it decide.

        What has passed stays: a calendar that changes makes nobody late, and what is late
        already, or ended, does not move with it.
        """
        self.ensure_one()
        case = self.case_id
        calendar = self.calendar_id if self._has_countable_calendar() else self.calendar_id[:0]
        inputs = self._get_inputs(case, rule, span, ending, self.applied_at, batch)
        basis = self._get_basis(rule, calendar, inputs)
        kept = {'paused_at': self._get_paused_at(inputs, self.has_grace)}
        if basis == self.basis:
            return kept
        moment = kept['paused_at'] or batch.now
        same_history = (self.basis or '').split('/')[0] == basis.split('/')[0]
        if same_history and (ending.how or self.deadline <= moment):
            return kept
        values = self._reckon_dates(case, rule, calendar, inputs)
        if same_history and values['deadline'] < moment:
            return kept
        if values['deadline'] == self.deadline:
            if self._get_wordless(values['trace']) == self._get_wordless(self.trace):
                del values['trace']
            del values['deadline']
        return {**values, 'basis': basis}

    @api.model
    def _prepare_dates(self, case, rule, span, ending, calendar, applied_at, batch):
        """Return the same values for a new clock.

        :param calendar: resource.calendar in which it counts, empty for 24 × 7
        :param datetime applied_at: when a change of the case made the policy apply, or False
        """
        inputs = self._get_inputs(case, rule, span, ending, applied_at, batch)
        return {
            **self._reckon_dates(case, rule, calendar, inputs),
            'basis': self._get_basis(rule, calendar, inputs),
        }

    def _get_inputs(self, case, rule, span, ending, applied_at, batch):
        """Return all that the dates of a clock are reckoned from, besides rule and calendar."""
        terms, start = batch.terms, span.start.occurred_at
        holds = rule._filter_holds(terms.holds.get(case.id, ()))
        pauses, paused_at = cut_holds(holds, start, ending.moment)
        is_fixed = rule.limit_kind == 'fixed'
        return {
            'start': start,
            'is_imported': span.start.is_imported,
            'pauses': pauses,
            'paused_at': paused_at or False,
            'extensions': tuple(terms.extensions.get(self.id, ())),
            'fixed_at': self._get_fixed_at(rule, case, span, batch) if is_fixed else None,
            'applied_at': applied_at or False,
            'inherited': tuple(
                (deadline, moment)
                for deadline, moment in terms.inherited.get(
                    (case.id, (rule.current_id or rule).id), ()
                )
                if start <= moment
            ),
        }

    @api.model
    def _get_basis(self, rule, calendar, inputs):
        """Return a text that names what a deadline is reckoned from.

        Before the slash: rule, start and what moved it. After it: the working hours.
        """
        told = {name: value for name, value in inputs.items() if name != 'is_imported'}
        text = json.dumps([rule.version, calendar.id, told], default=str, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        return f'{digest}/{calendar.engine_token or ""}'

    @api.model
    def _reckon_dates(self, case, rule, calendar, inputs):
        """Return start, deadline, trace and what goes with them."""
        company = case.company_id
        timeline = rule._get_timeline(calendar, company)
        deadline, trace = rule._reckon(
            inputs['start'],
            calendar,
            company,
            pauses=inputs['pauses'],
            extensions=inputs['extensions'],
            fixed_at=inputs['fixed_at'],
        )
        deadline, trace, has_grace = self._add_grace(rule, deadline, trace, timeline, inputs)
        deadline, trace = self._keep_earliest(rule, deadline, trace, timeline, inputs)
        return {
            'started_at': inputs['start'],
            'deadline': deadline,
            'warn_at': rule._get_warn_at(inputs['start'], deadline, timeline, inputs['pauses']),
            'trace': trace,
            'has_grace': has_grace,
            'applied_at': inputs['applied_at'],
            'fixed_at': inputs['fixed_at'] or False,
            'paused_at': self._get_paused_at(inputs, has_grace),
            'paused_seconds': sum(
                rule._measure(begin, end, timeline) for begin, end in join_pauses(inputs['pauses'])
            ),
            'calendar_id': calendar.id,
            'tz': timeline.schedule.tz,
            'is_imported': inputs['is_imported'],
        }

    @api.model
    def _get_paused_at(self, inputs, has_grace):
        """Return since when a clock stands still, or False; a grace begins with its change."""
        paused_at = inputs['paused_at']
        return max(paused_at, inputs['applied_at']) if paused_at and has_grace else paused_at

    @api.model
    def _add_grace(self, rule, deadline, trace, timeline, inputs):
        """Return (deadline, trace, whether grace was given) of a clock that a change brought in.

        A limit that stands still since before its deadline is not past, however late it is now.
        """
        applied_at, paused_at = inputs['applied_at'], inputs['paused_at']
        if not applied_at or deadline >= (paused_at or applied_at):
            return deadline, trace, False
        deadline, trace, has_grace = rule._add_grace(deadline, trace, timeline, applied_at)
        if has_grace:
            deadline, trace = self._move_on(rule, deadline, trace, timeline, inputs, applied_at)
        return deadline, trace, has_grace

    @api.model
    def _keep_earliest(self, rule, deadline, trace, timeline, inputs):
        """Return the deadline, or an earlier one of a complaint that was merged into this one."""
        for earlier, moment in inputs['inherited']:
            if earlier >= deadline:
                continue
            step = {'code': 'merged', 'at': fields.Datetime.to_string(moment)}
            result = {'code': 'result', 'at': fields.Datetime.to_string(earlier)}
            moved = self._move_on(rule, earlier, [*trace, step, result], timeline, inputs, moment)
            if moved[0] < deadline:
                deadline, trace = moved
        return deadline, trace

    @api.model
    def _move_on(self, rule, deadline, trace, timeline, inputs, since):
        """Let pauses and extensions move a deadline that was not reckoned from the start.

        :param datetime since: only what came later; extensions count whenever they were granted
        """
        before = deadline
        for begin, end in join_pauses(inputs['pauses']):
            begin = max(begin, since)
            if begin < end and begin < deadline:
                deadline = rule._add_span(deadline, rule._measure(begin, end, timeline), timeline)
        for extension in inputs['extensions']:
            deadline = extension.until or rule._add_units(
                deadline, extension.value, extension.unit, timeline
            )
        if deadline != before:
            trace = [*trace, {'code': 'result', 'at': fields.Datetime.to_string(deadline)}]
        return deadline, trace

    @api.model
    def _get_wordless(self, value):
        """Return a trace without the words in it, fit to be compared."""
        if isinstance(value, dict):
            return {k: self._get_wordless(v) for k, v in value.items() if k not in WORDS}
        if isinstance(value, (list, tuple)):
            return [self._get_wordless(item) for item in value]
        return value
