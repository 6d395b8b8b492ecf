from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_product

from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestProductClocks(steps_of(test_regime_product.TestRegimeProduct)):
    """TL-066 … TL-071: a seller of products."""

    def test_the_slip_from_the_salesman_to_the_approved_answer(self):
        case = self._take_in()
        self._assert_clocks(case, 'running', 'visit', 'submit')
        self._fill_slip(case)
        self._review(case)
        self._assert_clocks(case, 'met', 'submit')
        self._assert_clocks(case, 'running', 'distribute', 'answer_reviewed')
        self._distribute(case)
        self._assert_clocks(case, 'met', 'distribute')
        self._assert_clocks(case, 'running', 'department')
        self.assertEqual(self._get_clock(case, 'department').deadline, case.limit_date)
        self._pass_time(minutes=1)
        self._write_opinion(case)
        self._assert_clocks(case, 'met', 'visit')
        self._approve_all(case)
        self._assert_clocks(case, 'met', 'department')
        self._assert_clocks(case, 'running', 'answer_approved')
        self._pass_time(minutes=1)
        self._as(self.receiver, case)._answer("You get another one.")
        self._assert_clocks(case, 'met', 'answer_approved', 'answer_reviewed')

    def test_within_the_salesmans_power_nothing_is_submitted(self):
        case = self._take_in('category_service_attitude', 'grade_within_power')
        self._assert_clocks(case, 'running', 'visit')
        self._assert_no_clocks(case, 'submit')

    def test_deadlines_at_three_given_starts(self):
        """TL-066 … TL-069, TL-071: 2 days, 1 day, 24 hours, 2 and 1 working hours."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-11 18:00', '2026-09-10 18:00', '2026-09-10 10:00', '2026-09-09 12:00',
             '2026-09-09 11:00'),
            ('2026-09-21 18:00', '2026-09-20 18:00', '2026-09-19 19:10', '2026-09-20 11:00',
             '2026-09-20 10:00'),
            ('2026-10-09 18:00', '2026-10-08 18:00', '2026-10-01 16:30', '2026-10-08 09:30',
             '2026-09-30 17:30'),
        )  # fmt: skip
        for start, (second, first, day, two_hours, hour) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                case = self._distribute(self._review(self._fill_slip(self._take_in())))
                self._approve_all(self._write_opinion(case))
                self._assert_due(case, visit=second, submit=first, answer_reviewed=day)
                self._assert_due(case, distribute=two_hours, answer_approved=hour)
