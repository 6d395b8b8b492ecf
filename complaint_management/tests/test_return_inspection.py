from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_return import ReturnCommon


@tagged('post_install', '-at_install')
class TestReturnInspection(ReturnCommon):
    """RET-4.2-a: the quality department inspects returned goods and issues its report."""

    def test_the_report_is_issued_and_stays(self):
        goods = self._add()
        with self._refused("after they arrived"):
            goods.action_inspect()
        self._store(self._receive(goods))
        with self._refused(
            "(?s)every piece was.*how many pieces.*is confirmed.*what the inspection"
        ):
            goods.action_inspect()
        for values in (
            {'inspected_quantity': 5, 'defective_quantity': 6},
            {'inspected_quantity': 11, 'defective_quantity': 1},
            {'inspected_quantity': 5, 'defective_quantity': -1},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                goods.write(values)
        goods.write(
            {
                'inspection_number': "IR-7",
                'inspection_method': 'full',
                'inspected_quantity': 10,
                'defective_quantity': 4,
                'inspection_finding': "Four cables are loose.",
                'inspection_result': 'partly',
            }
        )
        with self._refused("The software sets these fields itself"):
            goods.inspected_at = '2026-01-01'
        goods.action_inspect()
        self.assertEqual((bool(goods.inspected_at), goods.inspected_by_id), (True, self.handler))
        event = self.case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'goods_inspected')
        self.assertEqual(event.note, "Fault confirmed in part: Four cables are loose.")
        self.assertEqual(event.payload['defective'], 4)
        with self._refused("issued already"):
            goods.action_inspect()
        with self._refused("inspect anew"):
            goods.inspection_finding = "None is."
        goods.action_inspect_anew()
        goods.inspection_finding = "Five cables are loose."
        goods.action_inspect()
        self.assertEqual(self._codes(self.case).count('goods_inspected'), 2)
        # What the report says does not keep the goods from their course.
        goods.write({'disposition': 'send_back', 'disposition_reason': "Wants them back."})
        goods.action_decide()
