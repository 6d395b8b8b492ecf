from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import APPROVAL_SUBJECTS, INTERNAL_KEY, INTERNAL_WRITE
from ..tools.dialogs import get_dialog

WIZARD = 'complaint.approval.decide'
OPEN_STATES = ('waiting', 'pending')


class ComplaintApproval(models.Model):
    """One approval that was asked for, and how it was decided.

    Nobody writes these rows but the methods here: a decision, the words and the evidence of who
    decided stay as they are.
    """

    _name = 'complaint.approval'
    _description = "Complaint Approval"
    _inherit = ['complaint.case.line']
    _order = 'id desc'
    _rec_name = 'subject'

    subject = fields.Selection(selection=APPROVAL_SUBJECTS, required=True, readonly=True)
    rule_id = fields.Many2one(
        comodel_name='complaint.approval.rule',
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    round = fields.Integer(required=True, readonly=True, default=1, aggregator=False)
    sequence = fields.Integer(readonly=True, aggregator=False)
    step = fields.Integer(
        readonly=True, aggregator=False, help="Which level of a rule that asks one after the other."
    )
    level_team_id = fields.Many2one(
        comodel_name='complaint.team', string="Level", readonly=True, ondelete='set null'
    )
    is_current = fields.Boolean(
        string="Current", readonly=True, help="No later request of the same subject replaced it."
    )
    state = fields.Selection(
        selection=[
            ('waiting', "Waiting for an earlier one"),
            ('pending', "To decide"),
            ('approved', "Approved"),
            ('refused', "Not approved"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        default='waiting',
        index=True,
    )
    approver_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_approval_approver_rel',
        column1='approval_id',
        column2='user_id',
        string="Asked",
        readonly=True,
    )
    delegate_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_approval_delegate_rel',
        column1='approval_id',
        column2='user_id',
        string="Asked in their place",
        readonly=True,
    )
    proposed_by_id = fields.Many2one(
        comodel_name='res.users', string="Proposed by", required=True, readonly=True, index=True
    )
    proposal = fields.Text(readonly=True)
    amount = fields.Float(digits=(16, 2), readonly=True)
    solution_id = fields.Many2one(
        comodel_name='complaint.solution', readonly=True, ondelete='cascade', index='btree_not_null'
    )
    decided_by_id = fields.Many2one(
        comodel_name='res.users', string="Decided by", readonly=True, index='btree_not_null'
    )
    on_behalf_of_id = fields.Many2one(
        comodel_name='res.users', string="On behalf of", readonly=True
    )
    decided_at = fields.Datetime(string="Decided at", readonly=True)
    note = fields.Text(readonly=True)
    criterion_ids = fields.Many2many(related='rule_id.criterion_ids', string="Criteria to tick")
    met_criterion_ids = fields.Many2many(
        comodel_name='complaint.approval.criterion',
        relation='complaint_approval_met_criterion_rel',
        string="Criteria met",
        readonly=True,
    )
    evidence_attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_approval_evidence_rel',
        string="Evidence",
        readonly=True,
    )
    can_decide = fields.Boolean(compute='_compute_can_decide')

    _chain_idx = models.Index('(case_id, subject) WHERE is_current')

    # === COMPUTE METHODS === #

    @api.depends('subject', 'solution_id.version')
    @api.depends_context('lang')
    def _compute_display_name(self):
        labels = self._get_subject_labels()
        for approval in self:
            label = labels.get(approval.subject, '')
            version = approval.sudo().solution_id.version  # no more than its number
            if version:
                label = self.env._("%(what)s, version %(number)s", what=label, number=version)
            approval.display_name = label

    @api.depends('state', 'approver_ids', 'delegate_ids')
    @api.depends_context('uid')
    def _compute_can_decide(self):
        for approval in self:
            approval.can_decide = bool(approval._get_principal())

    @api.model
    def _get_subject_labels(self):
        return dict(self._fields['subject']._description_selection(self.env))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_internal()
        return super().create(vals_list)

    def write(self, vals):
        self._check_internal()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        self._check_internal()

    def _check_internal(self):
        """Let only the methods of this model write.

        :raise UserError: somebody else does
        """
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            raise UserError(
                self.env._(
                    "Approvals cannot be written, changed or deleted by hand: decide them with "
                    "Approve or Refuse. A decision stays as it was made."
                )
            )

    def _internal(self):
        """Return self as only the methods of this model may use it."""
        # People who may decide need no right to write the case.
        return self.sudo().with_context(**{INTERNAL_KEY: INTERNAL_WRITE}, tracking_disable=True)

    # === WHO MAY DECIDE === #

    def _get_excluded_users(self):
        """Return who must not decide: who proposed it, and who is kept away from the case."""
        self.ensure_one()
        approval = self.sudo()  # who is recused is hidden from some
        return approval._get_proposers() | approval.case_id.recused_user_ids

    def _get_proposers(self):
        """Return who proposed it, or wrote what is proposed; `self` as superuser."""
        self.ensure_one()
        proposers = self.proposed_by_id | self.solution_id.prepared_by_id
        if self.subject == 'remedy':
            proposers |= self.case_id._get_remedy_authors()
        return proposers

    def _get_principal(self):
        """Return the approver for whom the current user may decide now, or an empty record.

        That is the user himself, or the one who named him as delegate for today.
        """
        self.ensure_one()
        approval, user = self.sudo(), self.env.user  # delegates are hidden from others
        nobody = self.env['res.users']
        if approval.state != 'pending' or user in self._get_excluded_users():
            return nobody
        if user in approval.approver_ids:
            return user
        absent = approval.approver_ids.filtered(
            lambda approver: approver._get_complaint_delegate() == user
        )
        return absent[:1].sudo(False)

    def _check_may_decide(self):
        """Return {approval: the approver for whom the current user decides}.

        :raise UserError: names every approval that the user may not decide, and why
        """
        self.check_access('read')
        principals, problems = {}, []
        for approval in self:
            if principal := approval._get_principal():
                principals[approval] = principal
            else:
                problems.append(approval._get_decision_problem())
        if problems:
            raise UserError('\n'.join(problems))
        return principals

    def _get_decision_problem(self):
        self.ensure_one()
        approval = self.sudo()  # the names of who is asked are no secret
        what = f'{approval.case_id.display_name} – {approval.display_name}'
        if approval.state == 'waiting':
            return self.env._("%(what)s: an earlier approval is still open.", what=what)
        if approval.state != 'pending':
            states = dict(self._fields['state']._description_selection(self.env))
            return self.env._(
                "%(what)s: this is decided already (%(state)s).",
                what=what,
                state=states[approval.state],
            )
        if self.env.user in approval._get_proposers():
            return self.env._("%(what)s: nobody approves his own proposal.", what=what)
        return self.env._(
            "%(what)s: you are not asked. Asked are: %(names)s.",
            what=what,
            names=format_list(self.env, approval.approver_ids.mapped('name')),
        )

    # === DECIDING === #

    def _approve(self, note=None, criteria=None, evidence=None):
        """Approve, for the current user or for whom he stands in.

        :param str note: words of the approver
        :param criteria: complaint.approval.criterion records that he ticked
        :param evidence: ir.attachment records that he adds
        :raise UserError: he may not, or a criterion is not ticked (PAWN-3.4-d)
        """
        principals = self._check_may_decide()
        criteria = criteria or self.env['complaint.approval.criterion']
        problems = []
        for approval in self.sudo():  # criteria are configuration
            if missing := approval.criterion_ids - criteria:
                problems.append(
                    self.env._(
                        "%(what)s: tick every criterion, or refuse. Missing: %(criteria)s.",
                        what=f'{approval.case_id.display_name} – {approval.display_name}',
                        criteria=format_list(self.env, missing.mapped('name')),
                    )
                )
        if problems:
            raise UserError('\n'.join(problems))
        self._decide('approved', principals, note, criteria, evidence)
        return True

    def _refuse(self, note, evidence=None):
        """Refuse; the rest of the chain is cancelled.

        :raise UserError: he may not, or there are no words
        """
        principals = self._check_may_decide()
        if not (note or '').strip():
            raise UserError(self.env._("Say why you refuse, so that it can be done better."))
        self._decide('refused', principals, note, None, evidence)
        return True

    def _decide(self, state, principals, note, criteria, evidence):
        attachments = self._take_evidence(evidence)
        now = self.env.cr.now().replace(microsecond=0)
        groups = self.grouped(lambda approval: (principals[approval], approval.sudo().rule_id))
        for (principal, rule), approvals in groups.items():
            ticked = rule.criterion_ids & (criteria or rule.criterion_ids.browse())
            approvals._internal().write(
                {
                    'state': state,
                    'decided_by_id': self.env.uid,
                    'on_behalf_of_id': principal.id if principal != self.env.user else False,
                    'decided_at': now,
                    'note': (note or '').strip() or False,
                    'met_criterion_ids': [fields.Command.set(ticked.ids)],
                    'evidence_attachment_ids': [fields.Command.set(attachments.ids)],
                }
            )
        self._after_decision()

    def _take_evidence(self, evidence):
        """Return attachments that belong to the approval itself, so that they stay.

        Files that were uploaded for the decision are taken over, others are copied.
        """
        if not evidence:
            return self.env['ir.attachment']
        if len(self) > 1:
            raise UserError(self.env._("Add evidence to one approval at a time."))
        evidence.check_access('read')
        owner = {'res_model': self._name, 'res_id': self.id}
        # From here on nobody but the software may write them.
        own = evidence.sudo().filtered(
            lambda file: (
                file.res_model == WIZARD and not file.res_id and file.create_uid == self.env.user
            )
        )
        own.write(owner)
        others = evidence.sudo() - own  # idem
        return own.union(*(file.copy(owner) for file in others))

    # === ACTIONS === #

    def action_approve(self):
        """Approve at once, or ask first for the criteria to tick.

        :raise UserError: several at once, but criteria must be ticked for each
        """
        self._check_may_decide()
        to_tick = self.sudo().filtered('criterion_ids')  # configuration
        if not to_tick:
            return self._approve()
        if len(self) > 1:
            raise UserError(
                self.env._(
                    "These need criteria to be ticked, approve them one by one: %(names)s",
                    names=format_list(self.env, to_tick.case_id.mapped('display_name')),
                )
            )
        return self._get_decision_action('approve', self.env._("Approve"))

    def action_approve_with_note(self):
        """Ask for words, criteria and evidence, and approve."""
        self.ensure_one()
        self._check_may_decide()
        return self._get_decision_action('approve', self.env._("Approve"))

    def action_refuse(self):
        """Ask for the reason and refuse."""
        self._check_may_decide()
        return self._get_decision_action('refuse', self.env._("Refuse"))

    def _get_decision_action(self, decision, title):
        return get_dialog(
            WIZARD,
            title,
            default_approval_ids=[fields.Command.set(self.ids)],
            default_decision=decision,
        )
