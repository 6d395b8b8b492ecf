from odoo import api, fields, models

from ..const import RETENTION_UNITS, UNIT_MONTHS


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

    retention = fields.Selection(
        selection=[
            ('above', "As the category above, or the company"),
            ('period', "For a period after closing"),
            ('never', "For good"),
        ],
        string="Personal data are kept",
        required=True,
        default='above',
    )
    retention_value = fields.Integer(string="Retention period")
    retention_unit = fields.Selection(
        selection=RETENTION_UNITS, string="Unit of the period", required=True, default='year'
    )

    _retention_value_positive = models.Constraint(
        "CHECK (retention != 'period' OR retention_value > 0)",
        "Say for how long: the retention period is at least 1.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        if any(vals.get('retention', 'above') != 'above' for vals in vals_list):
            self.env['complaint.case']._sync_retention_job()
        return categories

    def write(self, vals):
        result = super().write(vals)
        if {'retention', 'active'} & vals.keys():
            self.env['complaint.case']._sync_retention_job()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_retention_months(self):
        """Return {category id: months after closing}; 0: for good, None: as the company says."""
        found = {}
        categories = self.with_context(active_test=False).search_fetch(
            [],
            ['parent_id', 'retention', 'retention_value', 'retention_unit'],
            order='parent_path',  # those above come first
        )
        for category in categories:
            if category.retention == 'period':
                months = category.retention_value * UNIT_MONTHS[category.retention_unit]
            elif category.retention == 'never':
                months = 0
            else:
                months = found.get(category.parent_id.id)
            found[category.id] = months
        return found

    def _get_remedy_rule(self):
        """Return the rule of this category, or of the nearest one above that names one."""
        above = [int(number) for number in (self.parent_path or '').split('/') if number]
        for category in self.browse(reversed(above)):
            if category.remedy_rule_id:
                return category.remedy_rule_id
        return self.remedy_rule_id
