from odoo import models


class ComplaintCase(models.Model):
    _inherit = 'complaint.case'

    _rounds_idx = models.Index('(round) WHERE round > 1')  # analysis adds the rounds before
