from odoo import fields, models
from odoo.tools import SQL

# Columns that a row takes over from its case as they are.
CASE_COLUMNS = (
    'number',
    'name',
    'received_at',
    'closed_at',
    'company_id',
    'procedure_id',
    'team_id',
    'department_id',
    'handler_id',
    'kind_id',
    'category_id',
    'cause_id',
    'grade_id',
    'channel_id',
    'priority',
    'validity',
    'stage_id',
    'phase',
    'is_closed',
    'closing_reason_id',
    'round',
    'event_count',
)


class ComplaintCaseAnalysis(models.Model):
    """Figures about complaints: one row a case, with the rights of the case."""

    _name = 'complaint.case.analysis'
    _description = "Complaints Analysis"
    _inherit = ['complaint.analysis.mixin']
    _auto = False
    _rec_name = 'number'
    _order = 'received_at desc, id desc'
    _depends = {
        'complaint.case': list(CASE_COLUMNS),
        'complaint.sla.clock': ['case_id', 'state', 'deadline', 'stopped_at'],
    }

    case_id = fields.Many2one(string="Complaint", readonly=True)
    # A column of the query; the line's own is copied from the case when that is written.
    company_id = fields.Many2one(comodel_name='res.company', related=None, readonly=True)
    number = fields.Char(string="Complaint number", readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    received_at = fields.Datetime(string="Received at", readonly=True)
    closed_at = fields.Datetime(string="Closed at", readonly=True)

    procedure_id = fields.Many2one(comodel_name='complaint.procedure', readonly=True)
    team_id = fields.Many2one(comodel_name='complaint.team', readonly=True)
    department_id = fields.Many2one(
        comodel_name='hr.department', string="Responsible department", readonly=True
    )
    handler_id = fields.Many2one(comodel_name='res.users', readonly=True)

    kind_id = fields.Many2one(comodel_name='complaint.kind', readonly=True)
    category_id = fields.Many2one(comodel_name='complaint.category', readonly=True)
    cause_id = fields.Many2one(comodel_name='complaint.cause', readonly=True)
    grade_id = fields.Many2one(comodel_name='complaint.grade', readonly=True)
    channel_id = fields.Many2one(comodel_name='complaint.channel', readonly=True)
    priority = fields.Selection(
        selection=lambda self: self._get_case_selection('priority'), string="Urgency", readonly=True
    )
    validity = fields.Selection(
        selection=lambda self: self._get_case_selection('validity'), string="Ruling", readonly=True
    )

    stage_id = fields.Many2one(comodel_name='complaint.stage', readonly=True)
    phase = fields.Selection(
        selection=lambda self: self._get_case_selection('phase'), readonly=True
    )
    is_closed = fields.Boolean(string="Closed", readonly=True)
    closing_reason_id = fields.Many2one(
        comodel_name='complaint.closing.reason', string="Closing reason", readonly=True
    )

    round = fields.Integer(readonly=True, aggregator='avg')
    hours_to_close = fields.Float(
        string="Hours to close",
        readonly=True,
        aggregator='avg',
        help="From the receipt to the closing, around the clock; nothing while a complaint is "
        "open.",
    )
    days_to_close = fields.Float(
        string="Days to close",
        readonly=True,
        aggregator='avg',
        help="From the receipt to the closing, in days of 24 hours; nothing while a complaint is "
        "open.",
    )
    late_count = fields.Integer(
        string="Late time limits",
        readonly=True,
        help="Time limits that were missed, or that run and are past their deadline.",
    )
    event_count = fields.Integer(string="Entries in the history", readonly=True)

    def _get_case_selection(self, field_name):
        return self.env['complaint.case']._fields[field_name]._description_selection(self.env)

    # === QUERY === #

    def _get_columns(self):
        """Return the columns of the query; addons add theirs here and name fields for them.

        :return: {field name: SQL expression over the table complaint_case}
        """
        columns = {
            'id': SQL("complaint_case.id"),
            'case_id': SQL("complaint_case.id"),
            'hours_to_close': self._get_time_to_close(3600),
            'days_to_close': self._get_time_to_close(86400),
            'late_count': SQL("COALESCE(late.late_count, 0)::int4"),
        }
        columns.update({name: SQL.identifier('complaint_case', name) for name in CASE_COLUMNS})
        return columns

    def _get_time_to_close(self, seconds) -> SQL:
        return SQL(
            "EXTRACT(EPOCH FROM complaint_case.closed_at - complaint_case.received_at)::float8"
            " / %s",
            seconds,
        )

    def _from(self) -> SQL:
        # The database leaves the join out where nobody asks for the figure.
        return SQL(
            "FROM complaint_case LEFT JOIN ("
            "SELECT clock.case_id, COUNT(*) AS late_count FROM complaint_sla_clock AS clock"
            " WHERE %s GROUP BY clock.case_id"
            ") AS late ON late.case_id = complaint_case.id",
            self.env['complaint.sla.clock']._get_late_condition('clock'),
        )
