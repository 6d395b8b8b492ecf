from odoo import api, fields, models
from odoo.fields import Domain

# The form lists so many complaints, and counts no further than the second number.
LISTED, COUNTED = 40, 1000


class ComplaintSlaPolicyTrial(models.Model):
    """Which open complaints a policy takes, shown on the form before it is saved."""

    _inherit = 'complaint.sla.policy'

    match_ids = fields.Many2many(
        comodel_name='complaint.case', string="Open complaints", compute='_compute_matches'
    )
    match_summary = fields.Char(string="Would apply to", compute='_compute_matches')

    # === COMPUTE METHODS === #

    @api.depends('procedure_id', 'company_id', 'domain', 'start_milestone_id')
    def _compute_matches(self):
        cases = self.env['complaint.case']
        for policy in self:
            try:
                domain = policy._get_match_domain()
                domain.validate(cases)
            except Exception as error:  # as in `_check_domain`: a wrong text is one sentence
                policy.match_ids = cases
                policy.match_summary = str(error)
                continue
            number = cases.search_count(domain, limit=COUNTED + 1)
            policy.match_ids = cases.search(domain, limit=LISTED)
            policy.match_summary = self._say_matches(number)

    @api.model
    def _say_matches(self, number):
        if not number:
            return self.env._("No open complaint.")
        if number > COUNTED:
            return self.env._("More than %(number)s open complaints.", number=COUNTED)
        if number > LISTED:
            return self.env._(
                "%(number)s open complaints, the first %(listed)s are listed.",
                number=number,
                listed=LISTED,
            )
        return self.env._("%(number)s open complaint(s).", number=number)

    # === BUSINESS METHODS === #

    def _get_match_domain(self):
        """Return the domain of the open complaints whose clock this policy starts.

        They are of its procedure and company, satisfy its conditions, and have passed the
        milestone at which it starts; unsaved values of the form count.

        :raise ValueError: the conditions are no domain
        """
        self.ensure_one()
        domain = Domain('is_closed', '=', False) & self._get_domain()
        if self.procedure_id:
            domain &= Domain('procedure_id', 'in', self.procedure_id._origin.ids)
        if self.company_id:
            domain &= Domain('company_id', 'in', self.company_id._origin.ids)
        if self.start_milestone_id:
            domain &= Domain(
                'event_ids',
                'any',
                Domain('milestone_id', 'in', self.start_milestone_id._origin.ids)
                & Domain('revokes_id', '=', False)
                & Domain('revoked_by_ids', '=', False),
            )
        return domain

    # === ACTIONS === #

    def action_open_matches(self):
        """Open the list of all open complaints that this policy takes."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Open complaints of “%(policy)s”", policy=self.name),
            'res_model': 'complaint.case',
            'view_mode': 'list,form',
            'domain': list(self._get_match_domain()),
        }
