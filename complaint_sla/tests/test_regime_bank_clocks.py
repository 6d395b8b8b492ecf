from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_bank

from .common_walk import steps_of


@tagged('post_install', '-at_install')
class TestBankClocks(steps_of(test_regime_bank.TestRegimeBank)):
    """TL-123 and the days that the guidance of the stages names: a bank."""

    def test_an_answer_in_fifteen_days_and_tellers_trained(self):
        case = self._bring_to_solution()
        self._assert_clocks(case, 'running', 'answer_simple', 'train_tellers')
        self._assert_no_clocks(case, 'answer_complex', 'answer_specially_complex')
        clock = self._get_clock(case, 'answer_simple')
        days = [
            fields.Datetime.context_timestamp(clock.with_context(tz=clock.tz), moment).date()
            for moment in (clock.started_at, clock.deadline)
        ]
        self.assertEqual((days[1] - days[0]).days, 15)
        self._pass_time(minutes=1)
        self._as(self.handler, case)._stamp('lesson_trained')
        self._assert_clocks(case, 'met', 'train_tellers')

    def test_a_harder_one_has_thirty(self):
        case = self._bring_to_solution(complexity='knotty')
        self._assert_clocks(case, 'running', 'answer_specially_complex')
        self._assert_no_clocks(case, 'answer_simple', 'answer_complex')
        self.assertTrue(self._get_clock(case, 'answer_specially_complex').policy_id.extension_max)
