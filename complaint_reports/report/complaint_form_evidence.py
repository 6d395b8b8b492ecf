from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..models.complaint_case_evidence import EVIDENCE


class ReportComplaintFormEvidence(models.AbstractModel):
    """What the cover of the evidence pack tells: documents, course, readers, check values."""

    _name = f'report.{EVIDENCE}'
    _inherit = 'report.complaint_reports.complaint_form'
    _description = "Evidence Pack"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        self._check_whole(values['docs'])
        return {
            **values,
            'get_documents': lambda case: case._get_evidence_documents(),
            'get_passages': lambda case: case._get_timeline(),
            'get_readings': self._get_readings,
        }

    @api.model
    def _check_whole(self, cases):
        """Refuse a pack to whom contact data is masked.

        The files of the complainant would name who is masked, and a pack without them would be
        taken for the whole file.

        :raise UserError: says how to get the pack
        """
        if masked := cases.filtered('is_contact_masked'):
            raise UserError(
                self.env._(
                    "An evidence pack holds the whole file, with the papers of the complainant, "
                    "and the contact data of %(cases)s is masked for you. Show it first, with a "
                    "reason, or ask the team that took the complaint in to print the pack.",
                    cases=format_list(self.env, masked.mapped('display_name')),
                )
            )

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
