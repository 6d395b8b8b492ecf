from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_insurance

from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestInsuranceClocks(steps_of(test_regime_insurance.TestRegimeInsurance)):
    """TL-074 … TL-090, TL-122 … TL-127: grievances, complaints and special cases of an insurer."""

    def _name_person(self, case):
        self._walk(case, self.receiver, 'classification', 'named_person')
        self._as(self.receiver, case)._assign(
            {'handler_id': self.handler.id, 'department_id': self.sales.id}
        )
        return case

    def _chase(self, case):
        self._walk(case, self.handler, 'pass_on')
        self._as(self.committee, case).action_accept_department()
        self._pass_time(minutes=1)
        headings = case.procedure_id._get_feedback_headings()
        self._as(self.committee, case)._answer_department(dict.fromkeys(headings, "Warned."))
        return self._walk(case, self.handler, 'department_answer')

    def test_a_grievance_about_sales_staff_passed_chased_and_seen_to(self):
        """TL-074, TL-075, TL-076."""
        case = self._take_in_grievance('category_sales_service')
        self._assert_clocks(case, 'running', 'sales_pass', 'contact')
        self._assert_no_clocks(case, 'sales_chase', 'company_pass', 'company_answer')
        self._name_person(case)
        self._chase(case)
        self._assert_clocks(case, 'met', 'record', 'sales_pass', 'sales_chase')
        self._assert_clocks(case, 'running', 'sales_check')
        self._check_with_customer(case)
        self._assert_clocks(case, 'met', 'sales_check')

    def test_a_grievance_about_the_company_passed_chased_and_notified(self):
        """TL-078, TL-079, TL-080; the limit to answer at once is the branch not taken."""
        case = self._take_in_grievance('category_company_service')
        self._assert_clocks(case, 'running', 'company_answer', 'company_pass')
        self._chase(self._name_person(case))
        self.assertEqual(self._get_clock(case, 'company_answer').state, 'cancelled')
        self._assert_clocks(case, 'met', 'company_pass', 'company_chase')
        self._assert_clocks(case, 'running', 'company_notify')
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("The lift works again.")
        self._assert_clocks(case, 'met', 'company_notify')

    def test_a_grievance_about_the_company_answered_at_once(self):
        """TL-077: then nothing has to be passed on."""
        case = self._name_person(self._take_in_grievance('category_company_service'))
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("The lift works again.")
        self._assert_clocks(case, 'met', 'company_answer')
        self.assertEqual(self._get_clock(case, 'company_pass').state, 'cancelled')

    def test_grievances_about_products(self):
        """TL-081 … TL-084: by the kind of product."""
        case = self._chase(
            self._name_person(self._take_in_grievance('category_product_non_traditional'))
        )
        self.assertEqual(self._get_clock(case, 'product_answer').state, 'cancelled')
        self._assert_clocks(case, 'met', 'product_pass')
        self._assert_no_clocks(case, 'product_chase')
        self._assert_clocks(case, 'running', 'product_notify')
        case = self._chase(
            self._name_person(self._take_in_grievance('category_product_traditional'))
        )
        self._assert_clocks(case, 'met', 'product_chase')
        self._assert_no_clocks(case, 'product_answer', 'product_pass')
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("This is how it is reckoned.")
        self._assert_clocks(case, 'met', 'product_notify')

    def test_a_complaint_has_no_limits_of_grievances(self):
        case = self._bring_to_answer()
        self._assert_no_clocks(case, 'product_chase', 'product_notify', 'product_pass')
        self._assert_clocks(case, 'running', 'tell_result')
        self._as(self.handler, case)._answer("We refund it.")
        self._assert_clocks(case, 'met', 'tell_result', 'contact')
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).action_execute_solution()
        self._assert_clocks(case, 'running', 'filing')
        self._as(self.handler, case).validity = 'valid'
        self._sign(case)
        self._walk(case, self.handler, 'filing')
        self._assert_clocks(case, 'met', 'filing')

    def test_one_level_up(self):
        """TL-085: the software passes it up in the moment of the rejection."""
        case = self._bring_to_answer()
        self._as(self.handler, case)._answer("We refund it.")
        self._as(self.handler, case)._reject_answer("I want interest, too.")
        self._assert_clocks(case, 'met', 'level_up')

    def test_a_special_case(self):
        """TL-086, TL-087, TL-088, TL-126."""
        case = self._bring_to_investigation(grade='special')
        self._assert_clocks(case, 'running', 'special_facts', 'report_group')
        self._write_opinion(case)
        self._investigate(case)
        self._pass_time(minutes=1)
        self._as(self.handler, case).action_investigated()
        self._assert_clocks(case, 'met', 'special_facts')
        self._visit(case)
        self.assertEqual(self._get_clock(case, 'special_promise').deadline, case.sudo().promised_at)
        self._walk(case, self.handler, 'consensus', 'opinion')
        self._assert_asked(case, 'opinion', self.manager).action_approve()
        self._walk(case, self.handler, 'group_guidance')
        self._assert_clocks(case, 'met', 'report_group')
        self._hold_panel(case)
        self._assert_clocks(case, 'met', 'joint_opinion')
        self._assert_clocks(case, 'running', 'special_promise')

    def test_deadlines_at_three_given_starts(self):
        """TL-074 … TL-080, TL-086: 1 and 3 working days."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-10 18:00', '2026-09-14 18:00'),
            ('2026-09-20 18:00', '2026-09-22 18:00'),
            ('2026-10-08 18:00', '2026-10-10 18:00'),
        )
        for start, (first, third) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                grievance = self._take_in_grievance('category_sales_service')
                self._chase(self._name_person(grievance))
                self._assert_due(grievance, sales_pass=first, sales_chase=third, sales_check=third)
                company = self._take_in_grievance('category_company_service')
                self._chase(self._name_person(company))
                self._assert_due(company, company_answer=first, company_pass=first)
                self._assert_due(company, company_chase=third, company_notify=first)
                special = self._bring_to_investigation(grade='special')
                self._assert_due(special, special_facts=first)
