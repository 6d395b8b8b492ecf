from odoo import fields, models


class ComplaintCaseReminder(models.Model):
    """What was escalated about a case."""

    _inherit = 'complaint.case'

    sla_reminder_ids = fields.One2many(
        comodel_name='complaint.sla.reminder',
        inverse_name='case_id',
        string="Reminders and escalations",
        domain=[('state', 'in', ('done', 'failed', 'mailing'))],
    )
