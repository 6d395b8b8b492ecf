from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import split_every

from odoo.addons.complaint_management.const import INTERNAL_WRITE

# An edit of one of these changes dates or cases, so it makes the next version of a policy in use.
VERSIONED_FIELDS = (
    'procedure_id',
    'company_id',
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
    'on_reopen',
    'grace_value',
    'grace_unit',
    'at_risk_percent',
)

# Milestones that a later round does not pass again: their limit starts with the reopening.
INTAKE_MILESTONES = ('received', 'registered', 'acknowledged', 'accepted')

# Milestones after which a limit that still runs has lost its sense.
CLOSING_MILESTONES = ('closed', 'refused', 'withdrawn')

# Context key for INTERNAL_WRITE: an earlier version is being made.
VERSION_KEY = 'complaint_sla_version'

# Cases that are reckoned together when a policy is applied to all that are open.
APPLY_BATCH = 1000


class ComplaintSlaPolicy(models.Model):
    """A rule that says from which milestone to which other, and how long."""

    _name = 'complaint.sla.policy'
    _description = "Complaint Time-Limit Policy"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('active', "In force"), ('archived', "Archived")],
        required=True,
        default='active',
        copy=False,
        help="Only a policy in force starts clocks.",
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    activated_at = fields.Datetime(
        string="In force since",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.cr.now().replace(microsecond=0),
        help="Steps recorded earlier do not start a clock of this version afterwards.",
    )
    # Events are numbered as they are recorded; moments could be back-dated or collide.
    last_event_id = fields.Integer(
        string="Last event before",
        readonly=True,
        copy=False,
        default=lambda self: self._get_last_event_id(),
    )
    current_id = fields.Many2one(
        comodel_name='complaint.sla.policy',
        string="Earlier version of",
        readonly=True,
        copy=False,
        ondelete='cascade',
        index='btree_not_null',
    )
    earlier_version_ids = fields.One2many(
        comodel_name='complaint.sla.policy',
        inverse_name='current_id',
        context={'active_test': False},
    )

    note = fields.Text(
        translate=True, help="Where the rule comes from, and what a company should set itself."
    )

    # For which cases
    company_id = fields.Many2one(comodel_name='res.company', index=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index=True,
        help="Empty: every procedure.",
    )
    domain = fields.Char(string="Complaints", default='[]')

    # From what to what
    start_milestone_id = fields.Many2one(
        comodel_name='complaint.milestone', string="Starts at", required=True, ondelete='restrict'
    )
    stop_milestone_id = fields.Many2one(
        comodel_name='complaint.milestone', string="Met by", required=True, ondelete='restrict'
    )
    cancel_milestone_ids = fields.Many2many(
        comodel_name='complaint.milestone',
        relation='complaint_sla_policy_cancel_rel',
        column1='policy_id',
        column2='milestone_id',
        string="Cancelled by",
        default=lambda self: self._get_milestones(CLOSING_MILESTONES),
        help="When one of these happens first, the clock is cancelled, or missed if it was late.",
    )
    on_reopen = fields.Selection(
        selection=[
            ('new', "New clock from the reopening"),
            ('again', "New clock when its start happens again"),
            ('none', "No new clock"),
        ],
        string="When reopened",
        required=True,
        compute='_compute_on_reopen',
        store=True,
        readonly=False,
        precompute=True,
    )

    # In whose time
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Working hours",
        ondelete='restrict',
        help="Empty: the working hours of the team, else of the company, else 24 hours a day.",
    )
    grace_value = fields.Integer(
        string="Grace",
        default=4,
        help="When a change of the complaint makes the policy apply and its limit is already "
        "past, it ends this much working time after the change.",
    )
    grace_unit = fields.Selection(
        selection=[('minute', "Minutes"), ('hour', "Hours"), ('day', "Working days")],
        required=True,
        default='hour',
    )
    at_risk_percent = fields.Integer(
        string="At risk from",
        default=75,
        required=True,
        help="Percent of the limit after which the complaint shows as at risk: of its working "
        "time, or of its clock time when it runs day and night.",
    )
    is_promised = fields.Boolean(
        string="Promised to the customer",
        help="The customer is told this date, and the portal and letters show it.",
    )

    # Clocks
    clock_count = fields.Integer(string="Running clocks", compute='_compute_clock_count')

    _grace_value_range = models.Constraint(
        'CHECK (grace_value BETWEEN 0 AND 10000)', "The grace is a number from 0 to 10,000."
    )
    _at_risk_percent_range = models.Constraint(
        'CHECK (at_risk_percent BETWEEN 0 AND 100)', "At risk from: give a percentage, 0 to 100."
    )

    # === COMPUTE METHODS === #

    @api.depends('name', 'version', 'current_id')
    def _compute_display_name(self):
        super()._compute_display_name()
        for policy in self.filtered('current_id'):
            policy.display_name = self.env._(
                "%(name)s (version %(version)s)", name=policy.name, version=policy.version
            )

    @api.depends('start_milestone_id')
    def _compute_on_reopen(self):
        for policy in self:
            policy.on_reopen = 'new' if policy._begins_once() else 'again'

    def _begins_once(self):
        """Say whether this limit starts with the intake, before anything is worked on.

        What was done before then is done; otherwise a limit is a link of a chain, and only what
        comes after its start fulfils it.
        """
        self.ensure_one()
        return self.start_milestone_id._get_code() in INTAKE_MILESTONES

    def _compute_clock_count(self):
        counts = dict(
            self.env['complaint.sla.clock']._read_group(
                [('policy_id', 'in', self.ids), ('state', '=', 'running')],
                ['policy_id'],
                ['__count'],
            )
        )
        for policy in self:
            policy.clock_count = counts.get(policy, 0)

    # === CONSTRAINTS AND ONCHANGE METHODS === #

    @api.constrains('start_milestone_id', 'stop_milestone_id')
    def _check_milestones(self):
        if any(policy.start_milestone_id == policy.stop_milestone_id for policy in self):
            raise ValidationError(
                self.env._("A time limit cannot start and be met by the same milestone.")
            )

    @api.constrains('calendar_id')
    def _check_calendar_countable(self):
        self.calendar_id._check_countable()

    @api.constrains('domain')
    def _check_domain(self):
        """Refuse a domain that could not be applied to a case.

        :raise ValidationError: names the policy and what is wrong
        """
        for policy in self:
            try:
                domain = policy._get_domain()
                domain.validate(self.env['complaint.case'])
                # Not run: it says whether its author may ask for these fields.  (Constraints
                # run as superuser.)
                self.env['complaint.case'].with_user(self.env.uid)._search(domain)
            except Exception as error:  # whatever a wrong text leads to, it is one sentence here
                raise ValidationError(
                    self.env._(
                        "The complaints of the policy “%(policy)s” cannot be understood: %(error)s",
                        policy=policy.name,
                        error=error,
                    )
                ) from error

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create([self._complete_state(dict(vals)) for vals in vals_list])
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        keeping = self.env.context.get(VERSION_KEY) is INTERNAL_WRITE
        if not keeping and any(policy.current_id for policy in self):
            raise UserError(
                self.env._(
                    "This is an earlier version, kept for the clocks that run by it. Change the "
                    "current version."
                )
            )
        vals = self._complete_state(dict(vals))
        changed = self.filtered(lambda policy: policy._changes_version(vals))
        in_force = self.filtered(lambda policy: policy.state == 'active')
        used = changed._filtered_used()
        used._keep_version()
        result = super().write(vals)
        self.env.registry.clear_cache()
        for policy in used:
            super(ComplaintSlaPolicy, policy).write({'version': policy.version + 1})
        if begun := changed | self.filtered(lambda p: p.state == 'active') - in_force:
            super(ComplaintSlaPolicy, begun).write(
                {
                    'activated_at': self.env.cr.now().replace(microsecond=0),
                    'last_event_id': self._get_last_event_id(),
                }
            )
        (in_force - self.filtered(lambda policy: policy.state == 'active'))._end_clocks()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.current_id - self:
            raise UserError(
                self.env._("Earlier versions stay as long as their policy: clocks may run by them.")
            )
        if used := self._filtered_used(any_version=True):
            raise UserError(
                self.env._(
                    "These policies have clocks, archive them instead: %(names)s",
                    names=", ".join(used.mapped('name')),
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        if not (default or {}).get('current_id'):
            for policy, vals in zip(self, vals_list, strict=True):
                vals['name'] = self.env._("%s (copy)", policy.name)
        return vals_list

    def _apply_to(self, cases):
        """Start the clocks of these policies as if they had been in force from the first event.

        :param cases: complaint.case records; those that have a clock already keep it
        """
        clocks = self.env['complaint.sla.clock']
        for ids in split_every(APPLY_BATCH, cases.ids):
            clocks._reconcile(cases.browse(ids), retroactive=self)

    # === VERSIONS === #

    @api.model
    def _complete_state(self, vals):
        """Keep `active` and `state` saying the same in values for create or write."""
        if 'state' in vals:
            vals['active'] = vals['state'] != 'archived'
        elif 'active' in vals:
            vals['state'] = 'active' if vals['active'] else 'archived'
        return vals

    def _changes_version(self, vals):
        """Say whether writing `vals` changes which cases this policy takes, or their dates."""
        self.ensure_one()
        names = [name for name in VERSIONED_FIELDS if name in vals]
        if not names:
            return False
        wanted = self.new({name: vals[name] for name in names}, origin=self)
        return any(self._get_raw(name) != wanted._get_raw(name) for name in names)

    def _get_raw(self, name):
        """Return a value that compares the same on saved and unsaved records."""
        value = self[name]
        return value.ids if isinstance(value, models.BaseModel) else value

    def _filtered_used(self, any_version=False):
        """Return those that clocks run by, in their current version or in any."""
        clocks = self.env['complaint.sla.clock'].sudo()  # clocks of cases that the user may not see
        used = clocks._read_group([('policy_id', 'in', self.ids)], ['policy_id', 'policy_version'])
        return self.filtered(
            lambda policy: any(
                found.id == policy.id and (any_version or version == policy.version)
                for found, version in used
            )
        )

    def _keep_version(self):
        """Keep what the policies say now as an archived version for the clocks that run by it."""
        # Copying writes the translations of the copy, which nobody else may change.
        for policy in self.with_context(**{VERSION_KEY: INTERNAL_WRITE}):
            policy.copy(
                {
                    'current_id': policy.id,
                    'version': policy.version,
                    'state': 'archived',
                    'activated_at': policy.activated_at,
                    'last_event_id': policy.last_event_id,
                    'on_reopen': policy.on_reopen,
                }
            )

    def _get_versions(self, wanted):
        """Return the records that hold versions of policies.

        :param set wanted: (policy id, version)
        :return: {(policy id, version): policy record}
        :rtype: dict
        """
        versions = {(policy.id, policy.version): policy for policy in self}
        if missing := {pair for pair in wanted if pair not in versions}:
            earlier = self.with_context(active_test=False).search(
                [
                    '|',
                    ('current_id', 'in', [pair[0] for pair in missing]),
                    ('id', 'in', [pair[0] for pair in missing]),
                ]
            )
            versions.update(
                {((policy.current_id or policy).id, policy.version): policy for policy in earlier}
            )
        return versions

    def _end_clocks(self):
        """Cancel the running clocks of policies that are no longer in force."""
        if self:
            # Every clock of the policy, whatever cases its author may see.
            clocks = (
                self.env['complaint.sla.clock']
                .sudo()
                .search([('policy_id', 'in', self.ids), ('state', '=', 'running')])
            )
            clocks._cancel()

    # === ACTIONS === #

    def action_activate(self):
        """Put the policies in force: what is recorded from now on starts their clocks."""
        self.write({'state': 'active'})

    def action_apply_to_open(self):
        """Start clocks for the open complaints by what was recorded before, without grace."""
        self.check_access('write')
        cases = self.env['complaint.case'].sudo()  # a policy holds for every case alike
        self._apply_to(cases.search([('is_closed', '=', False)]))

    def action_open_clocks(self):
        """Open the clocks of this policy."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_sla.complaint_sla_clock_action'
        )
        action['domain'] = [('policy_id', '=', self.id)]
        return action
