from odoo import api, fields, models


class ComplaintGrade(models.Model):
    _inherit = 'complaint.grade'

    notify_out_of_hours = fields.Boolean(
        string="Tell people out of hours",
        help="Reminders and escalations of such complaints do not wait until people are at work.",
    )

    @api.model
    def _wake_for_special(self):
        """Let special complaints reach people at any hour; at the installation only."""
        self.search([('code', '=', 'special')]).write({'notify_out_of_hours': True})
