from odoo.tests import tagged

from .common_reminder import ReminderCommon


@tagged('post_install', '-at_install')
class TestReminderPause(ReminderCommon):
    """A limit that stands still tells nobody; what it tells moves with its deadline."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.pause_allowed = True
        cls.reason = cls.env.ref('complaint_sla.pause_reason_court')

    def _pause(self, case, text):
        with self._at(text):
            case._pause_limits(self.reason)

    def _resume(self, case, text):
        with self._at(text):
            case._resume_limits()

    def test_nothing_fires_while_paused_and_everything_afterwards(self):
        """Peers F18; design 7: paused clocks fire nothing."""
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        self.assertFalse(self._rows(case))
        for moment in ('2026-11-20 18:00', '2026-11-30 18:00'):
            self._run_at(moment)
        self.assertFalse(self._activities(case))
        self._resume(case, '2026-12-01 09:00')
        self._run_at('2026-12-01 16:59:59')
        self.assertFalse(self._activities(case))
        self._run_at('2026-12-01 17:00')
        self.assertEqual(self._told(case), ['handler'])
        self.assertNotIn("sent at", self._activities(case).note)

    def test_percentage_is_one_of_the_time_that_counts(self):
        self._add_rung(moment='percent', moment_value=50)
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        self._resume(case, '2026-11-20 17:00')
        [row] = self._rows(case)
        # One hour before the pause, one after it on Friday, two on Monday: four of eight.
        self.assertMoment(row.due_at, '2026-11-23 11:00')

    def test_warning_whose_moment_has_passed_is_not_given_again(self):
        self._add_rung(moment='before', moment_value=6)
        case = self._receive()
        self._run_at('2026-11-20 11:00')
        self.assertEqual(len(self._activities(case)), 1)
        self._pause(case, '2026-11-20 11:10')
        self._resume(case, '2026-11-24 09:00')
        self._run_at('2026-11-24 09:05')
        self.assertEqual(len(self._activities(case)), 1, "Its moment has passed")
        self.assertEqual(len(self._rows(case)), 1)
