from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_manufacturer

from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestManufacturerClocks(steps_of(test_regime_manufacturer.TestRegimeManufacturer)):
    """TL-019 … TL-021, TL-057 … TL-064, TL-119: a manufacturer."""

    def test_contained_in_three_days_and_mended_for_good_in_two_weeks(self):
        case = self._take_in()
        self._assert_clocks(case, 'met', 'form')
        self._assert_clocks(case, 'running', 'contact', 'hold', 'check')
        self._hold(case)
        self._assert_clocks(case, 'met', 'contact', 'hold')
        self._contain(case)
        self._assert_clocks(case, 'met', 'check', 'interim')
        self._assert_clocks(case, 'running', 'permanent')
        self._answer_customer(case)
        self._assert_clocks(case, 'met', 'permanent')

    def test_returned_goods_by_the_hour(self):
        case = self._contain(self._hold(self._take_in()))
        self._assert_clocks(case, 'running', 'countermeasure')
        goods = self._receive_goods(case)
        self._assert_clocks(case, 'met', 'countermeasure', 'notify_return')
        self._assert_clocks(case, 'running', 'return_due', 'on_spot', 'agree_handling')
        self.assertEqual(goods.due_date.isoformat(), '2031-01-01')
        self.assertIn('2031-01-01', str(self._get_clock(case, 'return_due').deadline))
        self._pass_time(minutes=1)
        self._as(self.manager, case)._stamp('manufacturer_handling_agreed')
        self._as(self.manager, case)._stamp('manufacturer_on_spot')
        self._assert_clocks(case, 'met', 'on_spot', 'agree_handling')
        self._assert_clocks(case, 'running', 'disposition')
        goods.write({'disposition': 'rework', 'disposition_reason': "Change the cable."})
        goods.action_decide()
        self._assert_clocks(case, 'met', 'disposition')
        self._inspect_goods(goods)
        self._walk(case, self.manager, 'disposition', 'rework')
        goods.write({'outcome': "New cable.", 'rework_order': "RW-9"})
        goods.write({'quantity_good': 117, 'quantity_rejected': 1})
        goods.action_done()
        self._assert_clocks(case, 'met', 'return_due')

    def test_deadlines_at_three_given_starts(self):
        """TL-058, TL-020, TL-021, TL-062, TL-064: hours by the clock, 3 days, 2 working weeks."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-09 11:00', '2026-09-09 12:00', '2026-09-14 18:00', '2026-09-22 18:00'),
            ('2026-09-18 20:10', '2026-09-18 21:10', '2026-09-22 18:00', '2026-10-09 18:00'),
            ('2026-09-30 17:30', '2026-09-30 18:30', '2026-10-10 18:00', '2026-10-20 18:00'),
        )
        for start, (one_hour, two_hours, third, two_weeks) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                case = self._contain(self._hold(self._take_in()))
                self._assert_due(case, contact=one_hour, interim=third, permanent=two_weeks)
                self._receive_goods(case)
                self._as(self.manager, case)._stamp('manufacturer_on_spot')
                self._assert_due(case, notify_return=one_hour, disposition=two_hours)
