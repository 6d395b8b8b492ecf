from odoo.tests import tagged

from .common_forms import FormsCommon


@tagged('post_install', '-at_install')
class TestFormEightd(FormsCommon):
    """The 8D report tells who does what, and what it brought (8D-3-a to 8D-6-d, FO-24)."""

    def _create_measure(self, **values):
        return self.env['complaint.measure'].create({'case_id': self.short.id, **values})

    def _get_rows(self):
        """Return {heading of a table: texts of the cells of each row}."""
        [article] = self._print_form('eightd', self.short).values()
        return {
            ' '.join(table.getprevious().text_content().split()): [
                [' '.join(cell.text_content().split()) for cell in row]
                for row in table.xpath('./tbody/tr')
            ]
            for table in article.xpath(".//table[./thead]")
        }

    def test_each_measure_under_its_discipline(self):
        self._create_measure(name="Stop the line", kind='containment', owner_id=self.handler.id)
        self._create_measure(name="Thicker plating", kind='corrective', result="Ordered.")
        self._create_measure(name="Train the desk", kind='preventive')
        rows = self._get_rows()
        [contained] = rows["D3 Containment"]
        self.assertEqual(contained[:2], ["Stop the line", "Handler"])
        [corrected] = rows["D5 and D6 Corrective measures and their effect"]
        self.assertEqual((corrected[0], corrected[3]), ("Thicker plating", "Ordered."))
        [prevented] = rows["D7 Prevention"]
        self.assertEqual(prevented[0], "Train the desk")

    def test_figures_before_and_after_prove_the_effect(self):
        """8D-5-a: hard evidence is required."""
        measure = self._create_measure(
            name="Thicker plating", kind='corrective', effect_metric="Defects, %", value_before=11.7
        )
        [row] = self._get_rows()["D5 and D6 Corrective measures and their effect"]
        self.assertEqual(row[4], "Defects, %: 11.7 → …")
        measure.write({'value_after': 0.25, 'effect_note': "Three lots without a fault."})
        [row] = self._get_rows()["D5 and D6 Corrective measures and their effect"]
        self.assertEqual(row[4], "Defects, %: 11.7 → 0.25 Three lots without a fault.")

    def test_room_to_write_where_nothing_is_planned(self):
        for heading in ("D3 Containment", "D7 Prevention"):
            self.assertEqual(self._get_rows()[heading], [[''] * 5])
        [row] = self._get_rows()["D5 and D6 Corrective measures and their effect"]
        self.assertEqual(row, [''] * 6)
