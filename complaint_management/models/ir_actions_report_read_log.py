from odoo import api, models
from odoo.exceptions import UserError


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    def _get_rendering_context(self, report, docids, data):
        """Record who prints restricted complaints, before anything is printed."""
        self._log_printed_complaints(report, docids)
        return super()._get_rendering_context(report, docids, data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Record it too where a stored file is handed out instead of a new one."""
        self._log_printed_complaints(self._get_report(report_ref), res_ids)
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)

    @api.model
    def _log_printed_complaints(self, report, docids):
        model = self.env.get(report.model)
        if model is None or not docids:
            return
        ids = [docids] if isinstance(docids, int) else docids
        # `base` knows whose data a record holds; as superuser, the report itself asks for rights.
        cases = model.sudo().browse(ids)._get_exported_complaints(())
        restricted = cases.filtered('is_restricted').sudo(False)
        if not restricted or self.env.su:
            return
        if self.env.cr.readonly:
            raise UserError(
                self.env._(
                    "A restricted complaint is printed with the button “Print”, so that it can be "
                    "recorded who printed it."
                )
            )
        restricted._log_reading('print', report.name)
