from odoo import models


class MailMessageLinkPreview(models.Model):
    _name = 'mail.message.link.preview'
    _inherit = ['complaint.recusal.door', 'mail.message.link.preview']
    _recusal_message = 'message_id'
