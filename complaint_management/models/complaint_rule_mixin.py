from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache


class ComplaintRuleMixin(models.AbstractModel):
    """One of an ordered list of rules: a condition on complaints, and what follows from it.

    Models that inherit it are small tables that everybody's work asks; which rules there are is
    therefore read once and kept until one of them changes.
    """

    _name = 'complaint.rule.mixin'
    _description = "Rule about Complaints"
    _inherit = ['complaint.condition.mixin', 'complaint.cached.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index=True,
        help="Empty: the rule serves every procedure.",
    )
    company_id = fields.Many2one(related='procedure_id.company_id', store=True, index=True)

    # === BUSINESS METHODS === #

    @api.model
    @ormcache('procedure_id')
    def _get_rows(self, procedure_id):
        """Return the active rules for cases of a procedure, in their order.

        Read once and kept: with the rules at hand, applying them costs no query.

        :rtype: tuple of dicts with the stored values of each rule; relations as ids, and no
            translated text, which depends on who reads
        """
        # What follows from a rule does not depend on who works on the case.
        rules = self.sudo().search([('procedure_id', 'in', (procedure_id, False))])
        names = [
            name
            for name, field in self._fields.items()
            if field.store and not field.translate and field.type != 'one2many'
        ]
        return tuple(rules.read(names, load=None))

    @api.model
    @ormcache()
    def _get_input_fields(self):
        """Return the names of the fields of a case that any active rule asks for."""
        rules = self.sudo().search([('active', '=', True)])  # as for `_get_rows`
        return frozenset(
            leaf[0].partition('.')[0]
            for condition in rules.mapped('domain')
            for leaf in literal_eval(condition or '[]')
            if isinstance(leaf, (list, tuple))
        )

    @api.model
    def _filter_row(self, row, cases):
        """Return those of `cases` that match a rule given as `_get_rows` has it."""
        domain = Domain(literal_eval(row['domain'] or '[]'))
        if domain.is_true():
            return cases
        return cases.sudo().filtered_domain(domain).sudo(cases.env.su)  # idem

    @api.model
    def _match_first(self, cases):
        """Return {case: row of the first rule that matches it}; cases without one are left out."""
        found = {}
        for procedure, group in cases.grouped('procedure_id').items():
            left = group
            for row in self._get_rows(procedure.id):
                matching = self._filter_row(row, left)
                found.update(dict.fromkeys(matching, row))
                left -= matching
                if not left:
                    break
        return found

    @api.model
    def _match_all(self, cases):
        """Return {case: rows of every rule that matches it, in order}."""
        found = {}
        for procedure, group in cases.grouped('procedure_id').items():
            for row in self._get_rows(procedure.id):
                for case in self._filter_row(row, group):
                    found.setdefault(case, []).append(row)
        return found
