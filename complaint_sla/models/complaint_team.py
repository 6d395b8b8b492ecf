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

    sla_late_count = fields.Integer(string="Late", compute='_compute_case_counts')
    sla_at_risk_count = fields.Integer(string="At risk", compute='_compute_case_counts')

    # === COMPUTE METHODS === #

    def _compute_case_counts(self):
        """Add how many open complaints are late and at risk: the two figures have states apart."""
        super()._compute_case_counts()
        cases = self.env['complaint.case']
        counts = {
            state: dict(
                cases._read_group(
                    [
                        ('team_id', 'in', self.ids),
                        ('is_closed', '=', False),
                        ('sla_state', '=', state),
                    ],
                    ['team_id'],
                    ['__count'],
                )
            )
            for state in ('late', 'at_risk')
        }
        for team in self:
            team.sla_late_count = counts['late'].get(team._origin, 0)
            team.sla_at_risk_count = counts['at_risk'].get(team._origin, 0)

    # === CONSTRAINTS === #

    @api.constrains('calendar_id')
    def _check_calendar_countable(self):
        self.calendar_id._check_countable()

    # === ACTIONS === #

    def action_view_late_cases(self):
        """List what `sla_late_count` counts."""
        return self._get_cases_action(
            self.env._("Late"), [('is_closed', '=', False), ('sla_state', '=', 'late')]
        )

    def action_view_at_risk_cases(self):
        """List what `sla_at_risk_count` counts."""
        return self._get_cases_action(
            self.env._("At risk"), [('is_closed', '=', False), ('sla_state', '=', 'at_risk')]
        )
