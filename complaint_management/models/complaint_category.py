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
    remedy_rule_id = fields.Many2one(
        comodel_name='complaint.remedy.rule',
        string="Remedy rule",
        ondelete='restrict',
        index='btree_not_null',
        help="How a remedy is reckoned, also for the categories below, unless they name their own.",
    )

    # === BUSINESS METHODS === #

    def _get_remedy_rule(self):
        """Return the rule of this category, or of the nearest one above that names one."""
        above = [int(number) for number in (self.parent_path or '').split('/') if number]
        for category in self.browse(reversed(above)):
            if category.remedy_rule_id:
                return category.remedy_rule_id
        return self.remedy_rule_id
