from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_return import ReturnCommon


@tagged('post_install', '-at_install')
class TestReturn(ReturnCommon):
    """Requirements 1.9: returned goods and goods on hold."""

    def test_differences_are_told(self):
        """RET-5.5-a: model, lot and quantity against order and note."""
        cases = [
            ({}, None),
            ({'received_product': "k-2"}, None),
            ({'received_lot': "5"}, None),
            ({'lot': "5", 'received_lot': "6"}, "Lot differs: return order 5, goods 6."),
            ({'note_quantity': 9}, "customer's note 9, goods 10."),
            ({'note_product': "K3"}, "customer's note K3, goods K2."),
        ]  # fmt: skip
        for values, sentence in cases:
            with self.subTest(values):
                goods = self._add(lot=values.pop('lot', False))
                self._receive(goods, **values)
                self.assertIn(sentence or '', goods.differences or '')
                self.assertEqual(goods.has_differences, bool(sentence))
        event = self.case.sudo().event_ids.filtered(
            lambda event: event.milestone_id.code == 'goods_received'
        )
        self.assertIn("Model differs", ' '.join(filter(None, event.mapped('note'))))

    def test_each_step_asks_for_what_it_needs(self):
        goods = self._add()
        with self._refused("Enter the due date"):
            goods.action_issue()
        with self._refused("Issue the return order"):
            goods.action_receive()
        goods.due_date = '2031-01-01'
        goods.action_issue()
        with self._refused("is issued already"):
            goods.action_issue()
        with self._refused("order is issued: give it up"):
            goods.quantity = 11
        with self._refused("what arrived"):
            goods.action_receive()
        goods.write({'received_product': "K2", 'received_quantity': 10})
        with self._refused("customer's return note"):
            goods.action_receive()
        goods.write({'note_product': "K2", 'note_quantity': 10})
        goods.action_receive()
        with self._refused("the return zone"):
            goods.action_store()
        with self._refused("into the return zone first"):
            goods.action_decide()
        self._store(goods)
        with self._refused("what becomes of the goods"):
            goods.action_decide()
        goods.write({'disposition': 'accept', 'disposition_reason': "Nothing wrong."})
        goods.action_decide()
        with self._refused("decide anew"):
            goods.disposition = 'scrap'
        goods.action_decide_anew()
        goods.write({'disposition': 'send_back', 'disposition_reason': "Wants them back."})
        goods.action_decide()
        goods.outcome = "Sent back."
        goods.action_done()
        with self._refused("stay as they are recorded"):
            goods.outcome = "Else"
        with self._refused("dealt with already"):
            goods.action_done()

    def test_goods_that_stay_at_the_customer_need_no_order(self):
        """RET-5.3-c: by our people, or by the customer for us."""
        goods = self._add(handling='by_customer')
        with self._refused("need no return order"):
            goods.action_issue()
        with self._refused("what was done"):
            goods.action_done()
        goods.outcome = "The customer sorted 10."
        goods.action_done()
        self.assertIn('return_done', self._codes(self.case))

    def test_the_last_goods_end_the_return(self):
        first, second = self._add(handling='on_site'), self._add(handling='on_site')
        (first | second).write({'outcome': "Sorted."})
        first.action_done()
        self.assertNotIn('return_done', self._codes(self.case))
        second.action_done()
        self.assertEqual(self._codes(self.case).count('return_done'), 1)

    def test_goods_that_never_came_are_given_up(self):
        goods = self._add()
        with self._refused("why nothing comes back"):
            goods.action_cancel()
        goods.outcome = "The customer keeps them."
        goods.action_cancel()
        with self._refused("given up, not deleted|delete|unlink", Exception):
            goods.unlink()
        arrived = self._receive(self._add())
        arrived.outcome = "No"
        with self._refused("must be dealt with"):
            arrived.action_cancel()

    def test_only_buttons_lead_goods_on(self):
        goods = self._add()
        for values in ({'state': 'done'}, {'received_at': '2026-01-01'}, {'decided_by_id': 1}):
            with self._refused("The software sets these fields itself"):
                goods.write(values)
        with self._refused("access|read", AccessError):
            self._as(self.outsider, goods).read(['product'])

    def test_a_document_of_the_system_is_named_only_to_its_readers(self):
        """Issue 5: linked when such an app is there."""
        kind = self.env['ir.model']._get('res.partner')
        self.env['complaint.document.type'].create({'name': "Partner", 'model_id': kind.id})
        goods = self._add(document_ref=f'res.partner,{self.customer.id}')
        self.assertEqual(goods.document_ref, self.customer)
        self.assertEqual((goods.res_model, goods.res_id), ('res.partner', self.customer.id))
        goods.document_ref = False
        self.assertFalse(goods.res_id)

    # === HOLD === #

    def test_goods_on_hold_are_labelled_and_released_after_a_check(self):
        """RET-5.3-a, FO-52."""
        hold = (
            self.env['complaint.hold']
            .with_user(self.handler)
            .create({'case_id': self.case.id, 'product': "K2", 'lot': "5", 'label_count': 3})
        )
        self.assertTrue(self.case.has_held_goods)
        report = self.env['ir.actions.report'].with_context(lang='en_US')
        html = report._render_qweb_html(
            'complaint_management.complaint_hold_action_report', hold.ids
        )[0].decode()
        self.assertEqual(html.count("Shipment on hold"), 3)
        self.assertIn(self.case.number, html)
        with self._refused("what the check by quality found"):
            hold.action_release()
        hold.release_note = "All good."
        hold.action_release()
        self.assertEqual((hold.state, hold.released_by_id), ('released', self.handler))
        self.assertFalse(self.case.has_held_goods)
        with self._refused("released already"):
            hold.action_release()
        with self._refused("sets these fields itself"):
            hold.state = 'held'
