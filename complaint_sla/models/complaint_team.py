from odoo import api, fields, models


class ComplaintTeam(models.Model):
    _inherit = 'complaint.team'

    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Working hours",
        ondelete='restrict',
        index='btree_not_null',
        help="Time limits of the team's complaints run in these hours, unless a policy has its "
        "own. Empty: the company's working hours.",
    )

    # === CONSTRAINTS === #

    @api.constrains('calendar_id')
    def _check_calendar_countable(self):
        self.calendar_id._check_countable()
