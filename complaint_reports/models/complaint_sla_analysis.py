from odoo import fields, models
from odoo.tools import SQL

CLOCK_COLUMNS = (
    'case_id',
    'company_id',
    'policy_id',
    'policy_version',
    'round',
    'started_at',
    'deadline',
    'stopped_at',
    'state',
    'responsible_id',
    'department_id',
)
# What a row takes over from the case that its clock belongs to.
CASE_COLUMNS = ('number', 'procedure_id', 'team_id', 'category_id', 'grade_id', 'channel_id')


class ComplaintSlaAnalysis(models.Model):
    """Figures about time limits: one row a clock, with the rights of its case."""

    _name = 'complaint.sla.analysis'
    _description = "Time Limits Analysis"
    _inherit = ['complaint.analysis.mixin']
    _auto = False
    _rec_name = 'policy_id'
    _order = 'deadline desc, id desc'
    _depends = {
        'complaint.sla.clock': [*CLOCK_COLUMNS, 'paused_at', 'warn_at'],
        'complaint.case': list(CASE_COLUMNS),
    }

    case_id = fields.Many2one(string="Complaint", readonly=True)
    # A column of the query; the line's own is copied from the case when that is written.
    company_id = fields.Many2one(comodel_name='res.company', related=None, readonly=True)
    number = fields.Char(string="Complaint number", readonly=True)
    policy_id = fields.Many2one(
        comodel_name='complaint.sla.policy', string="Time limit", readonly=True
    )
    policy_version = fields.Integer(string="Version", readonly=True, aggregator=False)
    round = fields.Integer(readonly=True, aggregator=False)
    started_at = fields.Datetime(string="Started at", readonly=True)
    deadline = fields.Datetime(readonly=True)
    stopped_at = fields.Datetime(string="Stopped at", readonly=True)
    state = fields.Selection(
        selection=lambda self: (
            self.env['complaint.sla.clock']._fields['state']._description_selection(self.env)
        ),
        readonly=True,
    )
    is_late = fields.Boolean(string="Late", readonly=True)
    is_at_risk = fields.Boolean(
        string="At risk",
        readonly=True,
        help="It runs, is past the moment of its warning and not yet past its deadline.",
    )

    responsible_id = fields.Many2one(comodel_name='res.users', readonly=True)
    department_id = fields.Many2one(
        comodel_name='hr.department', string="Responsible department", readonly=True
    )
    procedure_id = fields.Many2one(comodel_name='complaint.procedure', readonly=True)
    team_id = fields.Many2one(comodel_name='complaint.team', readonly=True)
    category_id = fields.Many2one(comodel_name='complaint.category', readonly=True)
    grade_id = fields.Many2one(comodel_name='complaint.grade', readonly=True)
    channel_id = fields.Many2one(comodel_name='complaint.channel', readonly=True)

    on_time_rate = fields.Float(
        string="Kept (%)",
        readonly=True,
        aggregator='avg',
        help="Share of the time limits that were met, among those that were met or missed or "
        "that run and are past their deadline.",
    )
    hours_taken = fields.Float(
        string="Hours taken",
        readonly=True,
        aggregator='avg',
        help="From the start to the stop, around the clock; nothing while the clock runs.",
    )
    hours_late = fields.Float(
        string="Hours late",
        readonly=True,
        aggregator='avg',
        help="From the deadline to the stop, or to now, around the clock; nothing when on time.",
    )

    # === QUERY === #

    def _get_columns(self):
        """Return the columns of the query; addons add theirs here and name fields for them.

        :return: {field name: SQL expression over the tables `clock` and `complaint_case`}
        """
        clocks = self.env['complaint.sla.clock']
        is_late = clocks._get_late_condition('clock')
        return {
            'id': SQL("clock.id"),
            **{name: SQL.identifier('clock', name) for name in CLOCK_COLUMNS},
            **{name: SQL.identifier('complaint_case', name) for name in CASE_COLUMNS},
            'is_late': is_late,
            'is_at_risk': SQL(
                "(clock.state = 'running' AND clock.warn_at <= %(now)s"
                " AND clock.deadline >= %(now)s) IS TRUE",
                now=self._get_now(),
            ),
            'on_time_rate': SQL(
                "CASE WHEN clock.state = 'met' THEN 100.0"
                " WHEN clock.state = 'missed' OR (clock.state IN ('running', 'paused') AND %s)"
                " THEN 0.0 END::float8",
                is_late,
            ),
            'hours_taken': SQL(
                "EXTRACT(EPOCH FROM clock.stopped_at - clock.started_at)::float8 / 3600"
            ),
            'hours_late': SQL(
                "CASE WHEN %s THEN EXTRACT(EPOCH FROM %s - clock.deadline)::float8 / 3600 END",
                is_late,
                clocks._get_end_expression('clock'),
            ),
        }

    def _get_now(self) -> SQL:
        return SQL("%s::timestamp", self.env['complaint.sla.clock']._get_now())

    def _from(self) -> SQL:
        return SQL(
            "FROM complaint_sla_clock AS clock"
            " JOIN complaint_case ON complaint_case.id = clock.case_id"
        )
