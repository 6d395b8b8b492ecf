from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestCost(ComplaintCommon):
    """RET-5.3-d: every cost of handling is counted as external failure cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case()
        cls.kinds = cls.env['complaint.cost.category'].search([])
        cls.currency = cls.case.company_id.currency_id

    def _add(self, amount, user=None, **values):
        return (
            self.env['complaint.cost']
            .with_user(user or self.handler)
            .create(
                {
                    'case_id': self.case.id,
                    'category_id': self.kinds[0].id,
                    'amount': amount,
                    **values,
                }
            )
        )

    def test_the_total_is_the_sum_of_the_rows(self):
        self.assertEqual(self.case.cost_total, 0)
        costs = self._add(120.5) | self._add(79.5, category_id=self.kinds[1].id)
        self.assertEqual(self.case.cost_total, 200)
        self.assertEqual(self.case.cost_total, sum(costs.mapped('amount_company')))
        costs[0].amount = 20.5
        self.assertEqual(self.case.cost_total, 100)
        costs[1].with_user(self.manager).unlink()
        self.assertEqual(self.case.cost_total, 20.5)

    def test_other_currencies_are_converted_at_the_rate_of_the_day(self):
        other = self.env['res.currency'].with_context(active_test=False)
        other = other.search([('id', '!=', self.currency.id), ('name', '=', 'JPY')])
        other.active = True
        other.rate_ids.unlink()
        for day, rate in (('2026-01-01', 20), ('2026-02-01', 25)):
            self.env['res.currency.rate'].create(
                {
                    'currency_id': other.id,
                    'name': day,
                    'rate': rate,
                    'company_id': self.case.company_id.id,
                }
            )
        early = self._add(1000, currency_id=other.id, date='2026-01-31')
        late = self._add(1001, currency_id=other.id, date='2026-02-01')
        self.assertEqual((early.amount_company, late.amount_company), (50, 40.04))
        self.assertEqual(self.case.cost_total, 90.04)

    def test_a_cost_is_more_than_nothing(self):
        for amount in (0, -5):
            with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError):
                self._add(amount)

    def test_costs_are_as_secret_as_their_case(self):
        cost = self._add(5)
        with self._refused("access|read", AccessError):
            self._as(self.outsider, cost).read(['amount'])
        with self._refused("access|unlink|delete", AccessError):
            self._as(self.handler, cost).unlink()
        self._move(self._as(self.manager, self.case), 'closed')
        self._add(7)  # bills come later
        self.assertEqual(self.case.cost_total, 12)

    def test_menus_come_and_go_with_the_switches(self):
        """T25, T22: whoever needs none of it sees none of it."""
        procedures = self.env['complaint.procedure'].search([])
        menus = self.env['ir.ui.menu'].with_user(self.manager)
        names = {
            'use_costs': ['complaint_menu_cost'],
            'use_returns': ['complaint_menu_return', 'complaint_menu_hold'],
        }
        for switch, xml_ids in names.items():
            ids = [self.env.ref(f'complaint_management.{name}').id for name in xml_ids]
            procedures.write({switch: False})
            self.assertFalse(set(ids) & set(menus.load_menus(False)))
            procedures[0].write({switch: True})
            self.assertLessEqual(set(ids), set(menus.load_menus(False)))
