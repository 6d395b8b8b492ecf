from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.complaint_management.tools.masked_fields import MaskedChar

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
    'escape_cause_id',
    'grade_id',
    'channel_id',
    'priority',
    'validity',
    'stage_id',
    'phase',
    'is_closed',
    'closing_reason_id',
    'event_count',
)


class ComplaintCaseAnalysis(models.Model):
    """Figures about complaints: one row a case and round, with the rights of the case.

    The row of the latest round stands for the complaint: it has the number of the case as its id,
    and what is known of a complaint once stands there alone, so that it is counted once.
    """

    _name = 'complaint.case.analysis'
    _description = "Complaints Analysis"
    _inherit = ['complaint.masked.mixin', 'complaint.analysis.mixin']
    _auto = False
    _rec_name = 'number'
    _order = 'received_at desc, id desc'
    _depends = {'complaint.case': [*CASE_COLUMNS, 'round']}

    case_id = fields.Many2one(string="Complaint", readonly=True)
    # A column of the query; the line's own is copied from the case when that is written.
    company_id = fields.Many2one(comodel_name='res.company', related=None, readonly=True)
    number = fields.Char(string="Complaint number", readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    # Read on the case with the rights of the reader: what is hidden there is hidden here.
    complainant_name = MaskedChar(
        mask='name', related='case_id.complainant_name', related_sudo=False
    )
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
    escape_cause_id = fields.Many2one(
        comodel_name='complaint.cause', string="Escape cause", readonly=True
    )
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

    case_count = fields.Integer(
        string="Complaints", readonly=True, help="Each complaint once, however many rounds it took."
    )
    is_latest = fields.Boolean(string="Latest round", readonly=True)
    round = fields.Integer(readonly=True, aggregator='avg')
    event_count = fields.Integer(string="Entries in the history", readonly=True)

    def _get_case_selection(self, field_name):
        return self.env['complaint.case']._fields[field_name]._description_selection(self.env)

    # === QUERY === #

    def _get_columns(self):
        """Return the columns of the query; addons add theirs here and name fields for them.

        :return: {field name: SQL expression over the table complaint_case, and `case_round` with
            the `number` of the round and `is_latest`}
        """
        columns = {
            # Rounds before the latest are told apart above the range of the ids of cases.
            'id': SQL(
                "complaint_case.id::int8 + ((complaint_case.round - case_round.number)::int8 << 32)"
            ),
            'case_id': SQL("complaint_case.id"),
            'round': SQL("case_round.number"),
            'is_latest': SQL("case_round.is_latest"),
            'case_count': SQL("CASE WHEN case_round.is_latest THEN 1 ELSE 0 END"),
        }
        columns.update({name: SQL.identifier('complaint_case', name) for name in CASE_COLUMNS})
        return columns

    def _get_once(self, expression) -> SQL:
        """Return an expression that has its value in the row of the latest round alone."""
        return SQL("CASE WHEN case_round.is_latest THEN %s END", expression)

    def _get_now(self) -> SQL:
        return SQL("%s::timestamp", self.env['complaint.sla.clock']._get_now())

    def _from(self) -> SQL:
        return SQL("FROM complaint_case")

    def _get_sources(self):
        """Return the latest rounds and the few before them: most complaints have one only."""
        latest = SQL(
            "%s CROSS JOIN LATERAL"
            " (SELECT complaint_case.round AS number, TRUE AS is_latest) AS case_round",
            self._from(),
        )
        earlier = SQL(
            "%s JOIN LATERAL ("
            "SELECT number, FALSE AS is_latest"
            " FROM generate_series(1, complaint_case.round - 1) AS number"
            ") AS case_round ON complaint_case.round > 1",
            self._from(),
        )
        return [latest, earlier]
