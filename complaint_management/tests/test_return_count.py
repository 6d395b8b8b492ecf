from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_return import ReturnCommon


@tagged('post_install', '-at_install')
class TestReturnCount(ReturnCommon):
    """RET-5.5-b, PRIN-4.1-f: goods in the return zone are counted every day."""

    def _count(self, user=None):
        """Open the stock-take of today by its menu, and return its lines."""
        counts = self.env['complaint.return.count'].with_user(user or self.handler)
        counts.action_count()
        return counts.search([('return_id.case_id', '=', self.case.id)])

    def test_what_is_here_is_counted_on_the_day_itself(self):
        here, ordered = self._store(self._receive(self._add())), self._add()
        ordered.due_date = '2031-01-01'
        ordered.action_issue()
        count = self._count()
        self.assertEqual((count.return_id, count.expected), (here, 10))
        self.assertEqual((count.zone, count.product), ("R-1", "K2"))
        self.assertEqual((count.difference, count.counted_at), (0, False), "Nobody counted yet")
        self.assertEqual(self._count(), count, "A line a day")
        count.write({'counted': 8, 'note': "Two are in the laboratory."})
        self.assertEqual((count.difference, count.counted_by_id), (-2, self.handler))
        count.action_count_matches()
        self.assertEqual((count.difference, count.counted), (0, 10))
        count.action_count_none()
        self.assertEqual(count.difference, -10)
        for values in ({'expected': 0}, {'counted_at': False}, {'date': '2026-01-01'}):
            with self._refused("The software sets these fields itself"):
                count.write(values)
        with self.assertRaises(AccessError):
            count.create({'return_id': here.id, 'date': count.date})
        with self.assertRaises(AccessError):
            count.unlink()
        count.sudo()._write_internal({'date': count.date - timedelta(days=1)})
        with self._refused("stays as it was"):
            count.counted = 10
        self.assertEqual(len(self._count()), 2)

    def test_goods_of_complaints_out_of_reach_are_not_there(self):
        """Recusal, and strangers: neither their goods nor a line about them."""
        self._store(self._receive(self._add()))
        count = self._count()
        self.assertFalse(self._count(self.legal))
        self.assertEqual(self._count(self.manager).ids, count.ids)
        accused = self.employees['manager'].ids
        self.case.sudo().accused_employee_ids = [Command.set(accused)]
        self.env.invalidate_all()
        self.assertFalse(self._count(self.manager))
        with self.assertRaises(AccessError):
            self._as(self.manager, count).counted = 1
        # Who reads the complaint counts its goods without working on it.
        seen = self._count(self.receiver)
        self.assertEqual(seen.ids, count.ids)
        seen.counted = 10
        self.assertEqual(count.counted_by_id, self.receiver)
