from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime


class ReportComplaintReportRun(models.AbstractModel):
    """What the paper of a period report needs: the figures as the reader may see them."""

    _name = 'report.complaint_reports.complaint_report_run'
    _description = "Report of a Period on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        runs = self.env['complaint.report.run'].browse(docids)
        runs.check_access('read')
        everything = runs._is_asked_for_everything()
        return {
            'doc_ids': docids,
            'doc_model': 'complaint.report.run',
            'docs': runs,
            'is_chinese': (self.env.lang or '').startswith('zh'),
            'get_sections': lambda run: run._get_shown_figures(everything)['sections'],
            'get_differences': lambda run: run.differences_view or [],
            'draw': Markup,  # charts are drawn by our own code, texts in them are escaped there
            'moment': self._format_moment,
        }

    @api.model
    def _format_moment(self, run, moment):
        return format_datetime(self.env, moment, tz=run.tz, dt_format='yyyy-MM-dd HH:mm')
