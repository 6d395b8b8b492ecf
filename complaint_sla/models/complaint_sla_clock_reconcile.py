from typing import NamedTuple

from odoo import api, models

from ..tools.case_history import CaseHistory, Happening

ENDED_BY_EVENT = ('met', 'missed')


class Batch(NamedTuple):
    """What the reconciliation of one batch of cases looks up again and again."""

    policies: models.BaseModel  # those in force, current versions
    versions: dict  # {(policy id, version): record with the rules of that version}
    case_ids: dict  # {id of such a record: ids of the cases to which it applies}
    histories: dict  # {case id: CaseHistory}
    reopen_id: int
    concerned_ids: set  # policies that take what was recorded before they were in force
    retroactive_ids: set  # those of them that apply as if they had always been
    now: object  # datetime in UTC


class ComplaintSlaClockReconcile(models.Model):
    """How clocks follow the events: one way for a stamp, a revocation, a regrading, an import."""

    _inherit = 'complaint.sla.clock'

    # === ENTRANCE === #

    @api.model
    def _reconcile(self, cases, changed_fields=(), retroactive=None):
        """Bring the clocks of cases in line with their events and with the policies in force.

        The same cases, events and policies always lead to the same rows, however often it runs. A
        case has at most one clock for each policy and round. Clocks that exist keep the version
        of their policy; what does not change is not written.

        :param cases: complaint.case records
        :param changed_fields: names of case fields that just changed; a policy whose domain asks
            for one of them also applies to what was recorded before it came into force
        :param retroactive: complaint.sla.policy records that apply to what was recorded before
            as if they had been in force then, so that nothing needs a grace
        """
        if not cases:
            return
        # Clocks are the same whoever acts, and nobody but the engine may write them.
        engine, cases = self.sudo(), cases.sudo()
        clocks = engine.search([('case_id', 'in', cases.ids)])
        if not clocks and not self.env['complaint.sla.policy']._get_ids_in_force():
            return
        retroactive_ids = set(retroactive.ids) if retroactive else set()
        batch = engine._prepare_batch(cases, clocks, set(changed_fields), retroactive_ids)
        existing = {(c.case_id.id, c.policy_id.id, c.round): c for c in clocks}
        for clock in clocks:
            if values := clock._get_changes(batch):
                clock.write(values)
        vals_list = []
        for case in cases:
            vals_list += engine._prepare_new_clocks(case, existing, batch)
        started = engine.create(vals_list)
        clocks.filtered(lambda c: c.state != 'running')._release_activities()
        (clocks | started)._schedule_reminders()

    @api.model
    def _prepare_batch(self, cases, clocks, changed_fields, retroactive_ids):
        """Read once what all cases of the batch need."""
        policy_model = self.env['complaint.sla.policy']
        policies = policy_model.browse(policy_model._get_ids_in_force())
        versions = (policies | clocks.policy_id)._get_versions(
            {(clock.policy_id.id, clock.policy_version) for clock in clocks}
        )
        rules = policies | policy_model.browse(rule.id for rule in versions.values())
        reopen_id = self.env['complaint.milestone']._get_id_by_code('reopened')
        return Batch(
            policies=policies,
            versions=versions,
            case_ids={rule.id: set(rule._filter_cases(cases)._ids) for rule in rules},
            histories=self._get_histories(cases, rules, reopen_id),
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
    def _get_histories(self, cases, rules, reopen_id):
        """Return {case id: CaseHistory} of the events that count for these rules."""
        milestones = rules.start_milestone_id | rules.stop_milestone_id | rules.cancel_milestone_ids
        events = self.env['complaint.event'].search_fetch(
            [
                ('case_id', 'in', cases.ids),
                ('milestone_id', 'in', milestones.ids + [reopen_id]),
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
        happenings = {case.id: [] for case in cases}
        for event in events:
            happenings[event.case_id.id].append(
                Happening(
                    occurred_at=event.occurred_at,
                    sequence=event.sequence,
                    event_id=event.id,
                    milestone_id=event.milestone_id.id,
                    round=event.round,
                    recorded_at=event.recorded_at,
                    is_imported=bool((event.payload or {}).get('imported')),
                )
            )
        return {case.id: CaseHistory(happenings[case.id], case.round) for case in cases}

    # === CLOCKS THAT EXIST === #

    def _get_changes(self, batch):
        """Return the values that differ from what the events and the policy now say."""
        self.ensure_one()
        case = self.case_id
        rule = batch.versions.get((self.policy_id.id, self.policy_version), self.policy_id)
        span = self._get_span(rule, self.round, batch.histories[case.id], batch)
        values = {}
        if span.start and span.start.occurred_at != self.started_at:
            calendar = self.calendar_id if self._has_countable_calendar() else self.calendar_id[:0]
            values.update(self._prepare_dates(case, rule, span.start, calendar, None))
        deadline = values.get('deadline', self.deadline)
        state, stopped_at = self._get_outcome(span, deadline, self._get_reason_to_end(batch), batch)
        values.update(state=state, stopped_at=stopped_at)
        if state == 'running':
            values.update(self._prepare_running(case, rule, values, batch))
        return {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }

    def _prepare_running(self, case, rule, values, batch):
        """Return the values that only a running clock needs; `values` are those found so far."""
        deadline = values.get('deadline', self.deadline)
        running = {}
        if 'deadline' in values or not self.warn_at:
            start = values.get('started_at', self.started_at)
            running['warn_at'] = rule._get_warn_at(start, deadline, self._get_timeline())
        if batch.now <= deadline:
            running.update(self._prepare_people(case))
        return running

    def _get_reason_to_end(self, batch):
        """Return the state into which this clock passes because its policy left it, or None."""
        if self.state in ENDED_BY_EVENT:
            return None
        return self._get_lost_state(batch)

    def _get_lost_state(self, batch):
        if self.policy_id not in batch.policies:
            return 'cancelled'
        rule = batch.versions.get((self.policy_id.id, self.policy_version), self.policy_id)
        if self.case_id.id not in batch.case_ids[rule.id]:
            return 'superseded'
        return None

    def _get_outcome(self, span, deadline, lost_state, batch):
        """Return (state, stopped_at) of this clock as its events leave it.

        :param Span span: start, stop and cancel event
        :param datetime deadline: UTC
        :param str lost_state: the state that wins over all events, or None
        """
        if not span.start:
            lost_state = 'cancelled'
        ending = span.stop or span.cancel
        if not lost_state and ending:
            late = ending.occurred_at > deadline
            state = 'missed' if late else 'met' if span.stop else 'cancelled'
            return state, ending.occurred_at
        lost_state = lost_state or (self and self._get_lost_state(batch))
        if not lost_state:
            return 'running', False
        # The first moment at which the clock ended this way stays.
        return lost_state, self.stopped_at if self.state == lost_state else batch.now

    def _cancel(self):
        """Cancel running clocks whose policy is no longer in force."""
        self.write({'state': 'cancelled', 'stopped_at': self._get_now()})
        self._release_activities()

    # === NEW CLOCKS === #

    @api.model
    def _prepare_new_clocks(self, case, existing, batch):
        """Return create values of the clocks that a case should have and has not."""
        history = batch.histories[case.id]
        number = history.current_round  # what earlier rounds brought stays as it is
        vals_list = []
        for policy in batch.policies:
            if (case.id, policy.id, number) in existing:
                continue
            if case.id not in batch.case_ids[policy.id]:
                continue
            span = self._get_span(policy, number, history, batch)
            if not span.start:
                continue
            # Events are numbered as they are recorded.
            in_force = span.start.event_id > policy.last_event_id
            if in_force or policy.id in batch.concerned_ids:
                vals_list.append(self._prepare_new_clock(case, policy, number, span, batch))
        return vals_list

    @api.model
    def _prepare_new_clock(self, case, policy, number, span, batch):
        calendar = policy._get_calendar(case.company_id, case.team_id)
        applied_at = self._get_applied_at(policy, span.start, batch)
        values = self._prepare_dates(case, policy, span.start, calendar, applied_at)
        state, stopped_at = self.browse()._get_outcome(span, values['deadline'], None, batch)
        if state == 'running':
            timeline = policy._get_timeline(calendar, case.company_id)
            values['warn_at'] = policy._get_warn_at(
                values['started_at'], values['deadline'], timeline
            )
        return {
            'case_id': case.id,
            'policy_id': policy.id,
            'policy_version': policy.version,
            'round': number,
            'state': state,
            'stopped_at': stopped_at,
            **values,
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
    def _get_span(self, rule, number, history, batch):
        return history.get_span(
            number,
            rule._get_start_milestone_ids(number, batch.reopen_id),
            {rule.stop_milestone_id.id},
            set(rule.cancel_milestone_ids._ids),
            batch.reopen_id,
        )

    @api.model
    def _prepare_dates(self, case, rule, start, calendar, applied_at):
        """Return the values of a clock that its start decides.

        :param Happening start: the event that starts it
        :param calendar: resource.calendar in which it counts, empty for 24 × 7
        :param datetime applied_at: when a change of the case made the policy apply, or None
        """
        company = case.company_id
        timeline = rule._get_timeline(calendar, company)
        deadline, trace = rule._reckon(start.occurred_at, calendar, company)
        has_grace = False
        if applied_at:
            deadline, trace, has_grace = rule._add_grace(deadline, trace, timeline, applied_at)
        return {
            'started_at': start.occurred_at,
            'deadline': deadline,
            'trace': trace,
            'has_grace': has_grace,
            'calendar_id': calendar.id,
            'tz': timeline.schedule.tz,
            'is_imported': start.is_imported,
        }

    @api.model
    def _prepare_people(self, case):
        return {'responsible_id': case.handler_id.id, 'department_id': case.department_id.id}
