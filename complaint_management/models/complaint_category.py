from odoo import fields, models


class ComplaintCategory(models.Model):
    _name = 'complaint.category'
    _description = "Complaint Category"
    _inherit = ['complaint.tree.mixin']

    parent_id = fields.Many2one(comodel_name='complaint.category', ondelete='restrict', index=True)
    child_ids = fields.One2many(comodel_name='complaint.category', inverse_name='parent_id')
    grade_id = fields.Many2one(
        comodel_name='complaint.grade', string="Default grade", ondelete='restrict'
    )
    team_id = fields.Many2one(
        comodel_name='complaint.team', string="Default team", ondelete='set null'
    )
    department_id = fields.Many2one(
        comodel_name='hr.department', string="Default responsible department", ondelete='restrict'
    )
    publish_result = fields.Boolean(
        string="Publish the result",
        help="A complaint of this category closes normally only with a public notice, which holds "
        "no personal data.",
    )
