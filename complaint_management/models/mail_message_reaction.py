from odoo import models


class MailMessageReaction(models.Model):
    _name = 'mail.message.reaction'
    _inherit = ['complaint.people.door', 'mail.message.reaction']
    _recusal_message = 'message_id'
