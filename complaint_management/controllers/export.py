from odoo.addons.web.controllers.export import CSVExport

# What spreadsheets take for the beginning of a formula, beside what Odoo itself keeps apart.
FORMULA_STARTS = ('@', '\t', '\r')


class ComplaintCSVExport(CSVExport):
    """Complaints are written by strangers: none of their words may run in a spreadsheet."""

    def from_data(self, fields, columns_headers, rows):
        rows = [[self._get_plain_cell(cell) for cell in row] for row in rows]
        return super().from_data(fields, columns_headers, rows)

    def _get_plain_cell(self, cell):
        """Return the cell, marked as text where a spreadsheet would reckon it."""
        if isinstance(cell, bytes):
            cell = cell.decode()
        if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
            return f"'{cell}"
        return cell
