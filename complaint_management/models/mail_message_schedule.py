from odoo import models


class MailMessageSchedule(models.Model):
    _name = 'mail.message.schedule'
    _inherit = ['complaint.recusal.door', 'mail.message.schedule']
    _recusal_message = 'mail_message_id'
