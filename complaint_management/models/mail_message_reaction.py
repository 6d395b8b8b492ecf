from odoo import models


class MailMessageReaction(models.Model):
    _name = 'mail.message.reaction'
    _inherit = ['complaint.recusal.door', 'mail.message.reaction']
    _recusal_message = 'message_id'
