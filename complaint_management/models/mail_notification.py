from odoo import models


class MailNotification(models.Model):
    _name = 'mail.notification'
    _inherit = ['complaint.recusal.door', 'mail.notification']
    _recusal_message = 'mail_message_id'
