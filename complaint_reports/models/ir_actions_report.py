import io

from odoo import api, models

from odoo.addons.base.models import ir_actions_report as core


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, **kwargs):
        """Print our forms of several records with an engine that takes one page at a time.

        The wkhtmltopdf of Linux distributions ("unpatched Qt") refuses more than one input.
        """
        run = super()._run_wkhtmltopdf
        bodies = list(bodies)
        is_ours = self._is_complaint_form(report_ref)
        if len(bodies) < 2 or core._wkhtml().is_patched_qt or not is_ours:
            return run(bodies, report_ref=report_ref, **kwargs)
        streams = [io.BytesIO(run([body], report_ref=report_ref, **kwargs)) for body in bodies]
        with self._merge_pdfs(streams, self._handle_merge_pdfs_error) as merged:
            return merged.getvalue()

    @api.model
    def _is_complaint_form(self, report_ref):
        name = self._get_report(report_ref).report_name if report_ref else ''
        return name.startswith('complaint_reports.')
