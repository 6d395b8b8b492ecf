from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from .complaint_sla_clock import OPEN_STATES
from .complaint_sla_policy import APPLY_BATCH


class ComplaintSlaPolicyApply(models.Model):
    """How limits that run come to the newest version of their policy: only when somebody asks."""

    _inherit = 'complaint.sla.policy'

    def _move_clocks(self, with_new=False, cause='policy_applied'):
        """Let the limits that run follow these policies as they are now, from their own start.

        Each complaint whose deadlines move gets one event. What no longer applies is superseded.

        :param bool with_new: also start limits in open complaints that have none yet, as if the
            policy had always been in force
        :param str cause: kept in the events; False writes no events
        """
        # A policy holds for every case alike, and nobody but the engine may write clocks.
        clocks = self.env['complaint.sla.clock'].sudo()
        running = clocks.search([('policy_id', 'in', self.ids), ('state', 'in', OPEN_STATES)])
        running._follow(self)
        cases = running.case_id
        if with_new:
            domain = Domain('is_closed', '=', False)
            domain &= Domain.OR(policy._get_case_domain() for policy in self)
            cases |= cases.search(domain)
        for ids in split_every(APPLY_BATCH, sorted(cases.ids)):
            clocks._reconcile(
                cases.browse(ids), retroactive=self if with_new else None, cause=cause
            )

    def _get_case_domain(self):
        """Return the domain of the cases to which this policy applies."""
        self.ensure_one()
        domain = self._get_domain()
        if self.procedure_id:
            domain &= Domain('procedure_id', '=', self.procedure_id.id)
        if self.company_id:
            domain &= Domain('company_id', '=', self.company_id.id)
        return domain

    @api.model
    def _replace_calendar(self, calendar, other, cause='calendar_edited'):
        """Let policies, teams and the limits that run count in other working hours.

        Teams and policies without working hours of their own keep those of the company.

        :param calendar: resource.calendar that policies and teams name now
        :param other: resource.calendar that they shall name
        :param str cause: kept in the events; False writes no events
        """
        policies = self.search([('calendar_id', '=', calendar.id), ('current_id', '=', False)])
        teams = self.env['complaint.team'].search([('calendar_id', '=', calendar.id)])
        policies.write({'calendar_id': other.id})
        teams.write({'calendar_id': other.id})
        clocks = self.env['complaint.sla.clock'].sudo()  # as in `_move_clocks`
        running = clocks.search([('calendar_id', '=', calendar.id), ('state', 'in', OPEN_STATES)])
        moved = running._follow(policies)
        for ids in split_every(APPLY_BATCH, sorted(moved.case_id.ids)):
            clocks._reconcile(moved.case_id.browse(ids), cause=cause)
