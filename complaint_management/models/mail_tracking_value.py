from odoo import models


class MailTrackingValue(models.Model):
    _name = 'mail.tracking.value'
    _inherit = ['complaint.recusal.door', 'mail.tracking.value']
    _recusal_message = 'mail_message_id'
