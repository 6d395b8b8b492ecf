from odoo import fields, models


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
