from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from odoo.addons.complaint_management.const import INTERNAL_WRITE

from ..tools.ladder import DEFAULT_LADDER, Rung

# Context key for INTERNAL_WRITE: the policy itself has kept the version that this change ends.
LADDER_KEY = 'complaint_sla_ladder'

# Who does not stand above the handler: telling them is a reminder, no escalation.
OWN_ROLES = ('handler', 'owner', 'follow_up')

UNITS = [('minute', "Minutes"), ('hour', "Hours"), ('day', "Days")]


class ComplaintSlaEscalation(models.Model):
    """One rung of a policy's ladder: when, who, what."""

    _name = 'complaint.sla.escalation'
    _description = "Complaint Escalation"
    _order = 'policy_id, sequence, id'

    policy_id = fields.Many2one(
        comodel_name='complaint.sla.policy', required=True, ondelete='cascade', index=True
    )
    sequence = fields.Integer(default=10)
    origin_id = fields.Many2one(
        comodel_name='complaint.sla.escalation',
        string="Same rung of the current version",
        readonly=True,
        copy=False,
        ondelete='set null',
        index='btree_not_null',
    )
    note = fields.Char(
        string="What they read", translate=True, help="Beside the complaint and its deadline."
    )

    # When
    moment = fields.Selection(
        selection=[
            ('at_risk', "When it becomes at risk"),
            ('percent', "At a percentage of the limit"),
            ('before', "Before the deadline"),
            ('deadline', "At the deadline"),
            ('after', "After the deadline"),
        ],
        string="When",
        required=True,
        default='deadline',
    )
    moment_value = fields.Integer(
        string="How much", help="A percentage, or how many minutes, hours or days."
    )
    moment_unit = fields.Selection(
        selection=UNITS, string="Unit", required=True, default='hour', help="Not for percentages."
    )
    time_kind = fields.Selection(
        selection=[('work', "Working time"), ('plain', "Plain time")],
        string="Counted in",
        required=True,
        default='work',
        help="A day of working time is a working day; plain time runs day and night.",
    )
    repeat_value = fields.Integer(string="Repeat every", help="0: once. Counted like “When”.")
    repeat_unit = fields.Selection(
        selection=UNITS, string="Unit of repetition", required=True, default='day'
    )
    repeat_max = fields.Integer(
        string="Repetitions", default=3, help="At most so often, until the limit is met."
    )

    # Who
    recipient = fields.Selection(
        selection=[
            ('handler', "Handler"),
            ('owner', "First-contact owner"),
            ('follow_up', "Follow-up owner"),
            ('department_head', "Department head"),
            ('team_leader', "Team leader"),
            ('parent_leader', "Leader of the team above"),
            ('ancestor_leaders', "Leaders of all teams above, level by level"),
            ('group', "Everybody of a group"),
            ('user', "One person"),
        ],
        string="Who",
        required=True,
        default='handler',
        help="When nobody of them may be told, the leader of the team is, then those of the teams "
        "above, at last the complaint handling team.",
    )
    group_id = fields.Many2one(comodel_name='res.groups', string="User group", ondelete='set null')
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Person told",
        ondelete='set null',
        domain=[('share', '=', False)],
    )

    # What
    action = fields.Selection(
        selection=[
            ('activity', "Ask to act"),
            ('message', "Write a note"),
            ('mail', "Send a mail"),
            ('raise_grade', "Raise the grade by one"),
            ('set_grade', "Raise the grade to …"),
            ('reassign', "Assign to them"),
            ('server_action', "Run a server action"),
        ],
        string="What",
        required=True,
        default='activity',
    )
    mail_template_id = fields.Many2one(
        comodel_name='mail.template',
        string="Mail template",
        ondelete='set null',
        domain=[('model', '=', 'complaint.case')],
        help="Empty: only the mail that sums up what a person has to know.",
    )
    grade_id = fields.Many2one(comodel_name='complaint.grade', ondelete='set null')
    server_action_id = fields.Many2one(
        comodel_name='ir.actions.server',
        string="Server action",
        ondelete='set null',
        domain=[('model_id.model', '=', 'complaint.case')],
        help="Runs with the complaint as its record and with all rights, as scheduled actions do.",
    )
    is_recorded = fields.Boolean(
        string="Record as escalated",
        compute='_compute_is_recorded',
        store=True,
        readonly=False,
        precompute=True,
        help="Stamp the milestone “Escalated” into the history of the complaint.",
    )

    _moment_value_range = models.Constraint(
        'CHECK (moment_value BETWEEN 0 AND 10000)', "When: give a number from 0 to 10,000."
    )
    _repeat_range = models.Constraint(
        'CHECK (repeat_value BETWEEN 0 AND 10000 AND repeat_max BETWEEN 0 AND 100)',
        "Repetition: give a number from 0 to 10,000, and at most 100 repetitions.",
    )

    # === COMPUTE METHODS === #

    @api.depends('recipient', 'action')
    def _compute_is_recorded(self):
        for escalation in self:
            escalation.is_recorded = (
                escalation.recipient not in OWN_ROLES
                or escalation.action not in ('activity', 'mail')
            )

    @api.depends('moment', 'moment_value', 'moment_unit', 'recipient', 'action')
    def _compute_display_name(self):
        for escalation in self:
            escalation.display_name = self.env._(
                "%(when)s: %(who)s",
                when=escalation._describe_moment(),
                who=escalation._get_label('recipient'),
            )

    def _describe_moment(self):
        self.ensure_one()
        if self.moment == 'percent':
            return self.env._("At %(percent)s %% of the limit", percent=self.moment_value)
        if self.moment not in ('before', 'after'):
            return self._get_label('moment')
        return self.env._(
            "%(value)s %(unit)s, %(when)s",
            value=self.moment_value,
            unit=self._get_label('moment_unit'),
            when=self._get_label('moment'),
        )

    def _get_label(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], '')

    # === CONSTRAINTS === #

    @api.constrains('moment', 'moment_value')
    def _check_moment(self):
        for escalation in self:
            if escalation.moment == 'percent' and not 1 <= escalation.moment_value <= 500:
                raise ValidationError(
                    self.env._("An escalation at a percentage of the limit needs 1 to 500 percent.")
                )
            if escalation.moment in ('before', 'after') and escalation.moment_value < 1:
                raise ValidationError(
                    self.env._(
                        "An escalation before or after the deadline needs at least 1 minute, hour "
                        "or day. For the moment itself choose “At the deadline”."
                    )
                )

    @api.constrains('recipient', 'group_id', 'user_id')
    def _check_recipient(self):
        for escalation in self:
            if escalation.recipient == 'group' and not escalation.group_id:
                raise ValidationError(self.env._("Choose the group that is told."))
            if escalation.recipient == 'user' and not escalation.user_id:
                raise ValidationError(self.env._("Choose the person who is told."))

    @api.constrains('action', 'grade_id', 'server_action_id')
    def _check_action(self):
        for escalation in self:
            if escalation.action == 'set_grade' and not escalation.grade_id:
                raise ValidationError(self.env._("Choose the grade to which the complaint rises."))
            if escalation.action != 'server_action':
                continue
            model = escalation.server_action_id.sudo().model_id.model  # any administrator's
            if model != 'complaint.case':
                raise ValidationError(
                    self.env._("Choose a server action that works on complaints.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        policies = self.env['complaint.sla.policy'].browse(
            {vals['policy_id'] for vals in vals_list if vals.get('policy_id')}
        )
        self._begin_version(policies)
        escalations = super().create(vals_list)
        self.env.registry.clear_cache()
        return escalations

    def write(self, vals):
        self._begin_version(self.policy_id)
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self._begin_version(self.policy_id)
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _begin_version(self, policies):
        """Let running clocks keep the ladder that these policies have now.

        A change that comes with the policy's own form begins the version there.
        """
        if not policies or self.env.context.get(LADDER_KEY) is INTERNAL_WRITE:
            return
        if policies.current_id:
            raise UserError(
                self.env._(
                    "This is an earlier version, kept for the clocks that run by it. Change the "
                    "current version."
                )
            )
        policies._begin_ladder_version()

    def _with_origin(self, own):
        """Remember that this is a rung of the current version as an earlier one had it."""
        self.ensure_one()
        kept = self.with_context(**{LADDER_KEY: INTERNAL_WRITE})
        kept.write({'origin_id': (own.origin_id or own).id})

    # === BUSINESS METHODS === #

    @api.model
    @ormcache('policy_id', 'version')
    def _get_ladder(self, policy_id, version):
        """Return the rungs by which clocks of one version of a policy escalate; kept in mind.

        :rtype: tuple of Rung
        """
        # Every clock escalates by them, whoever works on the case.
        policy = self.env['complaint.sla.policy'].sudo().browse(policy_id)
        rule = policy._get_versions({(policy_id, version)}).get((policy_id, version), policy)
        return tuple(e._prepare_rung() for e in rule.escalation_ids) or DEFAULT_LADDER

    def _prepare_rung(self):
        """Return what planning must know of this escalation."""
        self.ensure_one()
        return Rung(
            id=self.id,
            root_id=self.origin_id.id or self.id,
            moment=self.moment,
            value=self.moment_value,
            unit=self.moment_unit,
            is_work_time=self.time_kind == 'work',
            repeat_value=self.repeat_value,
            repeat_unit=self.repeat_unit,
            repeat_max=self.repeat_max,
            is_work_limit=self.policy_id._counts_working_time(),
        )
