from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import REMEDY_KINDS, REMEDY_MEANS

# What is being decided or was granted; only these count for limits and totals.
LIVE_STATES = ('submitted', 'approved', 'executed')
# Before the end of a remedy these stand on the way.
OPEN_STATES = ('draft', 'submitted', 'approved')
# Written by people while it is a suggestion, and not afterwards.
WORDS = {
    *('kind', 'item', 'note', 'rule_id', 'currency_id', 'date', 'amount', 'basis'),
    *('charged_amount', 'due_amount', 'price', 'loss_amount', 'claimed_amount', 'claim_basis'),
    *('borne_by', 'department_id', 'bearer_id', 'liability_share'),
}
# Follow from the others; no client sends them, or it would send the limit along.
RECKONED = {
    *('difference', 'computed_amount', 'company_amount', 'company_share_amount', 'claim_outcome')
}
# How it is paid may still be settled after the decision.
PAYMENT_WORDS = {'means', 'means_reason', 'reference'}


class ComplaintRemedy(models.Model):
    """What the customer gets: suggested, put forward, decided, given, told.

    TEL-2.8, TEL-2.9, PROPERTY-5.5, PAWN-4.1-c, PRIN-3-c.
    """

    _name = 'complaint.remedy'
    _description = "Remedy"
    _inherit = ['complaint.guarded.line']
    _order = 'id desc'

    # What is given
    kind = fields.Selection(
        selection=REMEDY_KINDS,
        string="Kind of remedy",
        required=True,
        compute='_compute_kind',
        store=True,
        readonly=False,
        precompute=True,
    )
    item = fields.Char(
        string="For what", help="Charge and period, article, damage: what is put right."
    )
    note = fields.Text(string="Details")
    state = fields.Selection(
        selection=[
            ('draft', "Suggested"),
            ('submitted', "Being decided"),
            ('approved', "Agreed"),
            ('refused', "Not agreed"),
            ('executed', "Given"),
            ('cancelled', "Dropped"),
        ],
        required=True,
        readonly=True,
        default='draft',
        index=True,
    )
    # How much
    date = fields.Date(
        string="Rates of", required=True, default=fields.Date.context_today, aggregator=False
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        compute='_compute_currency_id',
        store=True,
        readonly=False,
        precompute=True,
        ondelete='restrict',
    )
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company currency"
    )
    rule_id = fields.Many2one(
        comodel_name='complaint.remedy.rule',
        string="Remedy rule",
        compute='_compute_rule_id',
        store=True,
        readonly=False,
        precompute=True,
        ondelete='restrict',
        index='btree_not_null',
        domain="[('kind', '=', kind), ('procedure_id', 'in', (procedure_id, False))]",
    )
    procedure_id = fields.Many2one(related='case_id.procedure_id')
    rule_base = fields.Selection(related='rule_id.base', string="Reckoned from")
    charged_amount = fields.Monetary(string="Charged")
    due_amount = fields.Monetary(string="Amount due")
    difference = fields.Monetary(compute='_compute_difference', store=True)
    price = fields.Monetary(string="Price paid")
    loss_amount = fields.Monetary(string="Loss proven")
    computed_amount = fields.Monetary(
        string="By the rule",
        compute='_compute_computed_amount',
        store=True,
        help="What the rule gives; never more than that is granted.",
    )
    amount = fields.Monetary(compute='_compute_amount', store=True, readonly=False)
    company_amount = fields.Monetary(
        string="In company currency",
        currency_field='company_currency_id',
        compute='_compute_company_amount',
        store=True,
    )
    basis = fields.Text(
        string="Ground", compute='_compute_basis', store=True, readonly=False, precompute=True
    )
    # What the customer asked for
    claimed_amount = fields.Monetary(string="Claimed")
    claim_basis = fields.Text(
        string="Ground of the claim", help="What the customer says it rests on."
    )
    claim_outcome = fields.Selection(
        selection=[
            ('open', "Not settled yet"),
            ('met', "Met in full"),
            ('partly', "Met in part"),
            ('otherwise', "Met in another way"),
            ('rejected', "Not met"),
        ],
        string="Outcome of the claim",
        compute='_compute_claim_outcome',
        store=True,
    )
    # Who bears it
    borne_by = fields.Selection(
        selection=[
            ('company', "The company"),
            ('department', "A department"),
            ('partner', "Another party"),
        ],
        string="Borne by",
        required=True,
        default='company',
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Bearing department",
        ondelete='restrict',
        index='btree_not_null',
    )
    bearer_id = fields.Many2one(
        comodel_name='res.partner',
        string="Bearing party",
        ondelete='restrict',
        index='btree_not_null',
        help="Contractor, supplier, manager of the site, insurer.",
    )
    liability_share = fields.Float(
        string="Share (%)",
        default=100,
        digits=(5, 2),
        aggregator=False,
        help="How much of the amount whoever is named bears; the company bears the rest.",
    )
    company_share_amount = fields.Monetary(
        string="Left to the company",
        currency_field='company_currency_id',
        compute='_compute_company_share_amount',
        store=True,
    )
    # How it goes on
    prepared_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Prepared by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete='restrict',
        help="Who wrote it last; nobody approves his own words.",
    )
    submitted_at = fields.Datetime(string="Put forward at", readonly=True)
    submitted_by_id = fields.Many2one(
        comodel_name='res.users', string="Put forward by", readonly=True, ondelete='restrict'
    )
    decided_at = fields.Datetime(string="Decided at", readonly=True)
    was_asked = fields.Boolean(
        string="Approved by people", readonly=True, help="An approval rule asked somebody."
    )
    means = fields.Selection(selection=REMEDY_MEANS, string="Given by way of")
    means_reason = fields.Char(string="Why not to the account")
    reference = fields.Char(string="Payment reference")
    executed_at = fields.Datetime(string="Given at", readonly=True, index=True)
    executed_by_id = fields.Many2one(
        comodel_name='res.users', string="Given by", readonly=True, ondelete='restrict'
    )
    told_at = fields.Datetime(string="Customer told at", readonly=True)
    document_id = fields.Many2one(
        comodel_name='complaint.document',
        string="Credit note",
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
    )

    _to_give_idx = models.Index("(case_id) WHERE state IN ('draft', 'submitted', 'approved')")

    # === COMPUTE METHODS === #

    @api.depends('kind', 'amount', 'currency_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for remedy in self:
            label = kinds.get(remedy.kind, '')
            if remedy.amount:
                label = f'{label} {remedy.currency_id.format(remedy.amount)}'
            remedy.display_name = label

    @api.depends('case_id')
    def _compute_kind(self):
        for remedy in self:
            if not remedy.kind:
                rule = remedy.case_id.category_id._get_remedy_rule()
                remedy.kind = rule.kind or 'refund'

    @api.depends('case_id', 'kind')
    def _compute_rule_id(self):
        """Propose the rule that the category names, when it is about this kind of remedy."""
        for remedy in self:
            rule = remedy.case_id.category_id._get_remedy_rule()
            remedy.rule_id = rule if rule.kind == remedy.kind else False

    @api.depends('case_id')
    def _compute_currency_id(self):
        for remedy in self:
            company = remedy.case_id.company_id or self.env.company
            remedy.currency_id = remedy.currency_id or company.currency_id

    @api.depends('amount', 'claimed_amount', 'claim_basis', 'state')
    def _compute_claim_outcome(self):
        for remedy in self:
            remedy.claim_outcome = remedy._has_claim() and remedy._get_claim_outcome()

    def _has_claim(self):
        """Say whether the customer asked for something here."""
        self.ensure_one()
        return bool(self.claimed_amount or (self.claim_basis or '').strip())

    def _get_claim_outcome(self):
        self.ensure_one()
        if self.state in ('draft', 'submitted'):
            return 'open'
        if self.state in ('refused', 'cancelled'):
            return 'rejected'
        currency = self.currency_id
        if not self.amount and self.claimed_amount:
            return 'otherwise'
        enough = currency.compare_amounts(self.amount, self.claimed_amount) >= 0
        return 'met' if enough else 'partly'

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'prepared_by_id', 'submitted_at', 'submitted_by_id', 'decided_at'),
            *('was_asked', 'executed_at', 'executed_by_id', 'told_at', 'document_id'),
        }

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_reckoned(vals)
        remedies = super().create(vals_list)
        remedies._stamp_claims(remedies)
        return remedies

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        self.check_access('write')
        self._check_reckoned(vals)
        self._check_still_open(vals)
        claims = self._get_claims()
        result = super().write(vals)
        if WORDS & vals.keys():
            # Nobody approves what he wrote himself.
            self._write_internal({'prepared_by_id': self.env.uid})
            self._stamp_claims(self.filtered(lambda remedy: not remedy._get_claims() <= claims))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(
                self.env._("Remedies stay in the file of the complaint. Drop it instead.")
            )

    @api.model
    def _check_reckoned(self, vals):
        """Refuse values that follow from others.

        :raise UserError: names the fields
        """
        if found := RECKONED & vals.keys():
            labels = [self._fields[name]._description_string(self.env) for name in sorted(found)]
            raise UserError(
                self.env._(
                    "These amounts follow from the others, leave them out: %(fields)s.",
                    fields=format_list(self.env, labels),
                )
            )

    def _check_still_open(self, vals):
        """Refuse to change what was put forward; how it is paid may be settled till it is given.

        :raise UserError: says what to do instead
        """
        if PAYMENT_WORDS & vals.keys() and any(remedy.state not in OPEN_STATES for remedy in self):
            raise UserError(self.env._("What was given, refused or dropped is not changed."))
        if WORDS & vals.keys() and any(remedy.state != 'draft' for remedy in self):
            raise UserError(
                self.env._(
                    "A remedy that was put forward is not changed any more. Take it back first: "
                    "it is then decided anew."
                )
            )

    # === CLAIMS === #

    def _get_claims(self):
        """Return {(line, amount, words)} of what customers claim."""
        return {
            (remedy.id, remedy.claimed_amount, (remedy.claim_basis or '').strip())
            for remedy in self
        }

    @api.model
    def _stamp_claims(self, remedies):
        """Record in the history what was claimed; who must hear of it is told by inform rules."""
        claimed = remedies.filtered(lambda remedy: remedy._has_claim())
        claimed._record_events('claimed', 'claim_basis')

    def _record_events(self, code, note_field=None, note=None, moment=None):
        """Record one milestone for each of these remedies, now or at a moment.

        :param str note_field: field of the remedy with the words
        :param str note: words for all of them
        """
        milestone = self.env['complaint.milestone']._get_by_code(code)
        self.env['complaint.event']._record(
            [
                {
                    'case_id': remedy.case_id.id,
                    'milestone_id': milestone.id,
                    'occurred_at': moment or self.env.cr.now(),
                    'note': note or (note_field and remedy[note_field]) or None,
                    'payload': remedy._get_payload(),
                }
                for remedy in self
            ]
        )

    def _get_payload(self):
        """Return what the history keeps: choices and amounts, no words."""
        self.ensure_one()
        payload = {
            'subject': 'remedy',
            'remedy_id': self.id,
            'kind': self.kind,
            'amount': self.amount,
            'currency': self.currency_id.name,
        }
        if self._has_claim():
            payload['claimed'] = self.claimed_amount
        if self.state == 'executed':
            payload['means'] = self.means or None
        return payload

    def _get_proposal(self):
        """Return what is put forward, in one line for whoever decides."""
        self.ensure_one()
        return ' – '.join(filter(None, (self.display_name, self.item, self.basis)))
