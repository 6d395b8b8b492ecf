from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_pawn

from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestPawnClocks(steps_of(test_regime_pawn.TestRegimePawn)):
    """TL-001 … TL-010, TL-104, TL-105, TL-108: a pawnshop."""

    def _execute_and_tell(self, case):
        self._walk(case, self.handler, 'review')
        self._approve(case)
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).action_start_execution()
        self._pass_time(minutes=1)
        self._as(self.handler, case)._record_contact(
            {'purpose': 'progress', 'content': "The polisher has it."}
        )
        self._pass_time(minutes=1)
        self._as(self.handler, case).action_execute_solution()
        self._walk(case, self.handler, 'internal_feedback')
        parts = dict.fromkeys(test_regime_pawn.PARTS, "Done.")
        self._as(self.handler, case)._answer_department(parts)
        return self._walk(case, self.handler, 'customer_feedback')

    def test_an_ordinary_complaint_from_the_counter_to_the_callback(self):
        case = self._propose(self._assign(self._take_in()))
        self._assert_clocks(case, 'met', 'record', 'start_process', 'pass_on', 'name_investigator')
        self._assert_clocks(case, 'running', 'department_ordinary', 'solution_ordinary')
        self._assert_no_clocks(case, 'department_complex', 'solution_complex', 'about_handler')
        self._execute_and_tell(case)
        self._assert_clocks(
            case, 'met', 'solution_ordinary', 'execute', 'internal_feedback', 'department_ordinary'
        )
        self._assert_clocks(case, 'running', 'customer_feedback')
        self.assertEqual(self._get_clock(case, 'progress').mapped('state'), ['met', 'cancelled'])
        self._pass_time(minutes=1)
        self._answer(case)
        self._assert_clocks(case, 'met', 'customer_feedback')
        self._assert_clocks(case, 'running', 'callback')
        self._as(self.receiver, case)._accept_answer()
        self._as(self.receiver, case).validity = 'valid'
        self._walk(case, self.receiver, 'callback')
        self._as(self.receiver, case.callback_ids).write({'satisfaction': 'satisfied'})
        self._as(self.receiver, case.callback_ids).action_done()
        self._assert_clocks(case, 'met', 'callback')

    def test_a_complex_complaint_has_limits_that_can_be_extended(self):
        """TL-003, TL-006, TL-106: capped, and the date moves when the customer was told."""
        for name in ('department_complex', 'solution_complex'):
            case = self._assign(self._take_in(), complexity='complex')
            self._assert_clocks(case, 'running', 'department_complex', 'solution_complex')
            self._assert_no_clocks(case, 'department_ordinary', 'solution_ordinary')
            clock = self._get_clock(case, name)
            deadline = clock.deadline
            with self._refused("7 days"):
                clock.with_user(self.manager)._ask_extension("Much longer", value=40)
            extension = clock.with_user(self.manager)._ask_extension("A second expert", value=2)
            self.assertTrue(extension.needs_notice)
            self.assertEqual(clock.deadline, deadline)

    def test_a_dissatisfied_customer_needs_no_callback_of_that_round(self):
        case = self._bring_to_feedback()
        self._pass_time(minutes=1)
        self._answer(case)
        self._pass_time(minutes=1)
        self._as(self.receiver, case)._reject_answer("Still scratched.")
        self.assertEqual(self._get_clock(case, 'callback').state, 'cancelled')
        self.assertEqual(self._get_clock(case, 'department_ordinary').state, 'met')

    def test_an_obstacle_is_explained(self):
        """TL-109."""
        case = self._propose(self._assign(self._take_in()))
        self._walk(case, self.handler, 'review')
        self._approve(case)
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).current_solution_id._renegotiate("The polisher is ill.")
        self._assert_clocks(case, 'running', 'obstacle')
        self._pass_time(minutes=1)
        self._as(self.handler, case)._record_contact(
            {'purpose': 'obstacle', 'content': "The polisher is ill, we ask another one."}
        )
        self._assert_clocks(case, 'met', 'obstacle')

    def test_a_report_about_a_handler(self):
        """TL-111."""
        case = self._take_in(category_id=self.records['category_handling_attitude'].id)
        self._assert_clocks(case, 'running', 'about_handler')

    def test_deadlines_at_three_given_starts(self):
        """TL-002, TL-005, TL-009, TL-010 (examples): 5, 3, 2 and 5 working days."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-16 18:00', '2026-09-14 18:00', '2026-09-11 18:00'),
            ('2026-09-24 18:00', '2026-09-22 18:00', '2026-09-21 18:00'),
            ('2026-10-13 18:00', '2026-10-10 18:00', '2026-10-09 18:00'),
        )
        for start, (fifth, third, second) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                case = self._bring_to_feedback()
                self._answer(case)
                self._assert_due(case, department_ordinary=fifth, solution_ordinary=third)
                self._assert_due(case, customer_feedback=second, callback=fifth)
