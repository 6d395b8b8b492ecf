from odoo import models


class ComplaintEvent(models.Model):
    _inherit = 'complaint.event'

    def _after_stamp(self):
        """Let the clocks of the cases follow what happened, or was revoked."""
        super()._after_stamp()
        self.env['complaint.sla.clock']._reconcile(self.case_id)
