from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import REMEDY_KINDS


class ComplaintRemedyRule(models.Model):
    """What a kind of remedy may amount to, reckoned from facts that are written down.

    TEL: 2 × (charged − due) for listed items (TEL-2.9-a, -b), and never more (TEL-2.9-c); the
    consumer law: 3 × the price, at least 500 yuan.
    """

    _name = 'complaint.remedy.rule'
    _description = "Remedy Rule"
    _inherit = ['complaint.rule.mixin']

    kind = fields.Selection(
        selection=REMEDY_KINDS, string="Kind of remedy", required=True, default='compensation'
    )
    base = fields.Selection(
        selection=[
            ('overcharge', "Charged less due"),
            ('price', "Price paid"),
            ('loss', "Loss proven"),
            ('claim', "Amount claimed"),
            ('fixed', "Nothing: the lowest amount is given"),
        ],
        string="Reckoned from",
        required=True,
        default='loss',
    )
    factor = fields.Float(string="Times", default=1, digits=(16, 2))
    floor_amount = fields.Monetary(string="At least", help="0: no lowest amount.")
    cap_amount = fields.Monetary(
        string="At most", help="On one complaint, for all remedies by this rule. 0: no such limit."
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        string="Currency of the limits",
        ondelete='restrict',
        default=lambda self: self.env.company.currency_id,
    )
    is_exact = fields.Boolean(
        string="Exactly this amount",
        help="Neither more nor less than the rule gives. Otherwise it is the most that may be "
        "given.",
    )
    listed_only = fields.Boolean(
        string="Listed categories only",
        help="Only for categories that name this rule, and those below them.",
    )
    needs_confirmation = fields.Boolean(
        string="Verify first",
        help="Only after the fault or the wrong charge is confirmed in the history.",
    )
    legal_basis = fields.Text(
        string="Legal basis", translate=True, help="The law, contract or regulation it rests on."
    )
    category_ids = fields.One2many(
        comodel_name='complaint.category',
        inverse_name='remedy_rule_id',
        string="Categories that name it",
    )

    # === CONSTRAINTS === #

    @api.constrains('factor', 'floor_amount', 'cap_amount', 'currency_id', 'base')
    def _check_numbers(self):
        for rule in self:
            if rule.factor < 0 or rule.floor_amount < 0 or rule.cap_amount < 0:
                raise ValidationError(self.env._("Factor and amounts cannot be negative."))
            if (rule.floor_amount or rule.cap_amount) and not rule.currency_id:
                raise ValidationError(self.env._("Say in which currency the limits are."))
            if rule.cap_amount and rule.floor_amount > rule.cap_amount:
                raise ValidationError(
                    self.env._("The lowest amount cannot exceed the highest one.")
                )
            if rule.base == 'fixed' and not rule.floor_amount:
                raise ValidationError(
                    self.env._("A rule that reckons from nothing needs its lowest amount.")
                )

    # === BUSINESS METHODS === #

    def _reckon(self, base_amount, currency, limits):
        """Return what the rule gives for a base, rounded by the currency.

        Nothing comes of nothing: without a base there is no lowest amount either.

        :param float base_amount: in `currency`; ignored by a rule that reckons from nothing
        :param currency: res.currency record
        :param tuple limits: lowest and highest amount in `currency`, as `_get_limits` has them
        """
        self.ensure_one()
        floor, cap = limits
        if self.base == 'fixed':
            amount = floor
        elif currency.compare_amounts(base_amount, 0) <= 0:
            return 0.0
        else:
            amount = max(currency.round(base_amount * self.factor), floor)
        return min(amount, cap) if cap else amount

    def _get_limits(self, currency, company, date):
        """Return (lowest, highest) amount in a currency at the rates of a date; 0 for none."""
        self.ensure_one()
        own = self.currency_id or currency
        rate = 1.0
        if own != currency and (self.floor_amount or self.cap_amount):
            rate = own._get_conversion_rate(own, currency, company, date)
        return currency.round(self.floor_amount * rate), currency.round(self.cap_amount * rate)

    def _is_for(self, case):
        """Say whether the rule holds for a case: its condition, and its list of categories."""
        self.ensure_one()
        if self.procedure_id and self.procedure_id != case.procedure_id:
            return False
        if self.listed_only and case.category_id._get_remedy_rule() != self:
            return False
        # What a rule asks does not depend on who asks.
        return bool(case.sudo().filtered_domain(self._get_domain()))
