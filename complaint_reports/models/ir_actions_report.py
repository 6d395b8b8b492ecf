import io

from odoo import api, models

from odoo.addons.base.models import ir_actions_report as core

from .complaint_case_evidence import EVIDENCE

CASE_SHEET_ACTION = 'complaint_reports.complaint_case_sheet_action'


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
        report = self._get_report(report_ref) if report_ref else self.browse()
        name = report.report_name or ''
        return name.startswith('complaint_reports.') or self._has_complaint_form(report)

    @api.model
    def _has_complaint_form(self, report):
        # Which reports are forms is no secret.
        forms = self.env['complaint.form'].sudo().with_context(active_test=False)
        return bool(report) and bool(forms.search_count([('report_id', '=', report.id)], limit=1))

    def _get_rendering_context_model(self, report):
        """Give our blocks what they need, in whichever report of a form they stand."""
        model = super()._get_rendering_context_model(report)
        if model is None and self._has_complaint_form(report):
            model = self.env['report.complaint_reports.complaint_form'].with_context(
                complaint_report_id=report.id
            )
        return model

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Bind the case sheet and the documents behind the cover of an evidence pack."""
        render = super()._render_qweb_pdf_prepare_streams
        streams = render(report_ref, data, res_ids=res_ids)
        if not res_ids or self._get_report(report_ref).report_name != EVIDENCE:
            return streams
        cases = self.env['complaint.case'].browse(res_ids)
        cases._log_evidence_access(self.env._("Printed"))
        sheets = render(CASE_SHEET_ACTION, {}, res_ids=res_ids)
        for case in cases:
            cover, sheet = streams[case.id]['stream'], sheets[case.id]['stream']
            streams[case.id]['stream'] = case._bind_evidence(cover, sheet)
            cover.close()
            sheet.close()
        return streams
