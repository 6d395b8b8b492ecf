from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    complaint_sequence_id = fields.Many2one(
        related='company_id.complaint_sequence_id', readonly=False
    )
    complaint_mail_delay = fields.Integer(related='company_id.complaint_mail_delay', readonly=False)
