from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .complaint_report_section import WRITTEN_KINDS

SCHEDULE_KINDS = [
    ('report', "Report"),
    ('stock_take', "Stock-take"),
    ('inspection', "Inspection"),
    ('meeting', "Meeting"),
    ('duty', "Duty log"),
    ('survey', "Survey"),
]
PERIODS = [
    ('day', "Day"),
    ('week', "Week"),
    ('ten_days', "Ten days"),
    ('month', "Month"),
    ('quarter', "Quarter"),
    ('half_year', "Half-year"),
    ('year', "Year"),
    ('custom', "Number of days"),
]
SPLITS = [
    ('none', "One report"),
    ('user', "One for each person"),
    ('department', "One for each department"),
    ('team', "One for each team"),
    ('company', "One for each company"),
]
# Narrowing these changes what the rights of `runs_as_id` show to others.
HARMLESS_FIELDS = {'name', 'sequence', 'note', 'nil_text', 'active', 'author_id', 'reviewer_id'}


class ComplaintReportSchedule(models.Model):
    """A report, stock-take, inspection, meeting, duty log or survey that comes again and again.

    Requirements 2.8. What it counts is read with the rights of `runs_as_id`, so only that person
    decides what it counts; whoever else wants to takes it over first.
    """

    _name = 'complaint.report.schedule'
    _description = "Period Report"
    _inherit = ['complaint.condition.mixin']
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=SCHEDULE_KINDS, string="Kind of report", required=True, default='report'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )
    note = fields.Text(string="Remarks", translate=True)

    # What it counts
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index='btree_not_null',
        check_company=True,
        help="Empty: complaints of every procedure.",
    )
    team_id = fields.Many2one(
        comodel_name='complaint.team',
        ondelete='cascade',
        index='btree_not_null',
        check_company=True,
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        ondelete='cascade',
        index='btree_not_null',
        check_company=True,
    )
    split_by = fields.Selection(selection=SPLITS, string="Split", required=True, default='none')
    section_ids = fields.One2many(
        comodel_name='complaint.report.section', inverse_name='schedule_id', copy=True
    )
    runs_as_id = fields.Many2one(
        comodel_name='res.users',
        string="Runs with the rights of",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
        copy=False,
        default=lambda self: self._get_default_runs_as(),
        help="Complaints that this person may not read are not in the figures.",
    )
    is_own = fields.Boolean(compute='_compute_is_own')

    # Which period, and when
    period = fields.Selection(selection=PERIODS, required=True, default='month')
    cutoff_day = fields.Integer(
        string="Last day of the month",
        help="25: from the 26th to the 25th. 0: the month of the calendar.",
        aggregator=False,
    )
    custom_days = fields.Integer(string="Days in a period", default=14, aggregator=False)
    custom_start = fields.Date(
        string="A period begins on", default=fields.Date.context_today, required=True
    )

    # Who writes, checks and reads it
    author_id = fields.Many2one(
        comodel_name='res.users',
        ondelete='set null',
        index='btree_not_null',
        domain=[('share', '=', False)],
        help="Writes and signs it. Empty: the person, the head or the leader that it is split by, "
        "otherwise the leader of the team, otherwise whose rights it runs with.",
    )
    reviewer_id = fields.Many2one(
        comodel_name='res.users',
        ondelete='set null',
        index='btree_not_null',
        domain=[('share', '=', False)],
        help="Checks it after it was signed, and issues it. Empty: it is issued when signed.",
    )
    leader_reviews = fields.Boolean(
        string="Checked by the leader of the team",
        help="Where no reviewer is named: the leader of the team that it is about, or of the team "
        "of this schedule. Nobody checks his own report.",
    )
    recipient_ids = fields.One2many(
        comodel_name='complaint.report.recipient', inverse_name='schedule_id', copy=True
    )
    nil_text = fields.Char(
        string="Nil report says",
        translate=True,
        help="Printed when no complaint came in the period. Empty: a standard sentence.",
    )
    run_ids = fields.One2many(comodel_name='complaint.report.run', inverse_name='schedule_id')
    run_count = fields.Integer(string="Reports", compute='_compute_run_count')

    _cutoff_day_range = models.Constraint(
        'CHECK (cutoff_day BETWEEN 0 AND 28)',
        "The last day of a month is 1 to 28, or 0 for the month of the calendar.",
    )
    _custom_days_range = models.Constraint(
        'CHECK (custom_days BETWEEN 1 AND 1000)', "A period has between 1 and 1000 days."
    )

    # === COMPUTE METHODS === #

    @api.depends('runs_as_id')
    @api.depends_context('uid')
    def _compute_is_own(self):
        for schedule in self:
            schedule.is_own = schedule.runs_as_id in (self.env.user, self.env['res.users'])

    @api.depends('run_ids')
    def _compute_run_count(self):
        counts = dict(
            self.env['complaint.report.run']._read_group(
                [('schedule_id', 'in', self.ids)], ['schedule_id'], ['__count']
            )
        )
        for schedule in self:
            schedule.run_count = counts.get(schedule._origin, 0)

    # === CONSTRAINTS === #

    @api.constrains('runs_as_id')
    def _check_runs_as(self):
        """Refuse rights that know no limits, and those of people from outside."""
        for user in self.runs_as_id:
            if user._is_superuser() or user.share:
                raise ValidationError(
                    self.env._("A report runs with the rights of a person of the company.")
                )

    # === CRUD METHODS === #

    @api.model
    def _get_default_runs_as(self):
        """Return whose rights count: who makes it, or the administrator where the software does."""
        user = self.env.user
        return self.env.ref('base.user_admin') if user._is_superuser() else user

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get('runs_as_id', self.env.uid) != self.env.uid and not self.env.su:
                raise UserError(
                    self.env._("A report runs with your own rights, not with somebody else's.")
                )
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - HARMLESS_FIELDS:
            self._check_may_change()
        if 'runs_as_id' in vals and vals['runs_as_id'] != self.env.uid and not self.env.su:
            raise UserError(
                self.env._("A report runs with your own rights, not with somebody else's.")
            )
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            {**values, 'name': self.env._("%(name)s (copy)", name=schedule.name)}
            for schedule, values in zip(self, super().copy_data(default), strict=True)
        ]

    def _check_may_change(self):
        """Let nobody count with rights that are another person's.

        :raise UserError: names whose rights the reports run with
        """
        if self.env.su:
            return
        foreign = self.filtered(
            lambda schedule: schedule.runs_as_id and schedule.runs_as_id != self.env.user
        )
        if foreign:
            raise UserError(
                self.env._(
                    "“%(name)s” runs with the rights of %(person)s: only that person changes what "
                    "it counts and who gets it. Take it over first, then it runs with yours.",
                    name=foreign[0].name,
                    person=foreign[0].runs_as_id.name,
                )
            )

    # === ACTIONS === #

    def action_take_over(self):
        """Let the schedules run with the rights of the user from now on."""
        self.check_access('write')
        # What one may not change with another's rights, one may take under one's own.
        self.sudo().write({'runs_as_id': self.env.uid})
        return True

    def action_view_runs(self):
        """Open the reports of a schedule."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_reports.complaint_report_run_action'
        )
        return {**action, 'domain': [('schedule_id', '=', self.id)], 'context': {}}

    # === BUSINESS METHODS === #

    def _get_author(self):
        """Return who writes and signs a report that is not split."""
        self.ensure_one()
        return self.author_id or self.team_id.leader_id or self.runs_as_id

    def _get_reviewer(self, part, author):
        """Return who checks the report about a person, department or team; maybe nobody."""
        self.ensure_one()
        team = part if part._name == 'complaint.team' and part else self.team_id
        leader = team.leader_id if self.leader_reviews else self.env['res.users']
        if leader == author:
            leader = team.parent_id.leader_id
        return self.reviewer_id or (leader - author)

    def _needs_person(self):
        """Say whether somebody has to write, enter, sign or check something."""
        self.ensure_one()
        return bool(
            self.reviewer_id
            or self.leader_reviews
            or self.kind != 'report'
            or self.section_ids.filtered(lambda section: section.kind in WRITTEN_KINDS)
        )

    def _get_scope(self):
        """Return the Domain on complaints of what this schedule counts, the period apart."""
        self.ensure_one()
        scope = self._get_domain()
        if self.split_by != 'company':
            scope &= Domain('company_id', '=', self.company_id.id)
        if self.procedure_id:
            scope &= Domain('procedure_id', '=', self.procedure_id.id)
        if self.team_id:
            scope &= Domain('team_id', 'child_of', self.team_id.id)
        if self.department_id:
            scope &= Domain('department_id', 'child_of', self.department_id.id)
        return scope

    def _get_parts(self):
        """Return the records of which each gets a report of its own; empty: one for all.

        :rtype: recordset of res.users, hr.department, complaint.team or res.company
        """
        self.ensure_one()
        if self.split_by == 'user':
            return self._get_people()
        if self.split_by == 'department':
            domain = [('company_id', 'in', (False, self.company_id.id))]
            if self.department_id:
                domain.append(('id', 'child_of', self.department_id.id))
            return self.env['hr.department'].search(domain)
        if self.split_by == 'team':
            domain = Domain('company_id', 'in', (False, self.company_id.id))
            if self.team_id:
                domain &= Domain('id', 'child_of', self.team_id.id)
            if self.procedure_id:
                domain &= Domain('procedure_id', 'in', (False, self.procedure_id.id))
            return self.env['complaint.team'].search(domain)
        if self.split_by == 'company':
            return self.env['res.company'].search([('id', 'child_of', self.company_id.id)])
        return self.env['res.users']

    def _get_people(self):
        """Return the people who each get a report: the team, or all who work on complaints."""
        if self.team_id:
            people = self.team_id.member_ids
        else:
            # Who works on complaints is no secret, but people may not read groups.
            group_sudo = self.env.ref('complaint_management.group_complaint_user').sudo()
            people = group_sudo.all_user_ids.sudo(False)
        return people.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        ).sorted('id')
