from odoo import models


class ComplaintReportRunReading(models.Model):
    """Who takes a report away is listed, and who reads restricted complaints by it, recorded."""

    _inherit = 'complaint.report.run'

    def _take_workbook(self):
        """Return the workbook to the user who takes it away.

        :raise AccessError: a report that the user may not read
        """
        self.check_access('read')
        content = self._get_workbook()
        self.env['complaint.export.log']._record(self, ['figures_view'])
        self._get_exported_complaints(())._log_reading('export')
        return content

    def _get_exported_complaints(self, paths):
        """Add the complaints that lists of the reports name, where the lists come along."""
        cases = super()._get_exported_complaints(paths)
        if not paths or 'figures_view' in paths:
            # A print asks as superuser; it names what the user himself may see.
            cases |= self.sudo(False)._get_listed_complaints()
        return cases

    def _get_listed_complaints(self):
        """Return the complaints that lists of these reports name to the user, or are about."""
        cases = self.env['complaint.case']
        runs = self.sudo()  # what the user may see of them is decided below
        tables = [table for run in runs for table in (run.figures or {}).get('sections', [])]
        for model, found in self._get_subjects({'sections': tables}, False).items():
            cases |= self.env[model].browse(found)._get_exported_complaints(())
        return cases
