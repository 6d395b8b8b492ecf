from odoo import models


class MailNotification(models.Model):
    _name = 'mail.notification'
    _inherit = ['complaint.people.door', 'mail.notification']
    _recusal_message = 'mail_message_id'
    _people_field = 'res_partner_id'
