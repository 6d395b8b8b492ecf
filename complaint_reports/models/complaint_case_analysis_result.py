from odoo import fields, models
from odoo.tools import SQL

# Names of figures that are means of a score given in callbacks.
SCORES = ('result_score', 'attitude_score', 'measures_score')


class ComplaintCaseAnalysis(models.Model):
    """How complaints ended: in time or not, justified or not, to whose content, at what cost."""

    _inherit = 'complaint.case.analysis'
    _depends = {
        'complaint.case': ['repeat_count', 'customer_satisfied', 'rating_last_value'],
        'complaint.sla.clock': [
            *('case_id', 'round', 'state', 'deadline', 'stopped_at', 'paused_at')
        ],
        'complaint.callback': ['case_id', 'round', 'state', *SCORES],
        'complaint.remedy': ['case_id', 'round', 'state', 'company_amount'],
        'complaint.cost': ['case_id', 'round', 'amount_company'],
    }

    # Time limits
    late_count = fields.Integer(
        string="Late time limits",
        readonly=True,
        help="Time limits of the round that were missed, or that run and are past their deadline.",
    )
    on_time_rate = fields.Float(
        string="All limits kept (%)",
        readonly=True,
        aggregator='avg',
        help="Share of those in which no time limit was missed or is late, among those in which "
        "at least one was met, was missed or is late.",
    )

    # Was it justified, did it come again
    justified_rate = fields.Float(
        string="Justified (%)",
        readonly=True,
        aggregator='avg',
        help="Share of complaints that were ruled valid, among all complaints.",
    )
    repeat_count = fields.Integer(
        string="Earlier complaints",
        readonly=True,
        help="Complaints of the same customer in the same category shortly before.",
    )
    repeat_rate = fields.Float(
        string="Repeats (%)",
        readonly=True,
        aggregator='avg',
        help="Share of complaints whose customer had complained about the same shortly before.",
    )

    # Satisfaction
    customer_satisfied = fields.Selection(
        selection=lambda self: self._get_case_selection('customer_satisfied'),
        string="Satisfaction",
        readonly=True,
    )
    satisfaction_rate = fields.Float(
        string="Satisfied (%)",
        readonly=True,
        aggregator='avg',
        help="Share of customers who are satisfied or basically satisfied, among those who said "
        "so or the contrary; their last word counts.",
    )
    result_score = fields.Float(
        string="Score: result",
        readonly=True,
        aggregator='avg',
        help="From callbacks of the round, 1 to 5.",
    )
    attitude_score = fields.Float(
        string="Score: attitude",
        readonly=True,
        aggregator='avg',
        help="From callbacks of the round, 1 to 5.",
    )
    measures_score = fields.Float(
        string="Score: measures",
        readonly=True,
        aggregator='avg',
        help="From callbacks of the round, 1 to 5.",
    )
    rating = fields.Float(
        readonly=True, aggregator='avg', help="The customer's last rating by mail, 1 to 5."
    )

    # Money
    currency_id = fields.Many2one(
        comodel_name='res.currency', string="Currency of the company", readonly=True
    )
    remedy_amount = fields.Monetary(
        string="Remedies",
        readonly=True,
        help="What was granted or given in the round, in the company's currency.",
    )
    cost_amount = fields.Monetary(
        string="Failure costs",
        readonly=True,
        help="External failure costs written down in the round, in the company's currency.",
    )

    # === QUERY === #

    def _get_columns(self):
        return (
            super()._get_columns()
            | self._get_limit_columns()
            | self._get_share_columns()
            | {score: self._get_score(score) for score in SCORES}
            | self._get_money_columns()
        )

    def _get_limit_columns(self):
        is_late = self.env['complaint.sla.clock']._get_late_condition('clock')
        return {
            'late_count': self._get_of_round(
                'complaint_sla_clock', 'clock', SQL("COUNT(*)::int4"), is_late
            ),
            'on_time_rate': self._get_of_round(
                'complaint_sla_clock',
                'clock',
                SQL("CASE WHEN bool_or(%s) THEN 0.0 WHEN COUNT(*) > 0 THEN 100.0 END", is_late),
                SQL(
                    "(clock.state IN ('met', 'missed')"
                    " OR (clock.state IN ('running', 'paused') AND %s))",
                    is_late,
                ),
            ),
        }

    def _get_share_columns(self):
        satisfied = SQL.identifier('complaint_case', 'customer_satisfied')
        return {
            'justified_rate': self._get_once(
                SQL("CASE WHEN complaint_case.validity = 'valid' THEN 100.0 ELSE 0.0 END")
            ),
            'repeat_count': self._get_once(SQL("complaint_case.repeat_count")),
            'repeat_rate': self._get_once(
                SQL("CASE WHEN complaint_case.repeat_count > 0 THEN 100.0 ELSE 0.0 END")
            ),
            'customer_satisfied': satisfied,
            'satisfaction_rate': self._get_once(
                SQL(
                    "CASE WHEN %(satisfied)s IN ('satisfied', 'basically_satisfied') THEN 100.0"
                    " WHEN %(satisfied)s = 'dissatisfied' THEN 0.0 END",
                    satisfied=satisfied,
                )
            ),
            'rating': self._get_once(SQL("NULLIF(complaint_case.rating_last_value, 0)")),
        }

    def _get_score(self, name) -> SQL:
        return self._get_of_round(
            'complaint_callback',
            'callback',
            SQL("AVG(%s::int4)", SQL.identifier('callback', name)),
            SQL("callback.state = 'done'"),
        )

    def _get_money_columns(self):
        return {
            'currency_id': SQL(
                "(SELECT company.currency_id FROM res_company AS company"
                " WHERE company.id = complaint_case.company_id)"
            ),
            'remedy_amount': self._get_of_round(
                'complaint_remedy',
                'remedy',
                SQL("SUM(remedy.company_amount)"),
                SQL("remedy.state IN ('approved', 'executed')"),
            ),
            'cost_amount': self._get_of_round(
                'complaint_cost', 'cost', SQL("SUM(cost.amount_company)"), SQL("TRUE")
            ),
        }

    def _get_of_round(self, table, alias, expression, condition) -> SQL:
        """Return what an aggregate makes of the lines of the case in the round.

        A subquery by the index of `case_id`: it costs nothing where nobody asks, and where cases
        are narrowed by a filter it reads the lines of those alone.
        """
        return SQL(
            "(SELECT %(expression)s FROM %(table)s AS %(alias)s WHERE %(alias)s.case_id ="
            " complaint_case.id AND %(alias)s.round = case_round.number AND %(condition)s)",
            expression=expression,
            table=SQL.identifier(table),
            alias=SQL.identifier(alias),
            condition=condition,
        )
