from odoo import api, models


class ReportComplaintFormLog(models.AbstractModel):
    """Who signs the forms of what is noted day by day."""

    _inherit = 'report.complaint_reports.complaint_form'

    @api.model
    def _get_signer_labels(self):
        return {
            **super()._get_signer_labels(),
            'on_duty': self.env._("On duty"),
            'inspected': self.env._("Inspected by"),
            'counted': self.env._("Stock-take by"),
            'authorised': self.env._("Authorised person"),
            'management_representative': self.env._("Management representative"),
        }
