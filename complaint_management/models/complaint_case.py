from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from ..const import CLOSED_PHASES, INTAKE_KEY, INTERNAL_KEY, INTERNAL_WRITE, PHASES

SUBJECT_LENGTH = 80

# What decides where a new case goes.
ROUTING_FIELDS = ('company_id', 'team_id', 'procedure_id', 'stage_id')


class ComplaintCase(models.Model):
    """One complaint, from the first contact to the last follow-up."""

    _name = 'complaint.case'
    _description = "Complaint"
    _inherit = [
        'complaint.recusal.thread',
        'portal.mixin',
        'mail.activity.mixin',
        'rating.mixin',
        'mail.tracking.duration.mixin',
        'complaint.masked.mixin',
        'complaint.case.guard',
        'complaint.link.guard',
    ]
    _order = 'priority desc, id desc'
    _primary_email = 'complainant_email'
    _track_duration_field = 'stage_id'
    _rec_names_search = ['number', 'name', 'complainant_name', 'complainant_phone']
    _check_company_auto = True

    # What. (Not readonly, so that an import of history can bring it: `write` guards it.)
    number = fields.Char(string="Complaint number", copy=False, index='trigram', tracking=True)
    name = fields.Char(string="Subject", required=True, index='trigram', tracking=True)
    description = fields.Text(string="What happened")
    kind_id = fields.Many2one(
        comodel_name='complaint.kind',
        ondelete='restrict',
        tracking=True,
        index=True,
        default=lambda self: self._get_default_kind_id(),
    )
    category_id = fields.Many2one(
        comodel_name='complaint.category',
        ondelete='restrict',
        tracking=True,
        index=True,
        domain="[('offered_procedure_id', '=', procedure_id)]",
    )
    cause_id = fields.Many2one(
        domain="[('offered_procedure_id', '=', procedure_id)]",
        comodel_name='complaint.cause',
        ondelete='restrict',
        tracking=True,
        index='btree_not_null',
    )
    grade_id = fields.Many2one(
        comodel_name='complaint.grade',
        ondelete='restrict',
        tracking=True,
        index=True,
        compute='_compute_grade_id',
        store=True,
        readonly=False,
        precompute=True,
        domain="[('offered_procedure_id', '=', procedure_id)]",
    )
    grade_color = fields.Integer(related='grade_id.color', string="Colour of the grade")
    priority = fields.Selection(
        selection=[('0', "Normal"), ('1', "Urgent"), ('2', "Very urgent")],
        string="Urgency",
        default='0',
        required=True,
        tracking=True,
        index=True,
    )
    validity = fields.Selection(
        selection=[
            ('undetermined', "Undetermined"),
            ('valid', "Valid"),
            ('invalid', "Invalid"),
            ('unreasonable', "Unreasonable"),
            ('out_of_scope', "Out of scope"),
            ('not_liable', "Not our liability"),
        ],
        string="Ruling",
        default='undetermined',
        required=True,
        tracking=True,
    )
    flag_ids = fields.Many2many(comodel_name='complaint.flag', string="Flags")
    is_restricted = fields.Boolean(
        string="Restricted", compute='_compute_flag_effects', store=True, precompute=True
    )
    needs_legal_opinion = fields.Boolean(
        string="Needs a legal opinion", compute='_compute_flag_effects', store=True, precompute=True
    )
    expected_solution = fields.Text(string="Expected solution")
    facts = fields.Text(string="Established facts")
    basis = fields.Text(string="Basis of the decision")
    case_properties = fields.Properties(
        string="Properties",
        definition='procedure_id.case_properties_definition',
        tracking=False,  # what a change of procedure drops is kept in the history
    )

    # Who complains, and how the complaint came
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string="Customer",
        tracking=True,
        index='btree_not_null',
        ondelete='restrict',
    )
    complainant_name = fields.Char(
        string="Complainant name",
        compute='_compute_complainant',
        store=True,
        readonly=False,
        precompute=True,
        index='trigram',
    )
    complainant_phone = fields.Char(
        string="Complainant phone",
        compute='_compute_complainant',
        store=True,
        readonly=False,
        precompute=True,
        index='trigram',
    )
    complainant_email = fields.Char(
        string="Complainant e-mail",
        compute='_compute_complainant',
        store=True,
        readonly=False,
        precompute=True,
        index='trigram',
    )
    channel_id = fields.Many2one(
        comodel_name='complaint.channel', ondelete='restrict', tracking=True, index=True
    )
    source_partner_id = fields.Many2one(
        comodel_name='res.partner',
        string="Referring body",
        ondelete='restrict',
        index='btree_not_null',
    )
    source_reference = fields.Char(string="Its reference")
    needs_referring_body = fields.Boolean(related='channel_id.needs_referring_body')
    received_at = fields.Datetime(
        string="Received at",
        required=True,
        default=fields.Datetime.now,
        tracking=True,
        index=True,
        copy=False,
    )
    registered_at = fields.Datetime(string="Registered at", copy=False, index=True)

    # Who works on it
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        required=True,
        ondelete='restrict',
        index=True,
        check_company=True,
        tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name='complaint.team',
        ondelete='restrict',
        index=True,
        check_company=True,
        tracking=True,
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        ondelete='restrict',
        compute='_compute_department_id',
        store=True,
        readonly=False,
        precompute=True,
        index='btree_not_null',
        check_company=True,
        tracking=True,
    )
    contact_owner_id = fields.Many2one(
        comodel_name='res.users',
        string="First-contact owner",
        tracking=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        domain=[('share', '=', False)],
    )
    followup_user_id = fields.Many2one(
        comodel_name='res.users',
        string="Follow-up owner",
        tracking=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        domain=[('share', '=', False)],
    )
    handler_id = fields.Many2one(
        comodel_name='res.users',
        tracking=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        domain=[('share', '=', False)],
    )
    accused_employee_ids = fields.Many2many(
        comodel_name='hr.employee.public',
        relation='complaint_case_accused_employee_rel',
        column1='case_id',
        column2='employee_id',
        string="Accused employees",
        context={'active_test': False},  # who has left stays complained about
        copy=False,
    )

    # Where it stands
    stage_id = fields.Many2one(
        comodel_name='complaint.stage',
        required=True,
        ondelete='restrict',
        index=True,
        tracking=True,
        copy=False,
        group_expand='_read_group_stage_id',
        domain="[('procedure_id', '=', procedure_id)]",
    )
    phase = fields.Selection(
        selection=PHASES,
        compute='_compute_phase',
        store=True,
        precompute=True,
        index=True,
        group_expand=True,
    )
    is_closed = fields.Boolean(
        string="Closed", compute='_compute_phase', store=True, precompute=True
    )
    stage_guidance = fields.Html(related='stage_id.guidance', string="Guidance")
    round = fields.Integer(default=1, readonly=True, copy=False)
    limit_date = fields.Datetime(
        string="Limit date",
        tracking=True,
        copy=False,
        help="Set by a manager, a slip or a regulator's letter.",
    )
    closing_reason_id = fields.Many2one(
        domain="['|', ('procedure_id', '=', False), ('procedure_id', '=', procedure_id)]",
        string="Closing reason",
        comodel_name='complaint.closing.reason',
        ondelete='restrict',
        copy=False,
        tracking=True,
        index='btree_not_null',
    )
    closing_note = fields.Text(string="Closing explanation", copy=False)
    closed_at = fields.Datetime(string="Closed at", copy=False, index=True)
    parent_id = fields.Many2one(
        comodel_name='complaint.case',
        string="Complains about the handling of",
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
    )
    duplicate_of_id = fields.Many2one(
        string="Duplicate of",
        comodel_name='complaint.case',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
    )
    is_example = fields.Boolean(
        string="Example", readonly=True, copy=False, help="It may be removed without a trace."
    )

    # History
    event_ids = fields.One2many(comodel_name='complaint.event', inverse_name='case_id')
    event_count = fields.Integer(string="Number of events", readonly=True, copy=False)
    event_head = fields.Char(string="Last hash", readonly=True, copy=False)
    can_undo = fields.Boolean(compute='_compute_can_undo')

    _number_uniq = models.UniqueIndex(
        '(number, company_id) WHERE number IS NOT NULL',
        "Another complaint of this company has the same number.",
    )
    _board_idx = models.Index('(stage_id, priority DESC, id DESC)')
    _list_idx = models.Index('(priority DESC, id DESC)')
    _open_board_idx = models.Index('(stage_id, priority DESC, id DESC) WHERE is_closed IS NOT TRUE')
    _open_team_idx = models.Index('(team_id, stage_id) WHERE is_closed IS NOT TRUE')
    # Whom access rules let see an open case; PostgreSQL joins what it finds for one user in them.
    _open_handler_idx = models.Index('(handler_id, stage_id) WHERE is_closed IS NOT TRUE')
    _open_investigator_idx = models.Index('(investigator_id, stage_id) WHERE is_closed IS NOT TRUE')
    _open_owner_idx = models.Index('(contact_owner_id, stage_id) WHERE is_closed IS NOT TRUE')
    _open_followup_idx = models.Index('(followup_user_id, stage_id) WHERE is_closed IS NOT TRUE')
    _open_creator_idx = models.Index('(create_uid, stage_id) WHERE is_closed IS NOT TRUE')
    _open_department_idx = models.Index('(department_id, stage_id) WHERE is_closed IS NOT TRUE')

    # In Odoo's own words, which it translates only for the models of its own addons.
    activity_state = fields.Selection(
        selection=[('overdue', "Overdue"), ('today', "Today"), ('planned', "Planned")]
    )

    # === COMPUTE METHODS === #

    @api.depends('number', 'name')
    def _compute_display_name(self):
        for case in self:
            case.display_name = f'{case.number} {case.name}' if case.number else case.name

    @api.depends('partner_id')
    def _compute_complainant(self):
        for case in self:
            partner = case.partner_id
            case.complainant_name = partner.name or case.complainant_name
            case.complainant_phone = partner.phone or case.complainant_phone
            case.complainant_email = partner.email or case.complainant_email

    @api.depends('category_id')
    def _compute_grade_id(self):
        for case in self:
            case.grade_id = case.grade_id or case.category_id.grade_id

    @api.depends('category_id')
    def _compute_department_id(self):
        for case in self:
            case.department_id = case.department_id or case.category_id.department_id

    @api.depends('flag_ids.restricts_access', 'flag_ids.requires_legal_opinion')
    def _compute_flag_effects(self):
        for case in self:
            case.is_restricted = any(case.flag_ids.mapped('restricts_access'))
            case.needs_legal_opinion = any(case.flag_ids.mapped('requires_legal_opinion'))

    @api.depends('stage_id.phase')
    def _compute_phase(self):
        for case in self:
            case.phase = case.stage_id.phase
            case.is_closed = case.phase in CLOSED_PHASES

    def _compute_access_url(self):
        super()._compute_access_url()
        for case in self:
            case.access_url = f'/my/complaints/{case.id}'

    # === CONSTRAINTS === #

    @api.constrains('parent_id', 'duplicate_of_id')
    def _check_not_own_ancestor(self):
        if self._has_cycle() or self._has_cycle('duplicate_of_id'):
            raise ValidationError(self.env._("A complaint cannot refer to itself."))

    # === ONCHANGE METHODS === #

    @api.onchange('team_id')
    def _onchange_team_id(self):
        if self.team_id.procedure_id and not self._origin:
            self.procedure_id = self.team_id.procedure_id

    @api.onchange('procedure_id')
    def _onchange_procedure_id(self):
        if self.procedure_id and self.stage_id.procedure_id != self.procedure_id:
            self.stage_id = self._get_stage_in_procedure(self.procedure_id)

    # === CRUD METHODS === #

    @api.model
    def _get_default_kind_id(self):
        # Unlike `ref`, this asks the database once, not once for every new case.
        return self.env['ir.model.data']._xmlid_to_res_id('complaint_management.kind_complaint')

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        for name in self._get_guarded_names() & values.keys():
            # Whatever a client's context or a saved default says, the software's own one counts.
            default = self._fields[name].default
            values[name] = default(self) if default else False
        if asked := set(ROUTING_FIELDS).intersection(fields):
            routing = self._get_routing_values(self._get_routing_defaults())
            values |= {name: routing[name] for name in asked}
        return values

    @api.model_create_multi
    def create(self, vals_list):
        history = self._is_history_import()
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_protected_values(vals, history)
        self._complete_routing(vals_list)
        for vals in vals_list:
            self._complete_values(vals, history)
        target_stage_ids = [self._pop_target_stage(vals, history) for vals in vals_list]
        self._assign_numbers(vals_list)
        # From here on the values are the software's own.
        keys = dict.fromkeys((INTERNAL_KEY, INTAKE_KEY), INTERNAL_WRITE)
        internal = self.with_context(**keys, mail_create_nosubscribe=True)
        cases = self.browse(super(ComplaintCase, internal).create(vals_list).ids)
        cases._after_create(target_stage_ids, history)
        return cases

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            return super().write(vals)
        history = self._is_history_import()
        vals = dict(vals)
        self._check_protected_values(vals, history)
        self._check_not_emptied(vals)
        if history:
            return self._write_history(vals)
        stage_id = vals.pop('stage_id', None)
        received_at = vals.pop('received_at', None)
        procedure_id = vals.pop('procedure_id', None)
        if procedure_id:
            self._change_procedure(self.env['complaint.procedure'].browse(procedure_id))
        if vals:
            super().write(vals)
        if vals.get('limit_date'):
            self._stamp('limit_set', payload={'limit_date': str(vals['limit_date'])})
        if received_at:
            self._correct_received_at(fields.Datetime.to_datetime(received_at))
        if stage_id:
            self._move_to(self.env['complaint.stage'].browse(stage_id))
        return True

    def _write_internal(self, vals):
        """Write values that only the software may write."""
        return self.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).write(vals)

    @api.model
    def _check_not_emptied(self, vals):
        """Refuse to empty what every case has; the database would say so less kindly.

        :raise UserError: names the fields
        """
        names = ('stage_id', 'procedure_id', 'received_at', 'company_id')
        if emptied := [name for name in names if name in vals and not vals[name]]:
            raise UserError(
                self.env._(
                    "These fields cannot be empty: %(fields)s.",
                    fields=format_list(
                        self.env,
                        [self._fields[name]._description_string(self.env) for name in emptied],
                    ),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        """A complaint is never lost: it goes only through `_erase`."""
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            raise UserError(
                self.env._(
                    "A complaint cannot be deleted: close it. Anonymise, in its Actions menu, "
                    "takes out whom it is about; an administrator can erase it, its number stays."
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for vals in vals_list:
            vals.pop('registered_at', None)
        return vals_list
