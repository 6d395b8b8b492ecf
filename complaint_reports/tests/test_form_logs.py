from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_forms import FormsCommon


@tagged('post_install', '-at_install')
class TestFormLogs(FormsCommon):
    """What is noted day by day, on paper (2.7: FO-06, FO-53, FO-54, FO-58)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.use_returns = True
        cls.goods = cls.env['complaint.return'].create(
            {'case_id': cls.short.id, 'product': "K2", 'quantity': 10, 'lot': "L-9"}
        )

    def _get_on(self):
        """Bring the goods into the return zone, inspected and to be scrapped."""
        goods = self.goods
        goods.write({'due_date': '2031-01-01', 'defect': "It flickers."})
        goods.action_issue()
        goods.write(
            {
                **{'note_product': "K2", 'note_quantity': 10, 'received_product': "K2"},
                **{'received_quantity': 9, 'received_lot': "L-9"},
            }
        )
        goods.action_receive()
        goods.zone = "R-1"
        goods.action_store()
        goods.write(
            {
                **{'inspection_number': "IR-7", 'inspection_method': 'full'},
                **{'inspected_quantity': 9, 'defective_quantity': 4},
                **{'inspection_finding': "Four cables are loose.", 'inspection_result': 'partly'},
                **{'disposition': 'scrap', 'disposition_reason': "Not worth mending."},
                'scrap_report': "S-12",
            }
        )

    def test_a_sheet_of_the_duty_log(self):
        """PROPERTY-5.1.2-C1: with the entries that whoever prints may see."""
        sheets = self.env['complaint.duty'].with_user(self.receiver)
        sheet = sheets.create({'shift': "Night", 'note': "The gate sticks."})
        sheet.line_ids.create(
            [
                {'duty_id': sheet.id, 'content': "Gate does not open.", 'informant': "Guard"},
                {'duty_id': sheet.id, 'content': "He shouted.", 'case_id': self.short.id},
            ]
        )
        text = self._print_form_text('duty', sheet, self.receiver)
        for part in ("Duty Log", "Night", "Gate does not open.", "Guard", "The gate sticks."):
            self.assertIn(part, text)
        self.assertIn(f"He shouted. {self.short.number}", text)
        self.assertNotIn("False", text)
        self._recuse('manager', self.short)
        text = self._print_form_text('duty', sheet)
        self.assertIn("Gate does not open.", text)
        self.assertNotIn("He shouted.", text)
        with self.assertRaises(AccessError):
            self._print_form('duty', sheet, self.handler)

    def test_goods_empty_and_filled_in(self):
        """RET-4.2-a, RET-5.6-c: inspection report and scrap report."""
        for name in ('goods_inspection', 'scrap'):
            text = self._print_form_text(name, self.goods)
            self.assertIn(self._get_form(name).name, text)
            self.assertNotIn("False", text)
        self._get_on()
        text = self._print_form_text('goods_inspection', self.goods)
        for part in ("IR-7", "It flickers.", "✓ Every piece", "✓ Fault confirmed in part"):
            self.assertIn(part, text)
        self.assertIn("Four cables are loose.", text)
        self.assertIn("Quantity differs", text)
        text = self._print_form_text('scrap', self.goods)
        for part in ("S-12", "Not worth mending.", "Four cables are loose.", "Authorised person"):
            self.assertIn(part, text)

    def test_one_sheet_for_all_that_is_counted(self):
        self._get_on()
        counts = self.env['complaint.return.count'].with_user(self.manager)
        counts.action_count()
        count = counts.search([('return_id', '=', self.goods.id)])
        count.write({'counted': 8, 'note': "One is in the laboratory."})
        text = self._print_form_text('goods_count', count)
        self.assertIn("R-1 K2 L-9", text)
        self.assertIn(f"{self.short.number} 9 8 -1 One is in the laboratory.", text)

    def test_counted_without_a_difference_is_not_left_open(self):
        """RET-5.5-b: who reads the sheet must tell what agrees from what nobody counted."""
        self._get_on()
        counts = self.env['complaint.return.count'].with_user(self.manager)
        counts.action_count()
        count = counts.search([('return_id', '=', self.goods.id)])
        row = self._print_form('goods_count', count)[count.id].xpath('.//tbody/tr')[0]
        self.assertEqual([cell.text_content().strip() for cell in row[4:7]], ['9', '', ''])
        count.counted = 9
        row = self._print_form('goods_count', count)[count.id].xpath('.//tbody/tr')[0]
        self.assertEqual([cell.text_content().strip() for cell in row[4:7]], ['9', '9', '0'])

    def test_large_quantities_are_counted_to_the_piece(self):
        self._get_on()
        counts = self.env['complaint.return.count'].with_user(self.manager)
        counts.action_count()
        count = counts.search([('return_id', '=', self.goods.id)])
        count.counted = 1234567
        self.assertIn("9 1234567 +1234558", self._print_form_text('goods_count', count))

    def test_the_improvement_report(self):
        """PROD-4-d, FO-58: cause, improvement and its effect, for the management."""
        self.env['complaint.measure'].create(
            [
                {
                    **{'case_id': self.short.id, 'name': "Check each cable"},
                    **{'department_id': self.department.id, 'result': "A jig is in use."},
                },
                {'case_id': self.short.id, 'name': "Ask the supplier"},
            ]
        )
        text = self._print_form_text('improvement', self.short)
        for part in ("Improvement Report", "Check each cable", "Works", "A jig is in use."):
            self.assertIn(part, text)
        self.assertIn("Management representative", text)
        fitting = self.env['complaint.form'].with_user(self.manager)._get_fitting(self.short)
        self.assertIn(self._get_form('improvement'), fitting)
