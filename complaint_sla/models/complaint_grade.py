from odoo import fields, models


class ComplaintGrade(models.Model):
    _inherit = 'complaint.grade'

    notify_out_of_hours = fields.Boolean(
        string="Tell people out of hours",
        help="Reminders and escalations of such complaints do not wait until people are at work.",
    )
