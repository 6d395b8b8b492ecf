from typing import NamedTuple

from odoo import api, fields, models

from ..tools.case_history import NOTHING, CaseHistory, Happening
from .complaint_sla_clock import OPEN_STATES

ENDED_BY_EVENT = ('met', 'missed')

# What a reconciliation reads of every clock; more than a thousand are read at once.
RECONCILED_FIELDS = (
    *('case_id', 'policy_id', 'policy_version', 'round', 'lap', 'state'),
    *('started_at', 'deadline', 'warn_at', 'stopped_at', 'paused_at', 'paused_seconds'),
    *('fixed_at', 'applied_at', 'has_grace', 'is_extended', 'is_imported', 'basis'),
    *('calendar_id', 'tz', 'company_id', 'responsible_id', 'department_id', 'past'),
)


class Batch(NamedTuple):
    """What the reconciliation of one batch of cases looks up again and again."""

    policies: models.BaseModel  # those in force, current versions
    versions: dict  # {(policy id, version): record with the rules of that version}
    case_ids: dict  # {id of such a record: ids of the cases to which it applies}
    histories: dict  # {case id: CaseHistory}
    spans: dict  # {(case id, rule id, round): [Span of each lap]}, filled as they are asked for
    terms: tuple  # what moves deadlines: Terms
    reopen_id: int
    concerned_ids: set  # policies that take what was recorded before they were in force
    retroactive_ids: set  # those of them that apply as if they had always been
    now: object  # datetime in UTC


class Ending(NamedTuple):
    """How a limit came to its end: `stop` and `cancel` by an event, else the state it is left in.

    An open limit has None in both.
    """

    how: str | None
    moment: object  # datetime in UTC


class Move(NamedTuple):
    """A deadline of an open clock that moved."""

    clock: models.BaseModel
    old: object  # datetime in UTC
    new: object
    by_calendar: bool  # nothing moved it but an edit of the working hours


class ComplaintSlaClockReconcile(models.Model):
    """How clocks follow the events: one way for a stamp, a revocation, a regrading, an import."""

    _inherit = 'complaint.sla.clock'

    # === ENTRANCE === #

    @api.model
    def _reconcile(self, cases, changed_fields=(), retroactive=None, cause=None, first_events=None):
        """Bring the clocks of cases in line with their events and with the policies in force.

        The same cases, events and policies always lead to the same rows, however often it runs. A
        case has at most one clock for each policy, round and lap. Clocks that exist keep the
        version of their policy; what does not change is not written.

        :param cases: complaint.case records
        :param changed_fields: names of case fields that just changed; a policy whose domain asks
            for one of them also applies to what was recorded before it came into force
        :param retroactive: complaint.sla.policy records that apply to what was recorded before
            as if they had been in force then, so that nothing needs a grace
        :param str cause: why deadlines may move that nothing in the history of the cases moves,
            as `calendar_edited`, `policy_applied`, `extended`; each case whose deadlines moved
            gets one event that tells the old and the new ones. Without a cause only an edit of
            the working hours is told, which may be noticed here before its own job comes; False
            tells nothing.
        :param first_events: complaint.event records, when they are all that ever happened to
            these cases: then nothing has to be looked up
        """
        if not cases:
            return
        # Clocks are the same whoever acts, and nobody but the engine may write them.
        engine, cases = self.sudo(), cases.sudo()
        # Of an anonymised case parts of the history are gone: its clocks stay as they are.
        cases = cases.filtered(lambda case: not case.anonymised_at)
        clocks = engine.browse()
        if first_events is None:
            clocks = engine.search_fetch([('case_id', 'in', cases.ids)], RECONCILED_FIELDS)
        if not clocks and not self.env['complaint.sla.policy']._get_ids_in_force():
            return
        retroactive_ids = set(retroactive.ids) if retroactive else set()
        batch = engine._prepare_batch(
            cases, clocks, set(changed_fields), retroactive_ids, first_events
        )
        # The dates of the cases follow from rows that are all known here.
        with self.env.protecting(cases._get_clock_fields(), cases):
            moves = clocks._apply_changes(batch)
            existing = {(c.case_id.id, c.policy_id.id, c.round, c.lap) for c in clocks}
            started = engine.create(
                [
                    vals
                    for case in cases
                    for vals in engine._prepare_new_clocks(case, existing, batch)
                ]
            )
            cases._set_clock_dates(clocks | started)
        (clocks | started)._schedule_reminders(started)
        if cause is None:
            cause = 'calendar_edited'
            moves = [move for move in moves if move.by_calendar]
        if cause:
            engine._record_moves(moves, cause)

    def _apply_changes(self, batch):
        """Write what changed on these clocks.

        :return: list of Move
        """
        moves = []
        for clock in self:
            if values := clock._get_changes(batch):
                if clock.state in OPEN_STATES and 'deadline' in values:
                    history, _slash, hours = (clock.basis or '').partition('/')
                    basis = values.get('basis', '').partition('/')
                    by_calendar = basis[0] == history and basis[2] != hours
                    moves.append(Move(clock, clock.deadline, values['deadline'], by_calendar))
                clock.write(values)
        return moves

    @api.model
    def _prepare_batch(self, cases, clocks, changed_fields, retroactive_ids, events=None):
        """Read once what all cases of the batch need."""
        policy_model = self.env['complaint.sla.policy']
        policies = policy_model.browse(policy_model._get_ids_in_force())
        versions = (policies | clocks.policy_id)._get_versions(
            {(clock.policy_id.id, clock.policy_version) for clock in clocks}
        )
        rules = policies | policy_model.browse(rule.id for rule in versions.values())
        reopen_id = self.env['complaint.milestone']._get_id_by_code('reopened')
        histories = self._get_histories(cases, rules, reopen_id, events)
        return Batch(
            policies=policies,
            versions=versions,
            case_ids={rule.id: set(rule._filter_cases(cases)._ids) for rule in rules},
            histories=histories,
            spans={},
            terms=self._read_terms(cases, clocks, rules, histories),
            reopen_id=reopen_id,
            concerned_ids={
                policy.id
                for policy in policies
                if policy.id in retroactive_ids or changed_fields & policy._get_condition_fields()
            },
            retroactive_ids=retroactive_ids,
            now=self._get_now(),
        )

    @api.model
    def _get_histories(self, cases, rules, reopen_id, events=None):
        """Return {case id: CaseHistory} of the events that count for these rules.

        :param events: complaint.event records that count, when they are known already
        """
        milestones = self.env['complaint.milestone']
        paused_id, merged_id = map(milestones._get_id_by_code, ('paused', 'merged'))
        asked = {reopen_id, paused_id, merged_id}
        for rule in rules:
            asked |= {rule.start_milestone_id.id, rule.stop_milestone_id.id}
            asked |= rule._get_cancel_milestone_ids()
        if events is None:
            events = self._read_events(cases, asked)
        happenings = {case.id: [] for case in cases}
        merges, held_ids = {}, set()
        for event in events:
            payload = event.payload or {}
            if 'rung' in payload:  # a time limit made it: nobody has reported anything up
                continue
            if event.milestone_id.id == paused_id:
                held_ids.add(event.case_id.id)
            elif event.milestone_id.id == merged_id and payload.get('is_survivor'):
                merges.setdefault(event.case_id.id, []).append((payload['case'], event.occurred_at))
            happenings[event.case_id.id].append(
                Happening(
                    occurred_at=event.occurred_at,
                    sequence=event.sequence,
                    event_id=event.id,
                    milestone_id=event.milestone_id.id,
                    round=event.round,
                    recorded_at=event.recorded_at,
                    is_imported=bool(payload.get('imported')),
                )
            )
        return {
            case.id: CaseHistory(
                happenings[case.id], case.round, merges.get(case.id, ()), case.id in held_ids
            )
            for case in cases
        }

    @api.model
    def _read_events(self, cases, milestone_ids):
        """Return the events of cases that nobody revoked, with what a history asks of them."""
        return self.env['complaint.event'].search_fetch(
            [
                ('case_id', 'in', cases.ids),
                ('milestone_id', 'in', list(milestone_ids)),
                ('revokes_id', '=', False),
                ('revoked_by_ids', '=', False),
            ],
            [
                'case_id',
                'milestone_id',
                'round',
                'sequence',
                'occurred_at',
                'recorded_at',
                'payload',
            ],
        )

    # === CLOCKS THAT EXIST === #

    def _get_changes(self, batch):
        """Return the values that differ from what the events and the policy now say."""
        self.ensure_one()
        rule = self._get_rule(batch)
        span = self._get_own_span(rule, batch)
        ending = self._get_ending(span, self._get_reason_to_end(span, batch), batch)
        values = {}
        if span.start:
            values.update(self._get_new_dates(rule, span, ending, batch))
        paused_at = values.pop('paused_at', False)
        deadline = values.get('deadline', self.deadline)
        state = self._get_state(ending, deadline, paused_at)
        values.update(
            state=state,
            stopped_at=ending.moment or False,
            paused_at=paused_at if state == 'paused' else False,
        )
        if state in OPEN_STATES:
            values.update(self._prepare_open(values, batch))
        return {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }

    def _get_rule(self, batch):
        """Return the record that holds the version of the policy by which this clock runs."""
        return batch.versions.get((self.policy_id.id, self.policy_version), self.policy_id)

    def _get_own_span(self, rule, batch):
        """Return what started and ended this clock; nothing when its lap has no start any more."""
        laps = self._get_spans(rule, self.case_id.id, self.round, batch)
        return laps[self.lap - 1] if self.lap <= len(laps) else NOTHING

    def _prepare_open(self, values, batch):
        """Return the values that only an open clock needs; `values` are those found so far."""
        deadline = values.get('deadline', self.deadline)
        is_on_time = (values['paused_at'] or batch.now) <= deadline
        return self._prepare_people(self.case_id) if is_on_time else {}

    def _get_reason_to_end(self, span, batch):
        """Return the state into which this clock passes because its policy left it, or None."""
        event = span.stop or span.cancel
        by_event = event and self.stopped_at == event.occurred_at and self.state == 'cancelled'
        if self.state in ENDED_BY_EVENT or by_event and not self.case_id.duplicate_of_id:
            return None
        return self._get_lost_state(batch)

    def _get_lost_state(self, batch):
        case, rule = self.case_id, self._get_rule(batch)
        if self.policy_id not in batch.policies:
            return 'cancelled'
        if case.duplicate_of_id:  # the complaint that stays carries the limit on
            return 'cancelled'
        if case.id not in batch.case_ids[rule.id] or self._lacks_date(rule, case, batch):
            return 'superseded'
        return None

    @api.model
    def _lacks_date(self, rule, case, batch):
        """Say whether a limit goes by a date that nobody has set, or that was taken away."""
        return rule.limit_kind == 'fixed' and not batch.terms.dates[rule.date_from].get(case.id)

    def _get_ending(self, span, lost_state, batch):
        """Return how this clock ended, as its events leave it.

        :param Span span: start, stop and cancel event
        :param str lost_state: the state that wins over all events, or None
        :rtype: Ending
        """
        if not span.start:
            lost_state = 'cancelled'
        event = span.stop or span.cancel
        if not lost_state and event:
            return Ending('stop' if span.stop else 'cancel', event.occurred_at)
        lost_state = lost_state or (self and self._get_lost_state(batch))
        if not lost_state:
            return Ending(None, None)
        # The first moment at which the clock ended this way stays.
        return Ending(lost_state, self.stopped_at if self.state == lost_state else batch.now)

    @api.model
    def _get_state(self, ending, deadline, paused_at):
        """Return the state of a clock that ended like this, or that is open."""
        if not ending.how:
            return 'paused' if paused_at else 'running'
        if ending.how not in ('stop', 'cancel'):
            return ending.how
        if ending.moment > deadline:
            return 'missed'
        return 'met' if ending.how == 'stop' else 'cancelled'

    def _cancel(self):
        """Cancel clocks whose policy is no longer in force."""
        now = self._get_now()
        self.write({'state': 'cancelled', 'stopped_at': now, 'paused_at': False})
        self._release_activities()

    # === NEW CLOCKS === #

    @api.model
    def _prepare_new_clocks(self, case, existing, batch):
        """Return create values of the clocks that a case should have and has not."""
        if case.duplicate_of_id:
            return []
        number = batch.histories[case.id].current_round  # earlier rounds stay as they are
        vals_list = []
        for policy in batch.policies:
            if case.id not in batch.case_ids[policy.id]:
                continue
            laps = self._get_spans(policy, case.id, number, batch)
            for lap, span in enumerate(laps, start=1):
                if (case.id, policy.id, number, lap) in existing:
                    continue
                if not self._takes_span(policy, case, span, batch):
                    break  # a lap does not begin without the one before it
                vals_list.append(self._prepare_new_clock(case, policy, number, lap, span, batch))
        return vals_list

    @api.model
    def _takes_span(self, policy, case, span, batch):
        """Say whether a policy starts a clock by what happened then."""
        # Events are numbered as they are recorded.
        in_force = span.start.event_id > policy.last_event_id
        if not in_force and policy.id not in batch.concerned_ids:
            return False
        return not self._lacks_date(policy, case, batch)

    @api.model
    def _prepare_new_clock(self, case, policy, number, lap, span, batch):
        clock = self.browse()
        calendar = policy._get_calendar(case.company_id, case.team_id)
        ending = clock._get_ending(span, None, batch)
        applied_at = self._get_applied_at(policy, span.start, batch) or False
        values = clock._prepare_dates(case, policy, span, ending, calendar, applied_at, batch)
        state = self._get_state(ending, values['deadline'], values['paused_at'])
        return {
            'case_id': case.id,
            'company_id': case.company_id.id,
            'policy_id': policy.id,
            'policy_version': policy.version,
            'round': number,
            'lap': lap,
            **values,
            'state': state,
            'stopped_at': ending.moment or False,
            'paused_at': values['paused_at'] if state == 'paused' else False,
            **self._prepare_people(case),
        }

    @api.model
    def _get_applied_at(self, policy, start, batch):
        """Return when a change of the case brought the policy in, or None.

        None when the policy applied from the start, so that its limit is due whatever it says.
        """
        if policy.id in batch.retroactive_ids or start.is_imported:
            return None
        # Recorded earlier and no clock yet: it is a change of the case that brings the policy in.
        is_new = start.recorded_at < batch.now or policy.id in batch.concerned_ids
        return batch.now if is_new else None

    # === VALUES === #

    @api.model
    def _get_spans(self, rule, case_id, number, batch):
        """Return the Spans of all laps of a rule in one round of a case; without a start none."""
        key = (case_id, rule.id, number)
        if key not in batch.spans:
            batch.spans[key] = self._find_spans(rule, case_id, number, batch)
        return batch.spans[key]

    @api.model
    def _find_spans(self, rule, case_id, number, batch):
        history = batch.histories[case_id]
        milestones = (
            rule._get_start_milestone_ids(number, batch.reopen_id),
            {rule.stop_milestone_id.id},
            rule._get_cancel_milestone_ids(),
        )
        if rule.repeat:
            return history.get_laps(number, *milestones, batch.reopen_id)
        span = history.get_span(
            number, *milestones, batch.reopen_id, earlier_counts=rule._begins_once()
        )
        return [span] if span.start else []

    @api.model
    def _prepare_people(self, case):
        return {'responsible_id': case.handler_id.id, 'department_id': case.department_id.id}

    # === TELLING === #

    @api.model
    def _record_moves(self, moves, cause):
        """Tell in the histories of the cases which deadlines moved, one event a case.

        :param list moves: of Move
        :param str cause: kept in the event
        """
        text = fields.Datetime.to_string
        told = {}
        for clock, old, new, _by_calendar in moves:
            told.setdefault(clock.case_id, []).append(
                {
                    'policy': clock.policy_id.name,
                    'clock': clock.id,
                    'old': text(old),
                    'new': text(new),
                }
            )
        self.env['complaint.event']._record(
            [
                case._prepare_event('deadline_moved', {'cause': cause, 'clocks': clocks})
                for case, clocks in told.items()
            ]
        )
