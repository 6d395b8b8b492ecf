from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

SEPARATOR = ' / '


class ComplaintTreeMixin(models.AbstractModel):
    """A classification in a tree: shown, searched and imported by its full path."""

    _name = 'complaint.tree.mixin'
    _description = "Tree of Terms"
    _inherit = ['complaint.offered.mixin']
    _parent_store = True
    _order = 'parent_path, id'
    _rec_names_search = ['name', 'code']

    name = fields.Char(required=True, translate=True)
    display_name = fields.Char(recursive=True)
    code = fields.Char()
    active = fields.Boolean(default=True)
    parent_path = fields.Char(index=True)
    company_id = fields.Many2one(comodel_name='res.company', index=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='restrict',
        index='btree_not_null',
        help="Empty: it serves every procedure that has none of its own.",
    )

    # === COMPUTE METHODS === #

    @api.depends('name', 'parent_id.display_name')
    def _compute_display_name(self):
        for term in self:
            names = [term.parent_id.display_name, term.name] if term.parent_id else [term.name]
            term.display_name = SEPARATOR.join(name or '' for name in names)

    @api.model
    def _search_display_name(self, operator, value):
        """Find a term by its own name, its code, or its path ("Repairs / Leaks")."""
        domain = super()._search_display_name(operator, value)
        if operator not in ('=', 'in', 'ilike', '=ilike', 'like', '=like'):
            return domain
        values = [value] if isinstance(value, (str, bool)) else value
        paths = [v for v in values if isinstance(v, str) and SEPARATOR in v]
        leaf_operator = '=' if operator == 'in' else operator
        return Domain.OR([domain, *(self._get_path_domain(leaf_operator, path) for path in paths)])

    @api.model
    def _get_path_domain(self, operator, path):
        names = path.split(SEPARATOR)
        domain = Domain.TRUE
        for depth, name in enumerate(reversed(names)):
            domain &= Domain('parent_id.' * depth + 'name', operator, name.strip())
        if operator == '=':  # the whole path, as it is shown: an import must find one term
            domain &= Domain('parent_id.' * (len(names) - 1) + 'parent_id', '=', False)
        return domain

    # === CONSTRAINTS === #

    @api.constrains('parent_id')
    def _check_no_cycle(self):
        if self._has_cycle():
            raise ValidationError(self.env._("An entry of the tree cannot be its own ancestor."))
