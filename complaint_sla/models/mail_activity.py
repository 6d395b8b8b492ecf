from odoo import fields, models


class MailActivity(models.Model):
    _inherit = 'mail.activity'

    complaint_reminder_id = fields.Many2one(
        comodel_name='complaint.sla.reminder',
        string="Complaint reminder",
        ondelete='set null',
        index='btree_not_null',
        readonly=True,
    )
