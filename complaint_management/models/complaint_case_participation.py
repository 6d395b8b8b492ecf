from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# {flag of a case: its many2many, and the method of users that says which of its records mean him}
PARTS = {
    'sits_on_panel': ('panel_user_ids', None),
    'is_asked_to_approve': ('approver_user_ids', None),
    'works_on_measures': ('improvement_user_ids', None),
    'is_lent_to_department': ('assisting_department_ids', '_get_complaint_department_ids'),
    'is_lent_to_managed_department': (
        'assisting_department_ids',
        '_get_complaint_managed_department_ids',
    ),
}


class ComplaintCaseParticipation(models.Model):
    """Whether the current user takes part in a case beside its handling.

    Access rules ask it for every case of a board. Asked of the pairs themselves, each of them is
    a condition that PostgreSQL takes for so expensive that it compiles the query first; read as
    one list of the user's cases it costs nothing.
    """

    _inherit = 'complaint.case'

    sits_on_panel = fields.Boolean(compute='_compute_participation', search='_search_sits_on_panel')
    is_asked_to_approve = fields.Boolean(
        compute='_compute_participation', search='_search_is_asked_to_approve'
    )
    works_on_measures = fields.Boolean(
        compute='_compute_participation', search='_search_works_on_measures'
    )
    is_lent_to_department = fields.Boolean(
        string="Lent to the department",
        compute='_compute_participation',
        search='_search_is_lent_to_department',
    )
    is_lent_to_managed_department = fields.Boolean(
        string="Lent to a managed department",
        compute='_compute_participation',
        search='_search_is_lent_to_managed_department',
    )

    @api.depends(*{field_name for field_name, _method in PARTS.values()})
    @api.depends_context('uid')
    def _compute_participation(self):
        for case in self:
            case_sudo = case.sudo()  # who takes part is asked to find out who may read
            for name, (field_name, _method) in PARTS.items():
                case[name] = not self._get_part_ids(name).isdisjoint(case_sudo[field_name]._ids)

    @api.model
    def _get_part_ids(self, name):
        """Return the ids that mean the current user in the many2many of a flag, as a set."""
        _field_name, method = PARTS[name]
        return set(getattr(self.env.user, method)() if method else self.env.user.ids)

    def _search_sits_on_panel(self, operator, value):
        return self._search_participation('sits_on_panel', operator)

    def _search_is_asked_to_approve(self, operator, value):
        return self._search_participation('is_asked_to_approve', operator)

    def _search_works_on_measures(self, operator, value):
        return self._search_participation('works_on_measures', operator)

    def _search_is_lent_to_department(self, operator, value):
        return self._search_participation('is_lent_to_department', operator)

    def _search_is_lent_to_managed_department(self, operator, value):
        return self._search_participation('is_lent_to_managed_department', operator)

    @api.model
    def _search_participation(self, name, operator):
        if operator != 'in':
            return NotImplemented
        pairs = self._fields[PARTS[name][0]]
        part_ids = self._get_part_ids(name)
        if not part_ids:
            return Domain.FALSE
        return Domain(
            'id',
            'in',
            SQL(
                "(SELECT %s FROM %s WHERE %s IN %s)",
                SQL.identifier(pairs.column1),
                SQL.identifier(pairs.relation),
                SQL.identifier(pairs.column2),
                tuple(part_ids),
            ),
        )
