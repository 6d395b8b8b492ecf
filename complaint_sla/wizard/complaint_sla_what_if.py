from odoo import api, fields, models
from odoo.exceptions import UserError

# What of a policy may be tried out.
DRAFT_FIELDS = (
    'domain',
    'start_milestone_id',
    'stop_milestone_id',
    'cancel_milestone_ids',
    'limit_kind',
    'limit_value',
    'limit_unit',
    'time_of_day',
    'month_day',
    'roll',
    'date_from',
    'cutoff_time',
    'calendar_id',
    'pause_allowed',
    'pause_reason_ids',
    'at_risk_percent',
)


def _selection(name):
    """Return what a selection field of a policy offers, in the language of the user."""
    return lambda self: (
        self.env['complaint.sla.policy']._fields[name]._description_selection(self.env)
    )


class ComplaintSlaWhatIf(models.TransientModel):
    """Shows what a change of a policy or of working hours would do to every live complaint.

    Nothing is changed before *Apply*: the change is made for real, read, and taken back.
    """

    _name = 'complaint.sla.what.if'
    _description = "What If"

    subject = fields.Selection(
        selection=[('policy', "A time-limit policy"), ('calendar', "Working hours")],
        string="What changes",
        required=True,
        default='policy',
    )
    state = fields.Selection(
        selection=[('draft', "Draft"), ('shown', "Calculated"), ('applied', "Applied")],
        required=True,
        default='draft',
        readonly=True,
    )

    # A policy, as it would be
    policy_id = fields.Many2one(
        comodel_name='complaint.sla.policy',
        domain=[('current_id', '=', False), ('state', '!=', 'archived')],
        ondelete='cascade',
    )
    policy_state = fields.Selection(related='policy_id.state', string="Policy state")
    scope = fields.Selection(
        selection=[('running', "Limits that run"), ('open', "All open complaints")],
        string="Applies to",
        required=True,
        compute='_compute_scope',
        store=True,
        readonly=False,
        precompute=True,
        help="All open complaints: those to which the policy applies and that have no limit of it "
        "get one, from what was recorded before.",
    )
    domain = fields.Char(string="Complaints", compute='_compute_draft', store=True, readonly=False)
    start_milestone_id = fields.Many2one(
        comodel_name='complaint.milestone',
        string="Starts at",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    stop_milestone_id = fields.Many2one(
        comodel_name='complaint.milestone',
        string="Met by",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    cancel_milestone_ids = fields.Many2many(
        comodel_name='complaint.milestone',
        relation='complaint_sla_what_if_cancel_rel',
        column1='what_if_id',
        column2='milestone_id',
        string="Cancelled by",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    limit_kind = fields.Selection(
        selection=_selection('limit_kind'),
        string="Kind of limit",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    limit_value = fields.Integer(
        string="Limit", compute='_compute_draft', store=True, readonly=False
    )
    limit_unit = fields.Selection(
        selection=_selection('limit_unit'), compute='_compute_draft', store=True, readonly=False
    )
    time_of_day = fields.Float(string="At", compute='_compute_draft', store=True, readonly=False)
    month_day = fields.Integer(
        string="By day of the month", compute='_compute_draft', store=True, readonly=False
    )
    roll = fields.Selection(
        selection=_selection('roll'),
        string="When it falls on a day off",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    date_from = fields.Selection(
        selection=_selection('date_from'),
        string="Which date",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    cutoff_time = fields.Float(
        string="Cut-off", compute='_compute_draft', store=True, readonly=False
    )
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Working hours",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    pause_allowed = fields.Boolean(
        string="May be paused", compute='_compute_draft', store=True, readonly=False
    )
    pause_reason_ids = fields.Many2many(
        comodel_name='complaint.sla.pause.reason',
        relation='complaint_sla_what_if_pause_reason_rel',
        column1='what_if_id',
        column2='reason_id',
        string="Only for these reasons",
        compute='_compute_draft',
        store=True,
        readonly=False,
    )
    at_risk_percent = fields.Integer(
        string="At risk from", compute='_compute_draft', store=True, readonly=False
    )

    # Working hours, as they would be
    hours_id = fields.Many2one(
        comodel_name='resource.calendar', string="These working hours", ondelete='cascade'
    )
    other_hours_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Others instead",
        ondelete='cascade',
        domain="[('id', '!=', hours_id)]",
        help="Teams and policies that name these working hours would name the others.",
    )
    day_ids = fields.One2many(
        comodel_name='complaint.sla.what.if.day',
        inverse_name='what_if_id',
        string="Days to try out",
    )

    # What would happen
    live_count = fields.Integer(string="Limits that run", readonly=True)
    moved_count = fields.Integer(string="Moved", readonly=True)
    late_count = fields.Integer(string="Newly late", readonly=True)
    rescued_count = fields.Integer(string="Newly rescued", readonly=True)
    new_count = fields.Integer(string="New limits", readonly=True)
    ended_count = fields.Integer(string="Ended limits", readonly=True)
    has_hidden = fields.Boolean(
        readonly=True, help="Complaints that you may not see are not in the figures."
    )
    calculated = fields.Json(readonly=True)  # the change for which the figures stand
    line_ids = fields.One2many(
        comodel_name='complaint.sla.what.if.line', inverse_name='what_if_id', readonly=True
    )

    # === COMPUTE METHODS === #

    @api.depends('policy_id')
    def _compute_scope(self):
        for what_if in self:
            what_if.scope = 'open' if what_if.policy_id.state == 'draft' else 'running'

    @api.depends('policy_id')
    def _compute_draft(self):
        for what_if in self:
            for name in DRAFT_FIELDS:
                what_if[name] = what_if.policy_id[name]

    @api.depends('subject', 'policy_id', 'hours_id')
    def _compute_display_name(self):
        for what_if in self:
            name = (what_if.hours_id if what_if.subject == 'calendar' else what_if.policy_id).name
            what_if.display_name = name and self.env._("What if: %(name)s", name=name)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Begin with the policy as it is, in whatever is not said otherwise."""
        policies = self.env['complaint.sla.policy']
        completed = []
        for vals in vals_list:
            policy = policies.browse(vals.get('policy_id'))
            draft = {
                name: policy._fields[name].convert_to_write(policy[name], policy)
                for name in DRAFT_FIELDS
                if policy
            }
            completed.append({**draft, **vals})
        return super().create(completed)

    # === ACTIONS === #

    def action_calculate(self):
        """Show what the change would do, and change nothing.

        :raise UserError: there is no change, or it is not possible
        """
        self.ensure_one()
        change = self._get_change()
        with self._pretend() as what_if:
            effects = what_if._make_change(change, tell=False)
        self._show(effects)
        self.write({'state': 'shown', 'calculated': change})

    def action_apply(self):
        """Make the change, with one event for each complaint whose deadlines move.

        :raise UserError: the figures shown are those of another change
        """
        self.ensure_one()
        change = self._get_change()
        if self.state != 'shown' or change != self.calculated:
            raise UserError(
                self.env._("Calculate first: the figures belong to another change, or to none.")
            )
        self._show(self._make_change(change, tell=True))
        self.state = 'applied'

    def action_open_lines(self):
        """Open the complaints that would change as a list to sort, group and export."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_sla.complaint_sla_what_if_line_action'
        )
        action['domain'] = [('what_if_id', '=', self.id)]
        return action

    # === SHOWING === #

    def _show(self, effects):
        """Keep figures and lines of what would happen to the complaints that the user may see.

        :param dict effects: as `_make_change` returns them
        """
        self.ensure_one()
        cases = self.env['complaint.case'].browse({line['case_id'] for line in effects['lines']})
        readable = set(cases._filtered_access('read').ids)
        lines = [line for line in effects['lines'] if line['case_id'] in readable]

        def count(name, value=True):
            return sum(1 for line in lines if line[name] == value)

        self.line_ids.unlink()
        self.env['complaint.sla.what.if.line'].create(
            [{**line, 'what_if_id': self.id} for line in lines]
        )
        self.write(
            {
                'live_count': effects['live'],
                'moved_count': count('change', 'later') + count('change', 'earlier'),
                'late_count': count('is_newly_late'),
                'rescued_count': count('is_rescued'),
                'new_count': count('change', 'new'),
                'ended_count': count('change', 'ended'),
                'has_hidden': len(lines) < len(effects['lines']),
            }
        )
