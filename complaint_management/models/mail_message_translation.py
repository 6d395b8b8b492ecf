from odoo import models


class MailMessageTranslation(models.Model):
    _name = 'mail.message.translation'
    _inherit = ['complaint.recusal.door', 'mail.message.translation']
    _recusal_message = 'message_id'
