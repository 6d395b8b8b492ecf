from odoo import api, models
from odoo.exceptions import ValidationError

from ..const import REMEDY_MONEY_KINDS
from .complaint_remedy import LIVE_STATES

AMOUNT_FIELDS = (
    *('charged_amount', 'due_amount', 'price', 'loss_amount'),
    *('claimed_amount', 'amount'),
)


class ComplaintRemedyAmount(models.Model):
    """What a remedy may amount to: reckoned by its rule, and never more (TEL-2.9-a, -c)."""

    _inherit = 'complaint.remedy'

    # === COMPUTE METHODS === #

    @api.depends('charged_amount', 'due_amount')
    def _compute_difference(self):
        for remedy in self:
            remedy.difference = max(remedy.charged_amount - remedy.due_amount, 0)

    # Not on the values of the rule: what was decided by the rule of then stays.
    @api.depends(
        *('rule_id', 'currency_id', 'date', 'company_id'),
        *('charged_amount', 'due_amount', 'price', 'loss_amount', 'claimed_amount'),
    )
    def _compute_computed_amount(self):
        for remedy, amount in self._reckon().items():
            remedy.computed_amount = amount

    def _reckon(self):
        """Return {remedy: what its rule, as it is now, gives}; 0 without a rule."""
        amounts = {}
        groups = self.grouped(lambda r: (r.rule_id, r.currency_id, r.company_id, r.date))
        for (rule, currency, company, date), remedies in groups.items():
            if not rule or not currency:
                amounts.update(dict.fromkeys(remedies, 0.0))
                continue
            limits = rule._get_limits(currency, company or self.env.company, date)
            for remedy in remedies:
                base = remedy._get_base_amount()
                amounts[remedy] = rule._reckon(base, currency, limits)
        return amounts

    def _refresh_computed_amount(self):
        """Reckon anew before somebody decides: the rule may have changed since the suggestion.

        The suggested amount stays; if it is too much now, whoever puts it forward is told so.
        """
        for remedy, amount in self._reckon().items():
            if remedy.currency_id.compare_amounts(amount, remedy.computed_amount):
                remedy._write_internal({'computed_amount': amount, 'amount': remedy.amount})

    def _get_base_amount(self):
        """Return the amount that the rule multiplies, in the remedy's currency."""
        self.ensure_one()
        return {
            'overcharge': self.charged_amount - self.due_amount,
            'price': self.price,
            'loss': self.loss_amount,
            'claim': self.claimed_amount,
        }.get(self.rule_id.base, 0)

    @api.depends('computed_amount')
    def _compute_amount(self):
        for remedy in self:
            if remedy.rule_id:
                remedy.amount = remedy.computed_amount

    @api.depends('rule_id')
    def _compute_basis(self):
        for remedy in self:
            if basis := remedy.rule_id.legal_basis:
                remedy.basis = basis

    @api.depends('amount', 'currency_id', 'date', 'company_id')
    def _compute_company_amount(self):
        groups = self.grouped(lambda r: (r.currency_id, r.company_id, r.date))
        for (currency, company, date), remedies in groups.items():
            own = company.currency_id or currency
            rate = 1.0
            if own != currency:
                rate = currency._get_conversion_rate(currency, own, company, date)
            for remedy in remedies:
                remedy.company_amount = own.round(remedy.amount * rate) if own else remedy.amount

    @api.depends('company_amount', 'borne_by', 'liability_share')
    def _compute_company_share_amount(self):
        """The company bears what is left after a department's or another party's share."""
        for remedy in self:
            share = 0 if remedy.borne_by != 'partner' else remedy.liability_share
            borne = remedy.company_amount * share / 100
            currency = remedy.company_currency_id
            borne = currency.round(borne) if currency else borne
            remedy.company_share_amount = remedy.company_amount - borne

    # === CONSTRAINTS === #

    @api.constrains(
        *AMOUNT_FIELDS,
        *('case_id', 'kind', 'rule_id', 'currency_id', 'date'),
        *('borne_by', 'department_id', 'bearer_id', 'liability_share'),
    )
    def _check_amount(self):
        """Save nothing that the rule does not give, whatever road it comes on."""
        for remedy in self:
            if remedy.state != 'draft':
                continue  # decided by the rule of then
            if sentences := remedy._get_value_obstacles() + remedy._get_rule_obstacles():
                raise ValidationError('\n'.join(sentences))

    def _get_value_obstacles(self):
        """Return sentences about values that make no sense."""
        self.ensure_one()
        sentences = []
        if any(self.currency_id.compare_amounts(self[name], 0) < 0 for name in AMOUNT_FIELDS):
            sentences.append(self.env._("Amounts cannot be negative."))
        if not 0 <= self.liability_share <= 100:
            sentences.append(self.env._("A share lies between 0 and 100 percent."))
        if self.borne_by == 'department' and not self.department_id:
            sentences.append(self.env._("Say which department bears it."))
        if self.borne_by == 'partner' and not self.bearer_id:
            sentences.append(self.env._("Say which other party bears it."))
        return sentences

    def _get_rule_obstacles(self):
        """Return sentences about what the rule does not allow."""
        self.ensure_one()
        rule, currency = self.rule_id, self.currency_id
        if not rule:
            return []
        sentences = []
        if rule.kind != self.kind:
            kinds = dict(rule._fields['kind']._description_selection(self.env))
            sentences.append(
                self.env._(
                    "The rule “%(rule)s” is for another kind of remedy: %(kind)s.",
                    rule=rule.name,
                    kind=kinds[rule.kind],
                )
            )
        if not rule._is_for(self.case_id):
            sentences.append(self._get_not_listed_sentence())
        if currency.compare_amounts(self.amount, self.computed_amount) > 0:
            sentences.append(
                self.env._(
                    "%(amount)s is too much: the rule “%(rule)s” gives %(most)s at most. Nobody "
                    "may give more.",
                    amount=currency.format(self.amount),
                    rule=rule.name,
                    most=currency.format(self.computed_amount),
                )
            )
        return sentences

    def _get_not_listed_sentence(self):
        self.ensure_one()
        if not self.rule_id.listed_only:
            return self.env._(
                "The rule “%(rule)s” does not hold for this complaint. Choose another rule.",
                rule=self.rule_id.name,
            )
        return self.env._(
            "The rule “%(rule)s” is for listed categories only, and “%(category)s” is none of "
            "them. Choose another rule, or correct the category of the complaint.",
            rule=self.rule_id.name,
            category=self.case_id.category_id.display_name or '–',
        )

    # === BEFORE IT IS PUT FORWARD === #

    def _get_amount_obstacles(self):
        """Return sentences that say why this amount cannot be put forward yet."""
        self.ensure_one()
        sentences = self._get_value_obstacles() + self._get_rule_obstacles()
        rule, currency = self.rule_id, self.currency_id
        is_money = self.kind in REMEDY_MONEY_KINDS
        if is_money and currency.is_zero(self.amount):
            sentences.append(self._get_nothing_sentence())
        elif rule.is_exact and currency.compare_amounts(self.amount, self.computed_amount) < 0:
            sentences.append(
                self.env._(
                    "The rule “%(rule)s” gives exactly %(amount)s, neither more nor less.",
                    rule=rule.name,
                    amount=currency.format(self.computed_amount),
                )
            )
        if self.amount and not rule and self.procedure_id.remedy_rule_required:
            sentences.append(
                self.env._("Choose the rule by which it is given: this procedure asks for one.")
            )
        if self.amount and not (self.basis or '').strip():
            # No concession without a ground (PRIN).
            sentences.append(self.env._("Write the ground on which it is given."))
        return sentences + self._get_rate_obstacles() + self._get_sum_obstacles()

    def _get_nothing_sentence(self):
        self.ensure_one()
        if self.rule_id.base == 'overcharge':
            return self.env._(
                "Nothing is to be refunded: enter what was charged and what was due. Only what "
                "was charged too much is given back."
            )
        return self.env._("Enter the amounts from which it follows.")

    def _get_rate_obstacles(self):
        """Return sentences about currencies without a rate: one to one would be wrong."""
        self.ensure_one()
        own = self.company_currency_id
        used = own | self.currency_id
        if self.rule_id.floor_amount or self.rule_id.cap_amount:
            used |= self.rule_id.currency_id
        # Rates are read for nobody in particular.
        missing = (used - own).filtered(lambda currency: not currency.sudo().rate_ids)
        return [
            self.env._(
                "There is no exchange rate for %(currency)s. Enter one, or reckon in %(own)s.",
                currency=currency.name,
                own=own.name,
            )
            for currency in missing
        ]

    def _get_sum_obstacles(self):
        """Return sentences about other remedies of the case by the same rule: never twice."""
        self.ensure_one()
        rule = self.rule_id
        if not rule:
            return []
        # Limits count what was given, seen or not.
        others = self.sudo().case_id.remedy_ids.filtered(
            lambda other: (
                other.rule_id == rule and other.id != self.id and other.state in LIVE_STATES
            )
        )
        sentences = []
        item = (self.item or '').strip().casefold()
        if any((other.item or '').strip().casefold() == item for other in others):
            sentences.append(
                self.env._(
                    "By the rule “%(rule)s” the same is given already. If this is something else, "
                    "say what under “For what”.",
                    rule=rule.name,
                )
            )
        cap = rule.cap_amount and rule._get_limits(self.currency_id, self.company_id, self.date)[1]
        if cap:
            sums = sum(
                other.currency_id._convert(
                    other.amount, self.currency_id, self.company_id, self.date
                )
                for other in others
            )
            if self.currency_id.compare_amounts(sums + self.amount, cap) > 0:
                sentences.append(
                    self.env._(
                        "With what is given already it would be more than %(cap)s, the most by "
                        "the rule “%(rule)s” on one complaint.",
                        cap=self.currency_id.format(cap),
                        rule=rule.name,
                    )
                )
        return sentences
