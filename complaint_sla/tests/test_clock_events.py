from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestClockEvents(SlaCommon):
    """Clocks start and stop on events, whatever order these come in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            'received', 'answered', limit_kind='work_time', limit_value=8, limit_unit='hour'
        )

    def _receive(self, text='2026-11-20 09:00'):
        """Register a case at a moment in Shanghai; Friday morning by default."""
        with self._at(text):
            return self._create_worked_case()

    def test_registering_starts_the_clock_at_the_receipt(self):
        case = self._receive('2026-11-20 17:30')
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'running')
        self.assertMoment(clock.started_at, '2026-11-20 17:30')
        self.assertMoment(clock.deadline, '2026-11-23 17:30')
        self.assertEqual(clock.tz, 'Asia/Shanghai')
        self.assertEqual(clock.calendar_id, self.office)
        self.assertEqual(clock.policy_version, 1)
        self.assertEqual(clock.responsible_id, self.handler)
        self.assertMoment(case.sla_deadline, '2026-11-23 17:30')

    def test_letter_of_last_week_counts_from_its_receipt(self):
        with self._at('2026-11-20 09:00'):
            case = self._create_worked_case(received_at=to_utc('2026-11-18 10:00', 'Asia/Shanghai'))
            clock = self._clock(case, self.policy)
            self.assertMoment(clock.deadline, '2026-11-19 10:00')
            self.assertTrue(clock.is_late)

    def test_due_exactly_at_the_second_is_met(self):
        case = self._receive()
        with self._at('2026-11-20 18:00'):
            case._stamp('answered')
        clock = self._clock(case, self.policy)
        self.assertMoment(clock.deadline, '2026-11-20 18:00')
        self.assertEqual((clock.state, clock.stopped_at), ('met', clock.deadline))
        self.assertFalse(clock.is_late)

    def test_no_clock_runs_on_for_a_duplicate(self):
        """Peers, fault F8: the time limit of a merged ticket went on, and was late one day."""
        survivor, duplicate = self._receive(), self._receive()
        with self._at('2026-11-20 10:00'):
            duplicate._mark_duplicate(survivor)
        self.assertEqual(self._clock(duplicate, self.policy).state, 'cancelled')
        self.assertFalse(duplicate.sla_deadline)
        self.assertEqual(self._clock(survivor, self.policy).state, 'running')
        with self._at('2026-11-27 10:00'):
            self.assertEqual((duplicate.sla_state, duplicate.sla_late_count), ('none', 0))

    def test_clocks_of_members_end_with_the_answer_to_the_lead(self):
        lead, member = self._receive(), self._receive()
        lead._gather(member)
        with self._at('2026-11-20 10:00'):
            lead.write({'stage_id': self.stages['communication'].id})
        for case in (lead, member):
            clock = self._clock(case, self.policy)
            self.assertEqual((clock.state, case.stage_id), ('met', self.stages['communication']))

    def test_one_second_later_is_missed(self):
        case = self._receive()
        with self._at('2026-11-20 18:00:01'):
            self.assertEqual(case.sla_state, 'late')
            case._stamp('answered')
            clock = self._clock(case, self.policy)
            self.assertEqual(clock.state, 'missed')
            self.assertTrue(clock.is_late)
            self.assertEqual(case.sla_late_count, 1)
            self.assertFalse(case.sla_deadline)

    def test_business_time_decides_not_the_click(self):
        case = self._receive()
        with self._at('2026-11-24 10:00'):
            case._stamp('answered', to_utc('2026-11-20 16:00', 'Asia/Shanghai'), "Told by phone")
        self.assertEqual(self._clock(case, self.policy).state, 'met')

    def test_of_two_answers_the_first_counts(self):
        case = self._receive()
        with self._at('2026-11-20 16:00'):
            case._stamp('answered')
        with self._at('2026-11-24 16:00'):
            case._stamp('answered')
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'met')
        self.assertMoment(clock.stopped_at, '2026-11-20 16:00')

    def test_revoked_answer_lets_the_clock_run_on(self):
        case = self._receive()
        with self._at('2026-11-20 16:00'):
            event = case._stamp('answered')
            self.assertEqual(self._clock(case, self.policy).state, 'met')
            event._revoke("Wrong complaint")
            clock = self._clock(case, self.policy)
            self.assertEqual((clock.state, clock.stopped_at), ('running', False))
            self.assertMoment(case.sla_deadline, '2026-11-20 18:00')

    def test_second_answer_counts_when_the_first_is_revoked(self):
        case = self._receive()
        with self._at('2026-11-20 16:00'):
            wrong = case._stamp('answered')
        with self._at('2026-11-23 09:00'):
            case._stamp('answered')
            wrong.with_user(self.manager)._revoke("Never sent")
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'missed')
        self.assertMoment(clock.stopped_at, '2026-11-23 09:00')

    def test_corrected_receipt_moves_start_and_deadline(self):
        case = self._receive()
        with self._at('2026-11-20 11:00'):
            case.with_user(self.manager).received_at = to_utc('2026-11-19 16:00', 'Asia/Shanghai')
        clock = self._clock(case, self.policy)
        self.assertEqual(len(case.sla_clock_ids), 1)
        self.assertMoment(clock.started_at, '2026-11-19 16:00')
        self.assertMoment(clock.deadline, '2026-11-20 16:00')

    def test_revoked_start_cancels_the_clock(self):
        policy = self._create_policy('assigned', 'department_accepted')
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            event = case._stamp('assigned')
            self.assertEqual(self._clock(case, policy).state, 'running')
            event._revoke("Not ours")
        clock = self._clock(case, policy)
        self.assertEqual(clock.state, 'cancelled')
        with self._at('2026-12-20 10:00'):
            clock.invalidate_recordset()
            self.assertFalse(clock.is_late)
            self.assertNotIn(clock, self.clocks.search([('is_late', '=', True)]))

    def test_stage_entered_twice_counts_once(self):
        policy = self._create_policy('assigned', 'solution_proposed')
        case = self._receive()
        for moment, stage in (
            ('2026-11-20 10:00', 'assignment'),
            ('2026-11-20 10:30', 'investigation'),
            ('2026-11-20 11:00', 'assignment'),
        ):
            with self._at(moment):
                case._move_to(self.stages[stage])
        clock = self._clock(case, policy)
        self.assertEqual(len(clock), 1)
        self.assertMoment(clock.started_at, '2026-11-20 10:00')

    def test_closing_cancels_what_no_longer_matters(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'cancelled')
        self.assertMoment(clock.stopped_at, '2026-11-20 10:00')
        self.assertFalse(case.sla_deadline)

    def test_closing_after_the_deadline_misses_it(self):
        case = self._receive()
        with self._at('2026-11-23 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertEqual(self._clock(case, self.policy).state, 'missed')

    def test_answered_and_closed_in_one_second_is_met(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
            case._stamp('answered')
        self.assertEqual(self._clock(case, self.policy).state, 'met')

    def test_clock_that_starts_with_the_closing_survives_it(self):
        policy = self._create_policy('closed', 'lesson_trained')
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertEqual(self._clock(case, policy).state, 'running')

    def test_reopening_starts_a_new_clock_and_keeps_the_old_result(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['communication'])
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-01 09:00'):
            case.with_user(self.manager)._move_to(self.stages['investigation'])
        first, second = self._clock(case, self.policy, 1), self._clock(case, self.policy, 2)
        self.assertEqual(first.state, 'met')
        self.assertEqual(second.state, 'running')
        self.assertMoment(second.started_at, '2026-12-01 09:00')
        self.assertMoment(second.deadline, '2026-12-01 18:00')
        with self._at('2026-12-02 09:00'):
            case._move_to(self.stages['communication'])
        self.assertEqual((first.state, second.state), ('met', 'missed'))

    def test_a_rejected_answer_starts_a_new_clock_and_keeps_the_old_result(self):
        """PAWN-3.5-c: the rejection belongs to the old round; what follows to the next."""
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._answer("We pay the postage back.")
        with self._at('2026-12-01 09:00'):
            case._reject_answer("That is not the point.")
        first, second = self._clock(case, self.policy, 1), self._clock(case, self.policy, 2)
        self.assertEqual((first.state, second.state), ('met', 'running'))
        self.assertMoment(second.started_at, '2026-12-01 09:00')
        self.assertMoment(second.deadline, '2026-12-01 18:00')
        with self._at('2026-12-01 09:05'):
            case.action_undo()
        self.assertEqual(second.state, 'cancelled')
        self.assertEqual(case.round, 1)

    def test_reopening_without_a_new_clock(self):
        self.policy.on_reopen = 'none'
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-01 09:00'):
            case.with_user(self.manager)._move_to(self.stages['investigation'])
        self.assertEqual(len(self._clock(case, self.policy, 2)), 0)

    def test_start_that_happens_again_starts_the_next_round(self):
        policy = self._create_policy('assigned', 'answered')
        self.assertEqual(policy.on_reopen, 'again')
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['assignment'])
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-01 09:00'):
            case.with_user(self.manager)._move_to(self.stages['investigation'])
        self.assertFalse(self._clock(case, policy, 2))
        with self._at('2026-12-01 11:00'):
            case._move_to(self.stages['assignment'])
        self.assertMoment(self._clock(case, policy, 2).started_at, '2026-12-01 11:00')

    def test_undone_reopening_leaves_nothing_running(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-01 09:00'):
            case.with_user(self.manager)._move_to(self.stages['investigation'])
            case.with_user(self.manager).action_undo()
        self.assertEqual(case.round, 1)
        self.assertEqual(self._clock(case, self.policy, 2).state, 'cancelled')
        self.assertFalse(case.sla_deadline)
        with self._at('2026-12-08 09:00'):
            case.with_user(self.manager)._move_to(self.stages['investigation'])
        second = self._clock(case, self.policy, 2)
        self.assertEqual(second.state, 'running')
        self.assertMoment(second.deadline, '2026-12-08 18:00')

    def test_running_clock_of_an_old_round_ends_with_the_reopening(self):
        policy = self._create_policy('closed', 'lesson_trained', limit_value=90)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-01 09:00'):
            case.with_user(self.manager)._move_to(self.stages['investigation'])
        self.assertEqual(self._clock(case, policy, 1).state, 'cancelled')

    def test_reconciling_again_changes_nothing(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._stamp('answered')
        with self._at('2027-01-20 10:00'):
            self.env.flush_all()
            rows = self._read_rows(case)
            self.clocks._reconcile(case)
            self.clocks._reconcile(case | case)
            self.env.flush_all()
            self.assertEqual(self._read_rows(case), rows)

    def _read_rows(self, case):
        self.env.cr.execute(
            "SELECT *, xmin::text FROM complaint_sla_clock WHERE case_id = %s ORDER BY id",
            [case.id],
        )
        return self.env.cr.fetchall()

    def test_handler_is_frozen_when_the_clock_turns_late(self):
        case = self._receive()
        clock = self._clock(case, self.policy)
        with self._at('2026-11-20 11:00'):
            case.with_user(self.manager).handler_id = self.receiver
            self.assertEqual(clock.responsible_id, self.receiver)
        with self._at('2026-11-21 11:00'):
            case.with_user(self.manager).handler_id = self.handler
            self.assertEqual(clock.responsible_id, self.receiver)

    def test_never_started_by_what_was_recorded_before_the_policy(self):
        case = self._receive()
        late_rule = self._create_policy('received', 'closed')
        with self._at('2026-11-20 10:00'):
            case._stamp('contacted')
        self.assertFalse(self._clock(case, late_rule))
        self.assertTrue(self._clock(self._receive(), late_rule))

    def test_only_the_engine_writes_clocks(self):
        case = self._receive()
        clock = self._clock(case, self.policy)
        for user in (self.handler, self.manager, self.admin):
            with self.assertRaises(AccessError):
                clock.with_user(user).deadline += timedelta(days=1)
            with self.assertRaises(AccessError):
                clock.with_user(user).unlink()

    def test_promised_date_is_the_next_that_the_customer_was_told(self):
        case = self._receive()
        self.assertFalse(case._get_promised_date())
        self.policy.is_promised = True
        self.assertMoment(case._get_promised_date(), '2026-11-20 18:00')
