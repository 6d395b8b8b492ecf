from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_property

from .common import to_utc
from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestPropertyClocks(steps_of(test_regime_property.TestRegimeProperty)):
    """TL-012 … TL-015, TL-112, TL-113: a property manager."""

    def test_a_hard_case_goes_up_and_is_verified_in_the_managers_limit(self):
        case = self._take_in()
        self._assert_clocks(case, 'running', 'on_the_spot', 'report_up')
        self._report(case, grade='grade_hard')
        self._assert_clocks(case, 'met', 'report', 'report_up', 'hard_to_manager')
        self.assertEqual(self._get_clock(case, 'on_the_spot').state, 'cancelled')
        self._pass_time(minutes=1)
        self._give_opinion(case, self.office, limit='2031-01-01 09:00:00')
        clock = self._get_clock(case, 'manager_limit')
        self.assertEqual((clock.state, str(clock.deadline)), ('running', '2031-01-01 09:00:00'))
        self._follow_up(case)
        self._assert_clocks(case, 'running', 'follow_up_class1')
        self._pass_time(minutes=1)
        self._tell(case)
        self._walk(case, self.manager, 'verification')
        self._assert_clocks(case, 'met', 'manager_limit', 'follow_up_class1')
        self._assert_no_clocks(case, 'feedback_class2')

    def test_class_2_is_told(self):
        case = self._report(self._take_in(), category='category_class2_house')
        self._give_opinion(case, self.manager)
        self._follow_up(case)
        self._assert_clocks(case, 'running', 'feedback_class2')
        self._pass_time(minutes=1)
        self._as(self.handler, case)._answer("The developer mends it.")
        self._assert_clocks(case, 'met', 'feedback_class2')

    def test_solved_on_the_spot(self):
        case = self._sort(self._take_in())
        self._as(self.receiver, case).validity = 'valid'
        spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        self._close(case, self.receiver, 'filed', spot)
        self._assert_clocks(case, 'met', 'on_the_spot')
        self.assertEqual(self._get_clock(case, 'report_up').state, 'cancelled')

    def test_deadlines_at_three_given_starts(self):
        """TL-015: the manager's own date, on a Saturday or a holiday too; TL-013: 4 hours."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-15 17:00', '2026-09-09 15:00'),
            ('2026-09-26 10:00', '2026-09-20 14:00'),
            ('2026-10-03 12:00', '2026-10-08 11:30'),
        )
        for start, (limit, hours) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                case = self._report(self._take_in(), grade='grade_hard')
                self._give_opinion(case, self.office, limit=to_utc(limit, 'Asia/Shanghai'))
                self._assert_due(case, manager_limit=limit, report_up=hours)
