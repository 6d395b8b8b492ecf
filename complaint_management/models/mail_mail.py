from odoo import models


class MailMail(models.Model):
    _name = 'mail.mail'
    _inherit = ['complaint.recusal.door', 'mail.mail']
    _recusal_message = 'mail_message_id'
