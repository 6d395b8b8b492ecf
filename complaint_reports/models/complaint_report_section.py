from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What a section shows. (value, English label)
SECTION_KINDS = [
    ('totals', "Totals"),
    ('breakdown', "Complaints by a property"),
    ('trend', "Trend"),
    ('case_list', "List of complaints"),
    ('case_measures', "List of complaints with their measures"),
    ('solution_effect', "Effect of solutions by a property"),
    ('on_time', "Time limits kept"),
    ('overdue', "Overdue and at risk"),
    ('refunds', "Remedies and refunds"),
    ('failure_cost', "External failure cost"),
    ('callbacks', "Callbacks and satisfaction"),
    ('scores', "Scores of callbacks"),
    ('contacts', "Contacts"),
    ('repeats', "Repeat complaints"),
    ('conduct', "Rewards and penalties"),
    ('measures', "Measures"),
    ('measure_list', "List of measures"),
    ('inspections', "Supervision"),
    ('returns', "Returned goods"),
    ('goods_counts', "Stock-take of returned goods"),
    ('goods_inspections', "Inspection reports on returned goods"),
    ('goods_scrap', "Goods to be scrapped"),
    ('duty_log', "Duty log"),
    ('kpi', "Key figures"),
    ('comparison', "Comparison with the previous period"),
    ('narrative', "Text to be written"),
    ('manual', "Figures to be entered"),
]
# Sections that count by a property.
GROUPED_KINDS = ('breakdown', 'repeats', 'solution_effect')
# Sections that a person fills in.
WRITTEN_KINDS = ('narrative', 'manual')

# By what complaints are counted. (value, English label)
GROUPINGS = [
    ('category_id', "Category"),
    ('cause_id', "Cause"),
    ('escape_cause_id', "Escape cause"),
    ('department_id', "Responsible department"),
    ('channel_id', "Channel"),
    ('grade_id', "Grade"),
    ('stage_id', "Stage"),
    ('handler_id', "Handler"),
    ('kind_id', "Kind"),
    ('team_id', "Team"),
    ('validity', "Ruling"),
    ('priority', "Urgency"),
    ('closing_reason_id', "Closing reason"),
    ('company_id', "Company"),
]
POPULATIONS = [
    ('received', "Received in the period"),
    ('closed', "Closed in the period"),
    ('open', "Open at the end of the period"),
]


class ComplaintReportSection(models.Model):
    """One part of a period report: a table of figures, a list, or something a person writes."""

    _name = 'complaint.report.section'
    _description = "Section of a Period Report"
    _inherit = ['complaint.report.schedule.line', 'complaint.condition.mixin']
    _order = 'schedule_id, sequence, id'

    schedule_id = fields.Many2one(
        comodel_name='complaint.report.schedule', required=True, ondelete='cascade', index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="Heading", translate=True, help="Empty: the name of what the section shows."
    )
    kind = fields.Selection(
        selection=SECTION_KINDS, string="Shows", required=True, default='totals'
    )
    group_field = fields.Selection(selection=GROUPINGS, string="Counted by", default='category_id')
    population = fields.Selection(
        selection=POPULATIONS, string="Which complaints", required=True, default='received'
    )
    period_count = fields.Integer(
        string="Periods in the trend", default=12, help="The period of the report is the last one."
    )
    target = fields.Float(
        string="Ceiling of justified complaints",
        help="Zero: in a monthly report that of the team which it is about, else there is none.",
        aggregator=False,
    )
    labels = fields.Text(
        string="Figures",
        translate=True,
        help="One figure a line, for example “Customers visited”. A person enters the numbers.",
    )
    guidance = fields.Text(
        string="What to write", translate=True, help="Shown to whoever writes the text."
    )
    is_required = fields.Boolean(
        string="Must be filled in",
        default=True,
        help="The report cannot be signed while it is empty.",
    )
    domain = fields.Char(help="Narrows the complaints of this section only.")

    # === COMPUTE METHODS === #

    @api.depends('name', 'kind', 'group_field')
    def _compute_display_name(self):
        for section in self:
            section.display_name = section.name or section._get_default_heading()

    # === CONSTRAINTS === #

    @api.constrains('kind', 'period_count', 'group_field', 'labels')
    def _check_settings(self):
        for section in self:
            if section.kind == 'trend' and not 2 <= section.period_count <= 60:
                raise ValidationError(self.env._("A trend shows between 2 and 60 periods."))
            if section.kind in GROUPED_KINDS and not section.group_field:
                raise ValidationError(self.env._("Say by what the complaints are counted."))
            if section.kind == 'manual' and not section._get_labels():
                raise ValidationError(self.env._("Name the figures to be entered, one a line."))

    # === BUSINESS METHODS === #

    def _get_default_heading(self):
        self.ensure_one()
        kind = dict(self._fields['kind']._description_selection(self.env))[self.kind or 'totals']
        groupings = dict(self._fields['group_field']._description_selection(self.env))
        if self.kind == 'breakdown' and self.group_field:
            return self.env._("Complaints by %(property)s", property=groupings[self.group_field])
        if self.kind == 'solution_effect' and self.group_field:
            return self.env._(
                "Effect of solutions by %(property)s", property=groupings[self.group_field]
            )
        return kind

    def _get_labels(self):
        """Return the names of the figures that a person enters."""
        return [line.strip() for line in (self.labels or '').splitlines() if line.strip()]

    def _prepare_definition(self, ceiling=0):
        """Return what the figures need to know of this section, as plain data.

        The figures are read on another cursor, which need not see records of this transaction.

        :param ceiling: of justified complaints, where the section says none
        """
        self.ensure_one()
        return {
            'key': str(self.id),
            'kind': self.kind,
            'heading': self.name or '',
            'group_field': self.group_field,
            'population': self.population,
            'period_count': self.period_count,
            'target': self.target or ceiling,
            'domain': [
                list(leaf) if isinstance(leaf, tuple) else leaf for leaf in self._get_domain()
            ],
        }
