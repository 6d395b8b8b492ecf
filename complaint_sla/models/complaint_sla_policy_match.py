from ast import literal_eval

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..tools.pretence import Pretence

# Case fields that decide about clocks beside those in the domains of the policies.
CASE_FIELDS = ('procedure_id', 'company_id', 'handler_id', 'department_id')


class ComplaintSlaPolicyMatch(models.Model):
    """To which cases a policy applies, and which of their fields and events that asks for."""

    _inherit = 'complaint.sla.policy'

    # === MATCHING === #

    def _get_domain(self):
        """Return the domain that cases of this policy satisfy, without procedure and company.

        :raise ValueError: the text is no domain
        """
        self.ensure_one()
        return Domain(literal_eval((self.domain or '[]').strip()))

    def _filter_cases(self, cases):
        """Return those of the cases to which this policy applies, judged in memory.

        :raise UserError: the domain asks for something that does not exist
        """
        self.ensure_one()
        if self.procedure_id:
            cases = cases.filtered(lambda case: case.procedure_id == self.procedure_id)
        if self.company_id:
            cases = cases.filtered(lambda case: case.company_id == self.company_id)
        try:
            return cases.filtered_domain(self._get_domain())
        except ValueError as error:  # a field that was removed after the policy was written
            raise UserError(
                self.env._(
                    "The complaints of the time-limit policy “%(policy)s” cannot be understood: "
                    "%(error)s An administrator corrects or archives the policy.",
                    policy=self.name,
                    error=error,
                )
            ) from error

    @api.model
    def _get_pretence(self):
        """Return what tells apart what is only tried out, in keys of what is kept in memory."""
        return Pretence.find(self.env.context)

    @api.model
    @ormcache('self._get_pretence()')
    def _get_ids_in_force(self):
        """Return the ids of the policies in force, in their order; kept until one changes."""
        policies = self.sudo()  # every case is measured by them, whoever works on it
        return policies.search([('state', '=', 'active')])._ids

    @api.model
    @ormcache('self._get_pretence()')
    def _get_watched_fields(self):
        """Return the names of the case fields on which clocks depend."""
        names = set(CASE_FIELDS)
        for policy in self.sudo().browse(self._get_ids_in_force()):  # the same for every user
            names |= policy._get_condition_fields()
        return tuple(sorted(names & self.env['complaint.case']._fields.keys()))

    def _get_condition_fields(self):
        """Return the names of the case fields that decide whether this policy applies, as a set."""
        self.ensure_one()
        names = {
            condition.field_expr.split('.')[0] for condition in self._get_domain().iter_conditions()
        }
        if self.procedure_id:
            names.add('procedure_id')
        if self.company_id:
            names.add('company_id')
        return names

    def _get_start_milestone_ids(self, number, reopen_id):
        """Return the ids of the milestones that start a clock in round `number`, as a set."""
        self.ensure_one()
        if number == 1 or self.on_reopen == 'again':
            return {self.start_milestone_id.id}
        if self.on_reopen == 'new':
            return {self.start_milestone_id.id, reopen_id}
        return set()

    @api.model
    def _get_last_event_id(self):
        events = self.env['complaint.event'].sudo()  # only a number is read, of any case
        return events.search([], order='id desc', limit=1).id

    @api.model
    def _get_milestones(self, codes):
        return self.env['complaint.milestone'].search([('code', 'in', codes)])
