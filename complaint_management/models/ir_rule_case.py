from odoo import api, fields, models, tools
from odoo.orm.domains import ANY_TYPES

from ..tools.domains import factor
from .complaint_case_participation import PARTS

# Conditions on other fields may mean something else tomorrow, or lead through other records.
LASTING_TYPES = {'boolean', 'char', 'integer', 'many2many', 'many2one', 'selection'}


class IrRuleCase(models.Model):
    """Keeps the rules of complaints in the shape in which queries take them.

    A board asks for each of its columns what the user may see. Odoo keeps the rules as they are
    written, and works out again for each query what they mean to the database.
    """

    _inherit = 'ir.rule'

    @api.model
    def _compute_domain(self, model_name, mode='read'):
        domain = super()._compute_domain(model_name, mode)
        if model_name == 'complaint.case':
            return self._get_lasting_domain(domain, mode, fields.Date.today())
        return domain

    @api.model
    @tools.conditional(
        'xml' not in tools.config['dev_mode'],
        tools.ormcache(
            'self.env.uid',
            'self.env.su',
            'mode',
            'day',
            'tuple(self._compute_domain_context_values())',
        ),
    )
    def _get_lasting_domain(self, domain, mode, day):
        """Return the rules of complaints for the current user, worked out as far as will last.

        :param Domain domain: the same rules as Odoo keeps them, under the same keys
        :param date day: how participation is looked up is decided once a day
        """
        cases = self.env['complaint.case'].sudo()  # rules look at what the user may not read
        if not all(self._is_lasting(condition, cases) for condition in domain.iter_conditions()):
            return domain
        return factor(domain).optimize_full(cases.with_context(active_test=False))

    @api.model
    def _is_lasting(self, condition, cases):
        """Say whether a condition means the same to the database as long as rules are kept.

        Rules that administrators add may look through relations, or say "today": these are
        worked out for each query, as Odoo does.
        """
        field = cases._fields.get(condition.field_expr)
        if field is None or isinstance(condition.value, (str, *ANY_TYPES)):
            return False
        if condition.operator not in ('in', 'not in'):
            return False
        if field.relational and any(isinstance(value, str) for value in condition.value):
            return False  # a name to search for
        return field.name in PARTS or bool(
            field.store and not field.search and field.type in LASTING_TYPES
        )
