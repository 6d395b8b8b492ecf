from odoo import fields, models
from odoo.tools import SQL

# How long it took to a milestone: name of the figure → code of the milestone.
MILESTONES = {
    'days_to_acknowledge': 'acknowledged',
    'days_to_accept': 'accepted',
    'days_to_assign': 'assigned',
    'days_to_investigate': 'investigated',
    'days_to_approve_solution': 'solution_approved',
    'days_to_execute': 'executed',
    'days_to_answer': 'answered',
    'days_to_call_back': 'called_back',
}
DAYS_HELP = (
    "From the beginning of the round to the first time it happened, in days of 24 hours. The "
    "first round begins with the receipt, each other with the reopening."
)


class ComplaintCaseAnalysis(models.Model):
    """How long complaints take: all plain time, around the clock."""

    _inherit = 'complaint.case.analysis'
    _depends = {
        'complaint.case': ['registered_at'],
        'complaint.event': ['case_id', 'milestone_id', 'round', 'occurred_at', 'revokes_id'],
    }

    age_days = fields.Float(
        string="Age in days",
        readonly=True,
        aggregator='avg',
        help="From the receipt to the closing, or to now while a complaint is open, in days of 24 "
        "hours.",
    )
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
    days_to_register = fields.Float(
        string="Days to register",
        readonly=True,
        aggregator='avg',
        help="From the receipt to the registration, in days of 24 hours.",
    )
    days_to_acknowledge = fields.Float(
        string="Days to acknowledge", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_accept = fields.Float(
        string="Days to accept", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_assign = fields.Float(
        string="Days to assign", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_investigate = fields.Float(
        string="Days to investigate", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_approve_solution = fields.Float(
        string="Days to approve a solution", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_execute = fields.Float(
        string="Days to carry out", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_answer = fields.Float(
        string="Days to answer", readonly=True, aggregator='avg', help=DAYS_HELP
    )
    days_to_call_back = fields.Float(
        string="Days to call back", readonly=True, aggregator='avg', help=DAYS_HELP
    )

    # === QUERY === #

    def _get_columns(self):
        received_at, closed_at, registered_at = (
            SQL.identifier('complaint_case', name)
            for name in ('received_at', 'closed_at', 'registered_at')
        )
        end = SQL(
            "CASE WHEN complaint_case.is_closed THEN %s ELSE %s END", closed_at, self._get_now()
        )
        days_to_close = self._get_span(received_at, closed_at)
        columns = {
            'age_days': self._get_once(self._get_span(received_at, end)),
            'days_to_close': self._get_once(days_to_close),
            'hours_to_close': self._get_once(SQL("%s * 24", days_to_close)),
            'days_to_register': SQL(
                "CASE WHEN case_round.number = 1 THEN %s END",
                self._get_span(received_at, registered_at),
            ),
        }
        begin = SQL(
            "CASE WHEN case_round.number = 1 THEN %s ELSE %s END",
            received_at,
            self._get_moment('reopened'),
        )
        for name, code in MILESTONES.items():
            columns[name] = self._get_span(begin, self._get_moment(code))
        return super()._get_columns() | columns

    def _get_span(self, begin, end) -> SQL:
        """Return the days of 24 hours between two moments."""
        return SQL("(EXTRACT(EPOCH FROM %s - %s)::float8 / 86400)", end, begin)

    def _get_moment(self, code) -> SQL:
        """Return when a milestone was first reached in a round, taken back ones apart.

        A subquery by an index: it costs nothing where nobody asks, and where cases are narrowed
        by a filter it reads those cases alone.

        :param str code: of a milestone
        """
        return SQL(
            "(SELECT MIN(event.occurred_at) FROM complaint_event AS event"
            " WHERE event.case_id = complaint_case.id AND event.milestone_id = %s"
            " AND event.round = case_round.number"
            # Not as NOT EXISTS, of which PostgreSQL makes a join that reads the whole table.
            " AND (SELECT revoking.id FROM complaint_event AS revoking"
            " WHERE revoking.revokes_id = event.id LIMIT 1) IS NULL)",
            self.env['complaint.milestone']._get_by_code(code).id,
        )
