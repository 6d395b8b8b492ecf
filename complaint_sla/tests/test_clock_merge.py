from odoo.tests import tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestClockMerge(SlaCommon):
    """Design, section 7: the complaint that stays keeps the earliest deadline of each policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_value=3, pause_allowed=True)

    def _receive(self, text, **values):
        with self._at(text):
            return self._create_worked_case(**values)

    def test_the_earlier_deadline_of_a_duplicate_holds(self):
        earlier, survivor = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        clock = self._clock(survivor, self.policy)
        self.assertMoment(clock.deadline, '2026-11-24 18:00')
        with self._at('2026-11-20 11:00'):
            earlier._mark_duplicate(survivor)
        self.assertMoment(clock.deadline, '2026-11-23 18:00')
        self.assertMoment(survivor.sla_deadline, '2026-11-23 18:00')
        self.assertIn("was merged into this one", clock.explanation)
        self.assertEqual(self._clock(earlier, self.policy).state, 'cancelled')
        with self._at('2026-11-20 12:00'):
            survivor._stamp('contacted')
            self.clocks._reconcile(survivor)
        self.assertMoment(clock.deadline, '2026-11-23 18:00')

    def test_a_later_deadline_of_a_duplicate_changes_nothing(self):
        survivor, later = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 11:00'):
            later._mark_duplicate(survivor)
        self.assertMoment(self._clock(survivor, self.policy).deadline, '2026-11-23 18:00')

    def test_what_the_duplicate_had_done_already_does_not_count(self):
        earlier, survivor = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 10:00'):
            earlier._stamp('answered')
            earlier._mark_duplicate(survivor)
        self.assertEqual(self._clock(earlier, self.policy).state, 'met')
        self.assertMoment(self._clock(survivor, self.policy).deadline, '2026-11-24 18:00')

    def test_a_pause_after_the_merge_moves_the_kept_deadline(self):
        earlier, survivor = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 11:00'):
            earlier._mark_duplicate(survivor)
        with self._at('2026-11-23 09:00'):
            survivor._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))
        with self._at('2026-11-23 11:00'):
            survivor._resume_limits()
        # Two hours of work later than Monday 18:00.
        self.assertMoment(self._clock(survivor, self.policy).deadline, '2026-11-24 11:00')

    def test_a_late_duplicate_makes_the_survivor_late_and_counts_once(self):
        earlier, survivor = self._receive('2026-11-12 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 11:00'):
            self.assertEqual(earlier.sla_late_count, 1)
            earlier._mark_duplicate(survivor)
            self.env.invalidate_all()
            self.assertEqual((earlier.sla_late_count, earlier.sla_state), (0, 'none'))
            self.assertEqual((survivor.sla_late_count, survivor.sla_state), (1, 'late'))

    def test_no_clock_starts_for_a_duplicate(self):
        callback = self._create_policy('closed', 'called_back', limit_value=5)
        endless = self._create_policy(
            'received', 'lesson_trained', limit_value=90, cancel_milestone_ids=False
        )
        earlier, survivor = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 11:00'):
            earlier._mark_duplicate(survivor)
        self.assertFalse(self._clock(earlier, callback))
        self.assertEqual(self._clock(earlier, endless).state, 'cancelled')

    def test_taking_the_merge_back_gives_both_their_own_deadline(self):
        earlier, survivor = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 11:00'):
            earlier._mark_duplicate(survivor)
        with self._at('2026-11-20 11:05'):
            earlier.action_undo()
        own = self._clock(earlier, self.policy)
        self.assertEqual((own.state, own.stopped_at), ('running', False))
        self.assertMoment(own.deadline, '2026-11-23 18:00')
        self.assertMoment(self._clock(survivor, self.policy).deadline, '2026-11-24 18:00')

    def test_a_merge_of_a_merge_keeps_the_earliest_of_all(self):
        first, second, third = (
            self._receive('2026-11-18 09:00'),
            self._receive('2026-11-19 09:00'),
            self._receive('2026-11-20 09:00'),
        )
        with self._at('2026-11-20 10:00'):
            first._mark_duplicate(second)
        with self._at('2026-11-20 11:00'):
            second._mark_duplicate(third)
        self.assertMoment(self._clock(third, self.policy).deadline, '2026-11-20 18:00')

    def test_a_later_round_has_its_own_deadline(self):
        earlier, survivor = self._receive('2026-11-19 09:00'), self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 11:00'):
            earlier._mark_duplicate(survivor)
            survivor.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-01 09:00'):
            survivor.with_user(self.manager)._move_to(self.stages['investigation'])
        self.assertMoment(self._clock(survivor, self.policy, 2).deadline, '2026-12-03 18:00')
