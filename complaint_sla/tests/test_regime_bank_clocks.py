from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_bank

from .common_walk import STARTS, steps_of


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

    def test_deadlines_at_three_given_starts(self):
        """15 and 30 days by the calendar, to the end of the day, on a holiday too."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-24 23:59:59', '2026-10-09 23:59:59'),
            ('2026-10-03 23:59:59', '2026-10-18 23:59:59'),
            ('2026-10-15 23:59:59', '2026-10-30 23:59:59'),
        )
        for start, (fifteen, thirty) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                self._assert_due(self._take_in(), answer_simple=fifteen)
                self._assert_due(self._take_in(complexity='complex'), answer_complex=thirty)
                special = self._take_in(complexity='knotty')
                self._assert_due(special, answer_specially_complex=thirty)
