from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime, html2plaintext

from odoo.addons.complaint_management.tools.dialogs import get_dialog

from ..tools.adjustments import Extension
from .complaint_sla_clock import OPEN_STATES

MANAGER = 'complaint_management.group_complaint_manager'
ACTIVITY = 'mail.mail_activity_data_todo'

# An extension in one of these is still to be decided, or to be told.
PENDING_STATES = ('asked', 'approved')
# These count against the cap.
COUNTED_STATES = (*PENDING_STATES, 'in_force')

EXTENSION_UNITS = [
    ('minute', "Minutes"),
    ('hour', "Hours"),
    ('day', "Days"),
    ('week', "Weeks"),
    ('month', "Months"),
]


class ComplaintSlaExtension(models.Model):
    """More time for one limit: asked, approved, told to the customer, and only then in force.

    Rows are the software's own: the clock's `_ask_extension` makes them, the methods here lead
    them on.
    """

    _name = 'complaint.sla.extension'
    _description = "Extension of a Time Limit"
    _inherit = ['complaint.case.line']
    _order = 'id desc'
    _rec_name = 'clock_id'

    # What for
    case_id = fields.Many2one(readonly=True)
    clock_id = fields.Many2one(
        comodel_name='complaint.sla.clock',
        string="Time limit",
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    policy_id = fields.Many2one(related='clock_id.policy_id', string="Policy")
    value = fields.Integer(string="By how much", readonly=True, aggregator=False)
    unit = fields.Selection(
        selection=EXTENSION_UNITS,
        readonly=True,
        help="Days are working days where the limit counts working days.",
    )
    new_deadline = fields.Datetime(string="New deadline", readonly=True)
    reason = fields.Text(required=True, readonly=True)
    old_deadline = fields.Datetime(string="Deadline before", required=True, readonly=True)
    planned_deadline = fields.Datetime(
        string="Deadline after",
        required=True,
        readonly=True,
        help="As reckoned when it was asked for or came into force.",
    )

    # How far
    state = fields.Selection(
        selection=[
            ('asked', "Asked for"),
            ('approved', "Approved"),
            ('in_force', "In force"),
            ('refused', "Refused"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        default='asked',
    )
    requested_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Asked by",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    requested_at = fields.Datetime(string="Asked at", required=True, readonly=True)
    has_rule = fields.Boolean(
        string="Approved by rule", readonly=True, help="Empty: any manager may decide."
    )
    decided_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Decided by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    decided_at = fields.Datetime(string="Decided at", readonly=True)
    decision_note = fields.Text(string="Words of the decision", readonly=True)
    needs_notice = fields.Boolean(
        string="To be told to the customer",
        readonly=True,
        help="The deadline moves when the customer has been told.",
    )
    notice_at = fields.Datetime(string="Customer told at", readonly=True)
    in_force_at = fields.Datetime(string="In force since", readonly=True)
    event_id = fields.Many2one(
        comodel_name='complaint.event', readonly=True, ondelete='set null', index='btree_not_null'
    )
    activity_id = fields.Many2one(
        comodel_name='mail.activity', readonly=True, ondelete='set null', index='btree_not_null'
    )
    can_decide = fields.Boolean(compute='_compute_can_decide')
    can_cancel = fields.Boolean(compute='_compute_can_decide')

    # === COMPUTE METHODS === #

    @api.depends('clock_id')
    def _compute_display_name(self):
        for extension in self:
            extension.display_name = self.env._(
                "Extension: %(limit)s", limit=extension.sudo().clock_id.policy_id.name
            )

    @api.depends('state', 'has_rule', 'requested_by_id')
    @api.depends_context('uid')
    def _compute_can_decide(self):
        is_manager = self.env.user.has_group(MANAGER)
        for extension in self:
            extension.can_decide = (
                is_manager and extension.state == 'asked' and not extension.has_rule
            )
            extension.can_cancel = extension.state in PENDING_STATES and (
                is_manager or extension.requested_by_id == self.env.user
            )

    # === WHAT THE CLOCKS ASK === #

    def _get_granted(self):
        """Return {clock id: [Extension]} of those in force, in the order in which they came."""
        granted = {}
        in_force = self.filtered(lambda extension: extension.state == 'in_force')
        for extension in in_force.sorted(lambda extension: (extension.in_force_at, extension.id)):
            granted.setdefault(extension.clock_id.id, []).append(extension._to_adjustment())
        return granted

    def _to_adjustment(self):
        self.ensure_one()
        return Extension(
            self.value, self.unit or 'day', self.new_deadline or None, self.reason or ''
        )

    # === ASKING === #

    @api.model
    def _ask(self, clock, values):
        """Ask for more time; `values` were checked by the clock.

        :return: the new extension
        """
        case, policy = clock.case_id, clock.sudo().policy_id  # a policy is no secret
        extension = self.sudo().create(  # nobody writes extensions by hand
            {
                **values,
                'case_id': case.id,
                'company_id': case.company_id.id,
                'clock_id': clock.id,
                'old_deadline': clock.deadline,
                'requested_by_id': self.env.uid,
                'requested_at': self.env.cr.now().replace(microsecond=0),
                'needs_notice': policy.is_promised or policy.extension_notice,
            }
        )
        approvals = case._request_approval('extension', proposal=extension._describe())
        extension.has_rule = bool(approvals)
        extension = extension.sudo(self.env.su)
        if not approvals:
            if self.env.su or self.env.user.has_group(MANAGER):
                extension._approve()
            else:
                extension._call_leader()
        return extension

    def _describe(self):
        """Return what is asked for in words, for whoever decides."""
        self.ensure_one()
        clock = self.clock_id
        return self.env._(
            "“%(limit)s” from %(old)s to %(new)s: %(reason)s",
            limit=clock.policy_id.name,
            old=format_datetime(self.env, self.old_deadline, tz=clock.tz, dt_format='short'),
            new=format_datetime(self.env, self.planned_deadline, tz=clock.tz, dt_format='short'),
            reason=self.reason,
        )

    def _call_leader(self):
        """Ask the leader of the team to decide, since no rule names anybody."""
        self.ensure_one()
        case = self.case_id.sudo()  # who leads the team, and who is kept away
        leader = case.team_id.leader_id
        if leader.active and leader not in case.recused_user_ids:
            self._remind(leader, self.env._("Decide on the extension of a time limit"))

    def _remind(self, user, summary):
        """Give somebody something to do about this extension, in place of what was before."""
        extension = self.sudo()  # an activity of somebody else
        extension.activity_id.unlink()
        case = extension.case_id
        extension.activity_id = case._create_activities(
            [case._prepare_activity(ACTIVITY, user.id, summary, note=extension.reason)]
        )

    # === DECIDING === #

    def _approve(self, note=None):
        """Grant extensions; what the customer was promised moves when the customer was told."""
        now = self.env.cr.now().replace(microsecond=0)
        for extension in self.sudo():  # whoever decides need not be able to write the case
            if not extension._is_of_use():
                extension._settle('cancelled')
                continue
            extension.write(
                {
                    'state': 'approved',
                    'decided_by_id': self.env.uid,
                    'decided_at': now,
                    'decision_note': note,
                }
            )
            if extension.needs_notice:
                extension._remind(
                    extension.requested_by_id, self.env._("Tell the customer about the extension")
                )
            else:
                extension._put_in_force()

    def _refuse(self, note):
        """Refuse extensions: the deadlines stay.

        :raise UserError: no words
        """
        if not (note or '').strip():
            raise UserError(self.env._("Say why the time limit is not extended."))
        self.sudo().write(  # idem
            {
                'decided_by_id': self.env.uid,
                'decided_at': self.env.cr.now().replace(microsecond=0),
                'decision_note': note,
            }
        )
        self._settle('refused')

    def _settle(self, state):
        """End extensions without effect, and what reminded of them."""
        extensions = self.sudo()  # idem
        extensions.activity_id.unlink()
        extensions.write({'state': state})

    def _is_of_use(self, moment=None):
        """Say whether the limit still ran at a moment, and was not late yet.

        :param datetime moment: UTC, None for now; what is paused does not turn late
        """
        self.ensure_one()
        clock = self.clock_id.sudo()  # as everybody who reads the extension may see it
        moment = clock.paused_at or moment or clock._get_now()
        return clock.state in OPEN_STATES and moment <= clock.deadline

    def _check_may_decide(self):
        """Refuse a decision by hand where a rule names who decides, or by no manager."""
        self.case_id.check_access('write')
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only a manager may decide on an extension."))
        if any(extension.state != 'asked' for extension in self):
            raise UserError(self.env._("This extension is decided already."))
        if any(extension.has_rule for extension in self):
            raise UserError(
                self.env._(
                    "A rule says who decides on this extension: it is decided under Approvals."
                )
            )

    # === IN FORCE === #

    def _put_in_force(self, told_at=None):
        """Let the deadlines move, and tell it in the histories.

        Who was told too late was not told: what is late by then is not extended any more.

        :param datetime told_at: UTC, when the customer was told
        """
        now = self.env.cr.now().replace(microsecond=0)
        text = fields.Datetime.to_string
        for extension in self.sudo():  # idem
            clock = extension.clock_id
            if not extension._is_of_use(told_at):
                extension._settle('cancelled')
                continue
            old = clock.deadline
            extension._settle('in_force')
            extension.write({'in_force_at': now, 'notice_at': told_at, 'old_deadline': old})
            clock.is_extended = True
            clock._reconcile(extension.case_id, cause='extended')
            extension.planned_deadline = clock.deadline
            extension.event_id = self.env['complaint.event']._record(
                [
                    extension.case_id._prepare_event(
                        'extended',
                        {
                            'extension': extension.id,
                            'policy': clock.policy_id.name,
                            'old': text(old),
                            'new': text(clock.deadline),
                        },
                        extension.reason,
                    )
                ]
            )

    @api.model
    def _follow_revocations(self, events):
        """Take extensions back whose events were revoked; the clocks follow by themselves."""
        self.search([('event_id', 'in', events.ids)]).write({'state': 'cancelled'})

    # === TELLING === #

    def _get_notice(self):
        """Return the words in which the customer is told, in the customer's language.

        :return: plain text, empty without the template
        """
        self.ensure_one()
        template = self.env.ref('complaint_sla.mail_template_extension', raise_if_not_found=False)
        if not template:
            return ''
        # Handlers may not read templates that belong to administrators.
        bodies = template.sudo()._render_field('body_html', self.ids, compute_lang=True)
        return html2plaintext(bodies[self.id]).strip()

    def _get_customer_tz(self):
        """Return the time zone in which the customer reads the new date."""
        self.ensure_one()
        return self.case_id.partner_id.tz or self.clock_id.tz

    # === ACTIONS === #

    def action_approve(self):
        """Grant these extensions, where no rule names who decides."""
        self._check_may_decide()
        self._approve()

    def action_refuse(self):
        """Ask for the reason and refuse."""
        self.ensure_one()
        self._check_may_decide()
        return self._open_dialog(
            'complaint.sla.extension.refuse', self.env._("Refuse the extension")
        )

    def action_tell(self):
        """Show what the customer is told, and send or record it."""
        self.ensure_one()
        return self._open_dialog('complaint.sla.extension.tell', self.env._("Tell the customer"))

    def _open_dialog(self, model, title):
        return get_dialog(model, title, default_extension_id=self.id)

    def action_cancel(self):
        """Take a request back that is not in force yet."""
        self.case_id.check_access('write')
        if not all(extension.can_cancel for extension in self):
            raise UserError(
                self.env._(
                    "Only who asked for an extension, or a manager, may take it back, and only "
                    "before it is in force."
                )
            )
        self._settle('cancelled')
        self.sudo().case_id._withdraw_approvals('extension')  # asked for this alone
