from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

# {flag of a case: its many2many fields, and the method of users that says which of their records
# mean him; without one it is the user himself}
PARTS = {
    'sits_on_panel': (('panel_user_ids',), None),
    'takes_part': (('panel_user_ids', 'approver_user_ids', 'improvement_user_ids'), None),
    'is_lent_to_department': (('assisting_department_ids',), '_get_complaint_department_ids'),
    'is_lent_to_managed_department': (
        ('assisting_department_ids',),
        '_get_complaint_managed_department_ids',
    ),
}
# As many cases are looked up one by one; more are read as one list.
FEW = 200


class ComplaintCaseParticipation(models.Model):
    """Whether the current user takes part in a case beside its handling.

    Access rules ask it for every case of a board. Asked of the pairs themselves, each of them is
    a condition that PostgreSQL takes for so expensive that it compiles the query first. Read as
    one list of the user's cases it costs nothing, and as long as the list is short PostgreSQL can
    look up its cases by their key, as it looks up those that the user handles: it then reads only
    what the user may see, not all that is open.
    """

    _inherit = 'complaint.case'

    sits_on_panel = fields.Boolean(compute='_compute_participation', search='_search_sits_on_panel')
    takes_part = fields.Boolean(
        string="Takes part",
        compute='_compute_participation',
        search='_search_takes_part',
        help="On a panel, asked to approve something, owner of a measure, or in the 8D team.",
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

    @api.depends(*{field_name for names, _method in PARTS.values() for field_name in names})
    @api.depends_context('uid')
    def _compute_participation(self):
        for case in self:
            case_sudo = case.sudo()  # who takes part is asked to find out who may read
            for name, (field_names, _method) in PARTS.items():
                part_ids = self._get_part_ids(name)
                case[name] = any(
                    not part_ids.isdisjoint(case_sudo[field_name]._ids)
                    for field_name in field_names
                )

    @api.model
    def _get_part_ids(self, name):
        """Return the ids that mean the current user in the many2manys of a flag, as a set."""
        _field_names, method = PARTS[name]
        return set(getattr(self.env.user, method)() if method else self.env.user.ids)

    def _search_sits_on_panel(self, operator, value):
        return self._search_participation('sits_on_panel', operator)

    def _search_takes_part(self, operator, value):
        return self._search_participation('takes_part', operator)

    def _search_is_lent_to_department(self, operator, value):
        return self._search_participation('is_lent_to_department', operator)

    def _search_is_lent_to_managed_department(self, operator, value):
        return self._search_participation('is_lent_to_managed_department', operator)

    @api.model
    def _search_participation(self, name, operator):
        if operator != 'in':
            return NotImplemented
        part_ids = tuple(sorted(self._get_part_ids(name)))
        return self._get_participation(name, part_ids, fields.Date.today())

    @api.model
    @ormcache('name', 'part_ids', 'day')
    def _get_participation(self, name, part_ids, day):
        """Return the Domain of the cases that a flag holds for; it reads them when it is asked.

        How they are looked up depends on whether they were few when it was asked first that day.
        Nothing goes wrong when that is out of date.
        """
        if not part_ids:
            return Domain.FALSE
        pairs = self._get_pairs(name, part_ids)
        [(count,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM (%s LIMIT %s) AS pairs", pairs, FEW + 1)
        )
        pattern = "%s IN (%s)" if count > FEW else "%s = ANY(ARRAY(%s))"
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(pattern, SQL.identifier(alias, 'id'), pairs),
            predicate=lambda case: case[name],
        )

    @api.model
    def _get_pairs(self, name, part_ids) -> SQL:
        """Return the query for the ids of the cases that a flag holds for."""
        pairs = (self._fields[field_name] for field_name in PARTS[name][0])
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s FROM %s WHERE %s IN %s",
                SQL.identifier(field.column1),
                SQL.identifier(field.relation),
                SQL.identifier(field.column2),
                part_ids,
            )
            for field in pairs
        )
