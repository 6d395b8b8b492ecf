from ast import literal_eval

from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintGradeRule(models.Model):
    """A condition on complaints, and the grade that follows from it."""

    _name = 'complaint.grade.rule'
    _description = "Grade Rule"
    _inherit = ['complaint.rule.mixin']

    grade_id = fields.Many2one(
        comodel_name='complaint.grade',
        required=True,
        ondelete='cascade',
        index=True,
        domain="['|', ('procedure_id', '=', False), ('procedure_id', '=', procedure_id)]",
    )

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
