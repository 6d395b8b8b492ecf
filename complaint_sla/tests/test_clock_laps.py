from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SlaCommon, to_utc


def shanghai(text):
    return to_utc(text, 'Asia/Shanghai')


@tagged('post_install', '-at_install')
class TestClockLaps(SlaCommon):
    """Limits that start again, limits that follow each other, limits that go by a date."""

    def _receive(self, text='2026-11-20 09:00', **values):
        """Register a case at a moment in Shanghai; Friday morning by default."""
        with self._at(text):
            return self._create_worked_case(**values)

    def _laps(self, case, policy, number=1):
        return self._clock(case, policy, number).sorted('lap')

    # === STARTS AGAIN === #

    def _repeat(self, **values):
        return self._create_policy(
            'received', 'progress_reported', limit_value=3, repeat=True, **values
        )

    def test_progress_every_three_days_until_the_case_is_closed(self):
        policy = self._repeat(limit_kind='workday_close')
        case = self._receive()
        self.assertMoment(self._laps(case, policy).deadline, '2026-11-25 18:00')
        with self._at('2026-11-24 10:00'):
            case._stamp('progress_reported')
        first, second = self._laps(case, policy)
        self.assertEqual((first.state, second.state), ('met', 'running'))
        self.assertMoment(second.started_at, '2026-11-24 10:00')
        self.assertMoment(second.deadline, '2026-11-27 18:00')
        with self._at('2026-11-30 10:00'):
            case._stamp('progress_reported')
        self.assertEqual(self._laps(case, policy).mapped('state'), ['met', 'missed', 'running'])
        with self._at('2026-12-01 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertEqual(self._laps(case, policy).mapped('state'), ['met', 'missed', 'cancelled'])
        with self._at('2026-12-02 10:00'):
            case._stamp('progress_reported')
        self.assertEqual(len(self._laps(case, policy)), 3)

    def test_it_ends_with_the_case_though_nothing_cancels_it(self):
        policy = self._repeat(cancel_milestone_ids=False)
        self.assertFalse(policy.cancel_milestone_ids)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._stamp('progress_reported')
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertEqual(self._laps(case, policy).mapped('state'), ['met', 'cancelled'])

    def test_progress_in_the_second_of_the_closing_starts_nothing(self):
        policy = self._repeat()
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
            case._stamp('progress_reported')
        self.assertEqual(self._laps(case, policy).mapped('state'), ['met'])

    def test_a_revoked_progress_takes_its_lap_away(self):
        policy = self._repeat()
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            event = case._stamp('progress_reported')
            event._revoke("Nobody was reached")
        self.assertEqual(self._laps(case, policy).mapped('state'), ['running', 'cancelled'])
        with self._at('2026-11-20 11:00'):
            case._stamp('progress_reported')
        first, second = self._laps(case, policy)
        self.assertEqual((first.state, second.state), ('met', 'running'))
        self.assertMoment(second.started_at, '2026-11-20 11:00')

    def test_a_progress_recorded_later_goes_between(self):
        policy = self._repeat()
        case = self._receive()
        with self._at('2026-11-23 10:00'):
            case._stamp('progress_reported')
        with self._at('2026-11-23 11:00'):
            case._stamp('progress_reported', shanghai('2026-11-20 16:00'), "Forgot to note it")
        laps = self._laps(case, policy)
        self.assertEqual(
            [clock.started_at for clock in laps],
            [
                shanghai('2026-11-20 09:00'),
                shanghai('2026-11-20 16:00'),
                shanghai('2026-11-23 10:00'),
            ],
        )
        self.assertEqual(laps.mapped('state'), ['met', 'met', 'running'])

    def test_several_progress_reports_at_once_make_one_clock_each(self):
        policy = self._repeat()
        with self._at('2026-11-24 10:00'):
            case = self._create_worked_case(received_at=shanghai('2026-11-20 09:00'))
            case._record_events('progress_reported', {case: shanghai('2026-11-20 10:00')})
            case._record_events('progress_reported', {case: shanghai('2026-11-23 10:00')})
            self.clocks._reconcile(case)
        self.assertEqual(self._laps(case, policy).mapped('state'), ['met', 'met', 'running'])

    def test_a_date_cannot_start_again(self):
        with self.assertRaises(ValidationError):
            self._create_policy(limit_kind='fixed', repeat=True)

    # === CHAINS === #

    def test_pass_on_then_chase_then_notify(self):
        """One limit's stop is the next one's start: nothing but policies (TEL, INS)."""
        pass_on = self._create_policy('registered', 'assigned', limit_value=1, limit_unit='hour')
        chase = self._create_policy('assigned', 'department_answered', limit_value=2)
        notify = self._create_policy(
            'department_answered', 'informed', limit_value=4, limit_unit='hour'
        )
        case = self._receive()
        self.assertEqual(case.sla_clock_ids.policy_id, pass_on)
        with self._at('2026-11-20 09:30'):
            case._stamp('assigned')
        self.assertMoment(self._clock(case, chase).deadline, '2026-11-24 09:30')
        with self._at('2026-11-23 17:00'):
            case._stamp('department_answered')
        self.assertMoment(self._clock(case, notify).deadline, '2026-11-24 12:00')
        with self._at('2026-11-24 12:00:01'):
            case._stamp('informed')
        states = {clock.policy_id: clock.state for clock in case.sla_clock_ids}
        self.assertEqual(states, {pass_on: 'met', chase: 'met', notify: 'missed'})

    def test_a_branch_not_taken(self):
        """The claim branch cancels the limit of the refund branch."""
        claimed = self._milestone('claimed')
        refund = self._create_policy(
            'ruled', 'remedied', cancel_milestone_ids=[Command.set(claimed.ids)], limit_value=1
        )
        claim = self._create_policy('claimed', 'remedied', limit_value=10)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._stamp('ruled')
        with self._at('2026-11-20 11:00'):
            case._stamp('claimed')
        self.assertEqual(self._clock(case, refund).state, 'cancelled')
        self.assertEqual(self._clock(case, claim).state, 'running')

    # === DATES === #

    def _set_limit(self, case, text):
        case.with_user(self.manager).limit_date = text and shanghai(text)

    def test_a_date_starts_the_clock_and_a_new_one_moves_it(self):
        policy = self._create_policy(limit_kind='fixed', date_from='limit_date')
        case = self._receive()
        self.assertFalse(self._clock(case, policy))
        with self._at('2026-11-20 10:00'):
            self._set_limit(case, '2026-11-25 12:00')
        clock = self._clock(case, policy)
        self.assertEqual(clock.state, 'running')
        self.assertMoment(clock.deadline, '2026-11-25 12:00')
        self.assertMoment(case.sla_deadline, '2026-11-25 12:00')
        with self._at('2026-11-21 10:00'):
            self._set_limit(case, '2026-11-24 12:00')
        self.assertMoment(clock.deadline, '2026-11-24 12:00')
        with self._at('2026-11-24 12:00:01'):
            case._stamp('answered')
        self.assertEqual(clock.state, 'missed')
        with self._at('2026-11-25 12:00'):  # a result is not written anew
            self._set_limit(case, '2026-11-30 12:00')
        self.assertEqual(clock.state, 'missed')
        self.assertMoment(clock.deadline, '2026-11-24 12:00')
        self.assertEqual(len(case.sla_clock_ids), 1)

    def test_a_date_that_is_taken_away_ends_the_clock(self):
        policy = self._create_policy('limit_set', 'answered', limit_kind='fixed')
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            self._set_limit(case, '2026-11-25 12:00')
            self.assertMoment(self._clock(case, policy).started_at, '2026-11-20 10:00')
        with self._at('2026-11-23 10:00'):
            self._set_limit(case, False)
            self.assertEqual(self._clock(case, policy).state, 'superseded')
            self._set_limit(case, '2026-11-26 12:00')
        clock = self._clock(case, policy)
        self.assertEqual(clock.state, 'running')
        self.assertMoment(clock.deadline, '2026-11-26 12:00')

    def test_the_last_open_promise_is_a_date(self):
        policy = self._create_policy(limit_kind='fixed', date_from='promise')
        case = self._receive()

        def promise(at, until):
            with self._at(at):
                return case._record_contact(
                    {'promise': "We call", 'promise_date': shanghai(until), 'content': "We call."}
                )

        promise('2026-11-20 10:00', '2026-11-23 10:00')
        clock = self._clock(case, policy)
        self.assertMoment(clock.deadline, '2026-11-23 10:00')
        last = promise('2026-11-20 11:00', '2026-11-24 10:00')
        self.assertMoment(clock.deadline, '2026-11-24 10:00')
        with self._at('2026-11-20 12:00'):
            last.action_promise_kept()
        self.assertMoment(clock.deadline, '2026-11-23 10:00')
        with self._at('2026-11-23 09:00'):
            case.contact_ids.filtered(lambda c: c.promise_state == 'open').action_promise_kept()
        self.assertEqual((clock.state, clock.is_late), ('superseded', False))

    def test_a_pause_does_not_move_a_date(self):
        policy = self._create_policy(limit_kind='fixed', pause_allowed=True)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            self._set_limit(case, '2026-11-25 12:00')
            case._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))
        self.assertEqual(self._clock(case, policy).state, 'running')
