from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.complaint_management.tools.dialogs import get_record_dialog

# A clock in one of these has not ended.
OPEN_STATES = ('running', 'paused')


class ComplaintSlaClock(models.Model):
    """One time limit of one case in one round.

    Rows are the engine's: it derives them from the events of the case and the policies, and
    nobody else writes them.
    """

    _name = 'complaint.sla.clock'
    _description = "Complaint Time Limit"
    _inherit = ['complaint.case.line']
    _anonymising = 'keep'
    _order = 'deadline, id'
    _rec_name = 'policy_id'

    # What for
    case_id = fields.Many2one(readonly=True)
    policy_id = fields.Many2one(
        comodel_name='complaint.sla.policy',
        string="Time limit",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    policy_version = fields.Integer(
        string="Version", required=True, readonly=True, default=1, aggregator=False
    )
    round = fields.Integer(required=True, readonly=True, default=1, aggregator=False)
    lap = fields.Integer(
        required=True,
        readonly=True,
        default=1,
        aggregator=False,
        help="Of a limit that starts again with each stop: the how manieth time.",
    )

    # From when to when
    started_at = fields.Datetime(string="Started at", required=True, readonly=True)
    deadline = fields.Datetime(required=True, readonly=True)
    warn_at = fields.Datetime(string="At risk from", readonly=True)
    stopped_at = fields.Datetime(string="Stopped at", readonly=True)
    paused_at = fields.Datetime(
        string="Paused since",
        readonly=True,
        help="While a clock stands still its deadline is shown as if it ran on from here; the "
        "time of the pause is added when the pause ends.",
    )
    paused_seconds = fields.Integer(
        string="Seconds paused",
        readonly=True,
        aggregator=False,
        help="Of pauses that are over: working time, or plain time where the limit counts plain "
        "time.",
    )
    fixed_at = fields.Datetime(
        string="Date set",
        readonly=True,
        help="The date by which a limit goes that is not counted but given.",
    )
    state = fields.Selection(
        selection=[
            ('running', "Running"),
            ('paused', "Paused"),
            ('met', "Met"),
            ('missed', "Missed"),
            ('cancelled', "Cancelled"),
            ('superseded', "Superseded"),
        ],
        required=True,
        readonly=True,
        default='running',
    )
    is_late = fields.Boolean(
        string="Late",
        compute='_compute_is_late',
        search='_search_is_late',
        help="Stopped after the deadline, or still running after it. What is paused does not turn "
        "late.",
    )
    remaining = fields.Integer(
        string="Working seconds left",
        compute='_compute_remaining',
        aggregator=False,
        help="Negative when late.",
    )
    time_left = fields.Char(
        string="Time left",
        compute='_compute_remaining',
        help="In working time; a day is a working day.",
    )

    # Whose
    responsible_id = fields.Many2one(
        comodel_name='res.users',
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
        help="Handler of the complaint; stays as it was when the clock stopped or turned late.",
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    # Why then
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Working hours",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
        help="Empty: counted 24 hours a day.",
    )
    tz = fields.Char(string="Time zone", required=True, readonly=True, default='UTC')
    trace = fields.Json(readonly=True)
    explanation = fields.Html(string="Why then?", compute='_compute_explanation', sanitize=False)
    applied_at = fields.Datetime(
        string="Applies since",
        readonly=True,
        help="When a change of the complaint made the limit apply, that had started before.",
    )
    has_grace = fields.Boolean(
        string="Grace given",
        readonly=True,
        help="The limit was already past when a change of the complaint made it apply.",
    )
    basis = fields.Char(
        readonly=True,
        export_string_translation=False,
        help="Names what the dates were reckoned from; while it stays the same, so do they.",
    )

    # Time granted
    extension_ids = fields.One2many(
        comodel_name='complaint.sla.extension', inverse_name='clock_id', string="Extensions"
    )
    is_extended = fields.Boolean(string="Extended", readonly=True)
    can_extend = fields.Boolean(compute='_compute_can_extend')

    # Reminding
    is_imported = fields.Boolean(
        string="Imported",
        readonly=True,
        help="Reckoned from imported history: shown, but nobody is reminded.",
    )

    _case_policy_round_uniq = models.UniqueIndex(
        '(case_id, policy_id, round, lap)',
        "A complaint has one clock for each policy, round and lap.",
    )
    _running_idx = models.Index("(deadline, id) WHERE state = 'running'")

    # === COMPUTE METHODS === #

    @api.depends('state', 'deadline', 'stopped_at', 'paused_at')
    def _compute_is_late(self):
        now = self._get_now()
        for clock in self:
            end = clock.stopped_at or clock.paused_at or now
            clock.is_late = (
                clock.state != 'cancelled' and bool(clock.deadline) and (end > clock.deadline)
            )

    def _search_is_late(self, operator, value):
        if operator != 'in':
            return NotImplemented
        # Where another moment than now decides, two columns are compared.
        past_deadline = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "COALESCE(%s, %s) > %s",
                model._field_to_sql(alias, 'stopped_at', query),
                model._field_to_sql(alias, 'paused_at', query),
                model._field_to_sql(alias, 'deadline', query),
            ),
            predicate=lambda clock: clock.is_late,
        )
        return (
            Domain('state', '=', 'missed')
            | Domain('state', '=', 'running') & Domain('deadline', '<', self._get_now())
            | Domain('state', 'in', ('paused', 'superseded')) & past_deadline
        )

    @api.depends('state', 'deadline', 'calendar_id', 'paused_at')
    def _compute_remaining(self):
        now = self._get_now()
        trace = self.env['complaint.sla.trace']
        for clock in self:
            if clock.state not in OPEN_STATES:
                clock.remaining = 0
                clock.time_left = False
                continue
            moment = clock.paused_at or now
            timeline = clock._get_timeline()
            clock.remaining = timeline.work_seconds(moment, clock.deadline)
            is_late = moment > clock.deadline
            span = trace._format_time_left(clock.remaining, is_late, timeline.schedule.day_seconds)
            if not clock.paused_at:
                clock.time_left = span
            elif is_late:
                clock.time_left = self.env._("paused, %(span)s", span=span)
            else:
                clock.time_left = self.env._("paused, %(span)s left", span=span)

    @api.depends('state', 'policy_id.extension_max')
    def _compute_can_extend(self):
        for clock in self:
            is_open = clock.state in OPEN_STATES
            clock.can_extend = is_open and clock.sudo().policy_id.extension_max > 0

    @api.depends('trace')
    @api.depends_context('lang')
    def _compute_explanation(self):
        trace_model = self.env['complaint.sla.trace']
        for clock in self:
            clock.explanation = trace_model._render(clock.trace or [])

    @api.depends('policy_id', 'case_id')
    def _compute_display_name(self):
        for clock in self:
            clock.display_name = f'{clock.case_id.display_name}: {clock.policy_id.display_name}'

    @api.model
    def _get_late_condition(self, alias):
        """Return `is_late` as a condition in SQL, for reports.

        :param str alias: under which the table of clocks stands in the query
        :rtype: SQL
        """
        return SQL(
            "%(state)s != 'cancelled' AND %(end)s > %(deadline)s",
            state=SQL.identifier(alias, 'state'),
            end=self._get_end_expression(alias),
            deadline=SQL.identifier(alias, 'deadline'),
        )

    @api.model
    def _get_end_expression(self, alias):
        """Return the moment that is compared with the deadline: its stop, its pause, or now.

        :param str alias: under which the table of clocks stands in the query
        :rtype: SQL
        """
        return SQL(
            "COALESCE(%s, %s, %s)",
            SQL.identifier(alias, 'stopped_at'),
            SQL.identifier(alias, 'paused_at'),
            self._get_now(),
        )

    # === BUSINESS METHODS === #

    @api.model
    def _get_now(self):
        """Return the transaction's time in whole seconds: late begins with the next second."""
        return self.env.cr.now().replace(microsecond=0)

    def _get_timeline(self):
        """Return the WorkTimeline in which this clock counts."""
        self.ensure_one()
        calendar = self.sudo().calendar_id  # working hours are no secret
        if self._has_countable_calendar():
            return calendar._get_work_timeline(self.company_id)
        return calendar._get_always_timeline(self.tz)

    def _has_countable_calendar(self):
        """Say whether this clock counts in working hours, and they still can be counted in."""
        calendar = self.sudo().calendar_id  # idem
        return bool(calendar) and calendar._is_countable()

    def action_explain(self):
        """Show how the deadline came about."""
        self.ensure_one()
        return get_record_dialog(self, self.env._("Why then?"))

    def _prepare_bar(self, now):
        """Return what the form needs to draw this clock.

        Moments are text in UTC, as Odoo writes datetimes.

        :param datetime now: UTC
        :rtype: dict
        """
        self.ensure_one()
        text = fields.Datetime.to_string
        return {
            'id': self.id,
            'name': self.policy_id.name,
            'round': self.round,
            'state': self._get_bar_state(now),
            'started_at': text(self.started_at),
            'deadline': text(self.deadline),
            'stopped_at': text(self.stopped_at or self.paused_at),
            'time_left': self.time_left,
            'is_promised': self.policy_id.is_promised,
        }

    def _get_bar_state(self, now):
        """Return the state of this clock as people see it: a running one may be at risk or late."""
        if self.state != 'running':
            return self.state
        if self.is_late:
            return 'late'
        return 'at_risk' if self.warn_at and self.warn_at <= now else 'running'
