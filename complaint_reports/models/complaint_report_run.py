from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain
from odoo.tools import SQL, format_date

RUN_STATES = [('open', "Being prepared"), ('review', "Being checked"), ('issued', "Issued")]


class ComplaintReportRun(models.Model):
    """The report of one period: figures as they were, texts, who signed, who read it.

    Its figures are frozen with the ids behind every cell. What they count is fixed by the rights
    of the schedule; what a reader can open, and which complaints a list names to him, by his own.
    """

    _name = 'complaint.report.run'
    _description = "Report of a Period"
    _inherit = ['complaint.guarded.record', 'mail.thread', 'mail.activity.mixin']
    _order = 'date_to desc, id desc'

    name = fields.Char(string="Report", required=True, readonly=True)
    schedule_id = fields.Many2one(
        comodel_name='complaint.report.schedule',
        string="Period report",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    kind = fields.Selection(related='schedule_id.kind')
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True
    )
    state = fields.Selection(
        selection=RUN_STATES,
        required=True,
        readonly=True,
        default='open',
        index=True,
        copy=False,
        tracking=True,
    )
    lang = fields.Char(string="Language", readonly=True, required=True, default='en_US')

    # Of what
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    tz = fields.Char(string="Time zone", required=True, readonly=True, default='UTC')
    begin_at = fields.Datetime(string="Begins at", required=True, readonly=True)
    end_at = fields.Datetime(
        string="Ends at", required=True, readonly=True, help="The first moment after the period."
    )
    split_key = fields.Char(readonly=True, required=True, default='-')
    split_name = fields.Char(string="About", readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Person",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    team_id = fields.Many2one(
        comodel_name='complaint.team', readonly=True, ondelete='restrict', index='btree_not_null'
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    # When, by whom
    due_at = fields.Datetime(string="Due at", required=True, readonly=True)
    author_id = fields.Many2one(
        comodel_name='res.users', readonly=True, ondelete='restrict', index='btree_not_null'
    )
    reviewer_id = fields.Many2one(
        comodel_name='res.users', readonly=True, ondelete='restrict', index='btree_not_null'
    )
    runs_as_id = fields.Many2one(
        comodel_name='res.users',
        string="Counted with the rights of",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    as_of = fields.Datetime(
        string="Figures as of", readonly=True, help="What was entered later is not in them."
    )
    signed_at = fields.Datetime(string="Signed at", readonly=True)
    signed_by_id = fields.Many2one(
        comodel_name='res.users', string="Signed by", readonly=True, ondelete='restrict'
    )
    issued_at = fields.Datetime(string="Issued at", readonly=True)
    issued_by_id = fields.Many2one(
        comodel_name='res.users', string="Issued by", readonly=True, ondelete='restrict'
    )
    is_late = fields.Boolean(
        string="Issued late", compute='_compute_is_late', search='_search_is_late'
    )

    # What
    is_nil = fields.Boolean(string="Nil report", readonly=True)
    # Numbers of complaints that a reader may not see stand in it.
    figures = fields.Json(string="Frozen figures", readonly=True, groups=NO_ACCESS, prefetch=False)
    definition = fields.Json(readonly=True, groups=NO_ACCESS, prefetch=False)
    figures_view = fields.Json(string="Figures", compute='_compute_figures_view')
    digest = fields.Char(
        string="Check value",
        readonly=True,
        help="SHA-256 of the frozen figures. Reports with the same one show the same figures.",
    )
    entry_ids = fields.One2many(
        comodel_name='complaint.report.entry', inverse_name='run_id', string="Texts and figures"
    )
    delivery_ids = fields.One2many(
        comodel_name='complaint.report.delivery',
        inverse_name='run_id',
        string="Sent to",
        readonly=True,
    )

    # Run again
    rerun_of_id = fields.Many2one(
        comodel_name='complaint.report.run',
        string="Run again of",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    rerun_ids = fields.One2many(
        comodel_name='complaint.report.run', inverse_name='rerun_of_id', string="Later runs"
    )
    rerun_count = fields.Integer(compute='_compute_rerun_count')
    differences = fields.Json(readonly=True, groups=NO_ACCESS, prefetch=False)
    differences_view = fields.Json(
        string="What differs, and why", compute='_compute_differences_view'
    )

    can_sign = fields.Boolean(compute='_compute_rights')
    can_issue = fields.Boolean(compute='_compute_rights')
    is_read = fields.Boolean(string="Read by me", compute='_compute_rights')
    reading = fields.Selection(
        selection=[('unread', "Unread"), ('read', "Read")],
        string="My reading",
        compute='_compute_rights',
    )

    # One report for a period and part, whatever several workers do.
    _once = models.UniqueIndex(
        '(schedule_id, date_from, split_key) WHERE rerun_of_id IS NULL',
        "There is a report of this period already.",
    )
    _list_idx = models.Index('(date_to DESC, id DESC)')

    # === COMPUTE METHODS === #

    @api.depends('issued_at', 'due_at')
    def _compute_is_late(self):
        now = self.env.cr.now()
        for run in self:
            run.is_late = bool(run.due_at) and (run.issued_at or now) > run.due_at

    def _search_is_late(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = self.env.cr.now()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "COALESCE(%s, %s) > %s",
                model._field_to_sql(alias, 'issued_at', query),
                now,
                model._field_to_sql(alias, 'due_at', query),
            ),
            predicate=lambda run: run.is_late,
        )

    @api.depends('rerun_ids')
    def _compute_rerun_count(self):
        for run in self:
            run.rerun_count = len(run.rerun_ids)

    @api.depends('state', 'author_id', 'reviewer_id', 'delivery_ids.read_at')
    @api.depends_context('uid')
    def _compute_rights(self):
        user = self.env.user
        for run in self:
            run.can_sign = run.state == 'open' and run._may_sign(user)
            run.can_issue = run.state == 'review' and run._may_issue(user)
            own = run.delivery_ids.filtered(lambda delivery: delivery.user_id == user)
            run.is_read = not own or all(own.mapped('read_at'))
            run.reading = own and ('read' if run.is_read else 'unread')

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        """Everything: people write texts and figures, which are lines of their own."""
        return {
            name
            for name, field in self._fields.items()
            if field.store and not field.related and (field._module or '') == 'complaint_reports'
        } - {'entry_ids', 'delivery_ids', 'rerun_ids'}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("A report is kept. Run it again where something has changed."))

    # === BUSINESS METHODS === #

    def _may_sign(self, user):
        """Say whether a person signs this report: its author, or an administrator for him."""
        self.ensure_one()
        return user == self.author_id or user.has_group(
            'complaint_management.group_complaint_admin'
        )

    def _may_issue(self, user):
        """Say whether a person issues this report after it was signed."""
        self.ensure_one()
        if self.reviewer_id:
            return user == self.reviewer_id
        return self._may_sign(user)

    def _get_period_label(self):
        """Return the days of the period in the language of the reader."""
        self.ensure_one()
        first = format_date(self.env, self.date_from)
        last = format_date(self.env, self.date_to)
        if first == last:
            return first
        return self.env._("%(first)s to %(last)s", first=first, last=last)
