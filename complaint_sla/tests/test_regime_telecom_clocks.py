from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_telecom

from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestTelecomClocks(steps_of(test_regime_telecom.TestRegimeTelecom)):
    """TL-094 … TL-099, TL-128, TL-129: a business hall."""

    def test_an_order_is_answered_on_the_spot(self):
        case = self._take_in()
        self._assert_clocks(case, 'met', 'order')
        self._assert_clocks(case, 'running', 'on_the_spot', 'first_contact')
        self._assert_no_clocks(case, 'opinion_book')
        self._walk(case, self.receiver, 'pre_handling')
        self._assert_clocks(case, 'running', 'progress')
        self._walk(case, self.handler, 'on_the_spot', 'answer')
        self._as(self.handler, case)._answer("More counters open at noon from now on.")
        self._assert_clocks(case, 'met', 'on_the_spot', 'first_contact')
        self.assertEqual(self._get_clock(case, 'progress').state, 'cancelled')

    def test_the_opinion_book_is_handled_on_its_day(self):
        """TL-095."""
        case = self._take_in(channel_id=self.records['channel_opinion_book'].id)
        self._assert_clocks(case, 'running', 'opinion_book')

    def test_what_goes_up_is_not_due_on_the_spot(self):
        """TL-094, TEL-2.3-a."""
        case = self._take_in(grade_id=self.records['grade_major'].id)
        self._walk(case, self.receiver, 'pre_handling')
        self._pass_up(case)
        self.assertEqual(self._get_clock(case, 'on_the_spot').state, 'cancelled')

    def test_a_proven_wrong_charge_is_refunded(self):
        """TL-098, TL-099: from the proof to the refund, single or double."""
        for category, name, other in (
            ('category_fee_single', 'refund', 'double_refund'),
            ('category_fee_roaming', 'double_refund', 'refund'),
        ):
            case = self._take_in_fee_dispute(category, facts="30 for 20.", basis="Tariff 7.")
            self._walk(case, self.receiver, 'pre_handling')
            self._walk(case, self.handler, 'verification')
            self._as(self.handler, case).validity = 'valid'
            self._walk(case, self.handler, 'refund')
            self._assert_clocks(case, 'running', name)
            self._assert_no_clocks(case, other)
            self._pass_time(minutes=1)
            remedy = self.env['complaint.remedy'].with_user(self.handler)
            remedy = remedy.create(
                {'case_id': case.id, 'item': "March", 'charged_amount': 30, 'due_amount': 20}
            )
            remedy.action_submit()
            remedy._execute({'means': 'credit'})
            self._assert_clocks(case, 'met', name)

    def test_deadlines_at_three_given_starts(self):
        """TL-095, TL-098, TL-129: the same day, 5 and 3 working days (examples)."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-09 23:59:59', '2026-09-16 18:00', '2026-09-14 18:00'),
            ('2026-09-18 23:59:59', '2026-09-24 18:00', '2026-09-22 18:00'),
            ('2026-09-30 23:59:59', '2026-10-13 18:00', '2026-10-10 18:00'),
        )
        book = self.records['channel_opinion_book'].id
        wrong = {'facts': "30 for 20.", 'basis': "Tariff 7.", 'validity': 'valid'}
        for start, (same_day, fifth, third) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                self._assert_due(self._take_in(channel_id=book), opinion_book=same_day)
                case = self._take_in_fee_dispute('category_fee_single', **wrong)
                self._walk(case, self.receiver, 'pre_handling')
                self._walk(case, self.handler, 'verification', 'refund')
                self._assert_due(case, refund=fifth, first_contact=third)
