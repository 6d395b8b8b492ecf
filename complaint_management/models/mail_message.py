from odoo import models


class MailMessage(models.Model):
    _name = 'mail.message'
    _inherit = ['complaint.masked.mixin', 'complaint.recusal.door', 'mail.message']
    _recusal_link = ('model', 'res_id')
