from odoo import models


class MailScheduledMessage(models.Model):
    _name = 'mail.scheduled.message'
    _inherit = ['complaint.recusal.door', 'mail.scheduled.message']
    _recusal_link = ('model', 'res_id')
