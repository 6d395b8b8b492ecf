from odoo import api, models

from ..models.complaint_case_evidence import EVIDENCE


class ReportComplaintFormEvidence(models.AbstractModel):
    """What the cover of the evidence pack tells: documents, course, readers, check values."""

    _name = f'report.{EVIDENCE}'
    _inherit = 'report.complaint_reports.complaint_form'
    _description = "Evidence Pack"

    @api.model
    def _get_report_values(self, docids, data=None):
        return {
            **super()._get_report_values(docids, data),
            'get_documents': lambda case: case._get_evidence_documents(),
            'get_passages': lambda case: case._get_timeline(),
            'get_readings': self._get_readings,
        }

    @api.model
    def _get_form_report(self):
        # As in the other forms.
        return self.env.ref('complaint_reports.complaint_form_evidence_action').sudo()

    @api.model
    def _get_readings(self, case):
        """Return who read a case, oldest first; none for who may not know that."""
        logs = self.env['complaint.read.log']
        if not logs.has_access('read'):
            return logs
        return logs.search([('case_id', '=', case.id)], order='read_at, id')
