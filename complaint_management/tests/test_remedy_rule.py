from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_remedy import RemedyCommon


@tagged('post_install', '-at_install')
class TestRemedyRule(RemedyCommon):
    """Requirements 2.10: every rule, with amounts at its edges; TEL-2.9-a…c."""

    def _assert_gives(self, rule, table, field, **values):
        for given, expected in table:
            with self.subTest(rule=rule.name, given=given):
                amounts = given if isinstance(given, dict) else {field: given}
                remedy = self.remedies.create(
                    {
                        'case_id': self.case.id,
                        'kind': rule.kind,
                        'rule_id': rule.id,
                        **amounts,
                        **values,
                    }
                )
                self.assertEqual(remedy.computed_amount, expected)
                self.assertEqual(remedy.amount, expected)

    def setUp(self):
        super().setUp()
        self.case = self._case()

    # === TABLES === #

    def test_double_refund(self):
        """TEL-2.9-a: 2 × (charged − due), of the positive difference only."""
        rule = self._remedy_rule(kind='overcharge', base='overcharge', factor=2)
        table = [
            ((30, 20), 20),
            ((30.01, 30), 0.02),
            ((0.01, 0), 0.02),
            ((20, 20), 0),
            ((20, 30), 0),
            ((0, 0), 0),
            ((999999.99, 0), 1999999.98),
            ((0.3, 0.1), 0.4),
        ]
        self._assert_gives(
            rule, [({'charged_amount': c, 'due_amount': d}, e) for (c, d), e in table], None
        )

    def test_the_difference(self):
        """TEL-2.8-b."""
        rule = self._remedy_rule(kind='overcharge', base='overcharge', factor=1)
        for charged, due, expected in ((30, 20, 10), (20.1, 20, 0.1), (20, 20.1, 0)):
            amounts = {'charged_amount': charged, 'due_amount': due}
            self._assert_gives(rule, [(amounts, expected)], None)
            self.assertEqual(self.case.remedy_ids.sorted('id')[-1:].difference, expected)

    def test_three_times_the_price_with_a_floor(self):
        """The consumer law: 3 × the price, not less than 500."""
        rule = self._remedy_rule(base='price', factor=3, floor_amount=500)
        self._assert_gives(
            rule,
            [(0, 0), (0.01, 500), (166.66, 500), (166.67, 500.01), (200, 600), (1e6, 3e6)],
            'price',
        )

    def test_a_loss_up_to_a_cap(self):
        rule = self._remedy_rule(base='loss', factor=0.5, cap_amount=1000)
        self._assert_gives(
            rule, [(0, 0), (1, 0.5), (1999.99, 1000), (2000, 1000), (2000.01, 1000)], 'loss_amount'
        )

    def test_a_floor_and_a_cap(self):
        rule = self._remedy_rule(base='loss', floor_amount=50, cap_amount=80)
        self._assert_gives(
            rule, [(0, 0), (1, 50), (50, 50), (50.01, 50.01), (80, 80), (81, 80)], 'loss_amount'
        )

    def test_what_is_claimed(self):
        rule = self._remedy_rule(kind='goodwill', base='claim', factor=0.1, cap_amount=30)
        self._assert_gives(rule, [(100, 10), (300, 30), (301, 30)], 'claimed_amount')

    def test_a_fixed_amount(self):
        rule = self._remedy_rule(kind='goodwill', base='fixed', floor_amount=15)
        self._assert_gives(rule, [({}, 15)], None)

    def test_rounding_by_the_currency(self):
        """JPY knows no cents, KWD a thousandth; halves are rounded up."""
        rule = self._remedy_rule(base='price', factor=1.5)
        table = [('JPY', 1.0, 1, 2), ('JPY', 1.0, 333, 500), ('KWD', 0.001, 0.333, 0.5)]
        for name, rounding, price, expected in table:
            currency = self._currency(name, 1.0, rounding)
            self._assert_gives(rule, [(price, expected)], 'price', currency_id=currency.id)
        kwd = self._currency('KWD', 0.25, 0.001)
        self._assert_gives(rule, [(1.235, 1.853)], 'price', currency_id=kwd.id)
        remedy = self.case.remedy_ids.sorted('id')[-1:]
        self.assertEqual(remedy.company_amount, self.currency.round(1.853 / 0.25))

    def test_limits_in_another_currency(self):
        """At the rate of the day that stands on the remedy."""
        yen = self._currency('JPY', 150, 1.0)
        rule = self._remedy_rule(base='price', factor=3, floor_amount=500, cap_amount=1000)
        self._assert_gives(
            rule, [(1, 75000), (26000, 78000), (60000, 150000)], 'price', currency_id=yen.id
        )
        yen.rate_ids = [Command.create({'name': '2021-01-01', 'rate': 100})]
        self._assert_gives(rule, [(1, 50000)], 'price', currency_id=yen.id, date='2022-01-01')
        self._assert_gives(rule, [(1, 75000)], 'price', currency_id=yen.id, date='2020-06-01')

    # === WHAT THE RULE DOES NOT GIVE === #

    def test_more_than_the_rule_gives_is_refused(self):
        """TEL-2.9-c: nobody may exceed; the smallest unit more is too much."""
        rule = self._remedy_rule(kind='overcharge', base='overcharge', factor=2)
        values = {'kind': 'overcharge', 'rule_id': rule.id, 'charged_amount': 30, 'due_amount': 20}
        for user in (self.handler, self.manager, self.committee, self.admin):
            with self._refused("is too much: .* gives .*20.00", ValidationError):
                self._suggest(self.case, user, **{**values, 'amount': 20.01})
        remedy = self._suggest(self.case, **{**values, 'amount': 20})
        with self._refused("is too much", ValidationError):
            remedy.amount = 21
        with self._refused("is too much", ValidationError):
            remedy.write({'due_amount': 29, 'amount': 20})
        remedy.due_amount = 29
        self.assertEqual(remedy.amount, 2, "The amount follows what it is reckoned from")

    def test_a_computed_amount_cannot_be_sent(self):
        """Whoever sends the limit along sends it past the rule."""
        rule = self._remedy_rule(base='loss')
        values = {'rule_id': rule.id, 'loss_amount': 10, 'amount': 10}
        remedy = self._suggest(self.case, **values)
        for name in ('computed_amount', 'company_amount', 'difference', 'claim_outcome'):
            with self.subTest(name):
                with self._refused("follow from the others, leave them out"):
                    self._suggest(self.case, **values, **{name: 1000})
                with self._refused("follow from the others, leave them out"):
                    remedy.write({name: 1000, 'amount': 1000})

    def test_a_rule_that_changed_before_it_is_put_forward(self):
        rule = self._remedy_rule(base='loss')
        remedy = self._suggest(self.case, rule_id=rule.id, loss_amount=100, amount=100)
        rule.factor = 0.5
        with self._refused("is too much: .* gives .*50.00"):
            remedy.action_submit()
        remedy.amount = 50
        remedy.action_submit()
        self.assertEqual((remedy.computed_amount, remedy.amount), (50, 50))

    def test_exactly_is_neither_more_nor_less(self):
        rule = self._remedy_rule(base='loss', is_exact=True)
        remedy = self._suggest(self.case, rule_id=rule.id, loss_amount=100, amount=99.99)
        with self._refused("exactly .*100.00, neither more nor less"):
            remedy.action_submit()
        remedy.amount = 100
        remedy.action_submit()
        self.assertEqual(remedy.state, 'approved')

    def test_less_than_a_limit_is_fine(self):
        rule = self._remedy_rule(base='loss')
        self._grant(self.case, rule_id=rule.id, loss_amount=100, amount=60)

    def test_listed_categories_only(self):
        """TEL-2.9-b: the listed items and those below; every other one is told so."""
        rule = self._remedy_rule(kind='overcharge', base='overcharge', factor=2, listed_only=True)
        below = self.env['complaint.category'].create(
            {'name': "Metering", 'parent_id': self.category.id}
        )
        values = {'kind': 'overcharge', 'rule_id': rule.id, 'charged_amount': 3, 'amount': 6}
        self.case.category_id = below
        with self._refused("listed categories only, and “.*Metering” is none", ValidationError):
            self._suggest(self.case, **values)
        self.category.remedy_rule_id = rule
        remedy = self._suggest(self.case, **values)
        below.remedy_rule_id = self._remedy_rule(kind='overcharge', base='overcharge')
        with self._refused("listed categories only"):
            remedy.action_submit()

    def test_the_condition_of_a_rule(self):
        major = self.env.ref('complaint_management.grade_major')
        rule = self._remedy_rule(base='loss', domain=f"[('grade_id', '=', {major.id})]")
        values = {'rule_id': rule.id, 'loss_amount': 100}
        with self._refused("does not hold for this complaint", ValidationError):
            self._suggest(self.case, **values)
        self.case.sudo().grade_id = major
        self._suggest(self.case, **values)

    def test_a_rule_of_another_kind_or_procedure(self):
        rule = self._remedy_rule(base='loss', kind='goodwill')
        with self._refused("is for another kind of remedy: Goodwill", ValidationError):
            self._suggest(self.case, rule_id=rule.id, loss_amount=100)
        other = self.procedure.copy({'code': 'other'})
        rule = self._remedy_rule(base='loss', procedure_id=other.id)
        with self._refused("does not hold", ValidationError):
            self._suggest(self.case, rule_id=rule.id, loss_amount=100)

    def test_the_cap_holds_for_all_remedies_of_a_complaint(self):
        """TEL-2.9-c: not by pieces, in whatever currency."""
        yen = self._currency('JPY', 100, 1.0)
        rule = self._remedy_rule(base='loss', cap_amount=100)
        values = {'rule_id': rule.id, 'loss_amount': 60, 'amount': 60}
        self._grant(self.case, item="First", **values)
        second = self._suggest(self.case, **{**values, 'item': "Second", 'amount': 40.01})
        with self._refused("it would be more than .*100.00"):
            second.action_submit()
        second.amount = 20
        second.action_submit()
        third = {'rule_id': rule.id, 'loss_amount': 6000, 'currency_id': yen.id, 'item': "Third"}
        third = self._suggest(self.case, amount=2001, **third)
        with self._refused("it would be more than"):
            third.action_submit()
        third.amount = 2000
        third.action_submit()
        self.assertEqual(third.state, 'approved')

    def test_the_same_is_not_given_twice(self):
        rule = self._remedy_rule(kind='overcharge', base='overcharge', factor=2)
        values = {
            'kind': 'overcharge',
            'rule_id': rule.id,
            'charged_amount': 3,
            'due_amount': 2,
            'amount': 2,
        }
        first = self._grant(self.case, item="Roaming, March", **values)
        again = self._suggest(self.case, **{**values, 'item': " roaming, march "})
        with self._refused("the same is given already"):
            again.action_submit()
        first.action_drop()
        again.action_submit()
        self._grant(self.case, item="Roaming, April", **values)

    def test_without_a_rate_nothing_is_reckoned(self):
        """One to one would be wrong."""
        kwd = self._currency('KWD', 0.3, 0.001)
        kwd.rate_ids.unlink()
        remedy = self._suggest(self.case, currency_id=kwd.id)
        with self._refused("no exchange rate for KWD"):
            remedy.action_submit()
        rule = self._remedy_rule(base='price', factor=3, floor_amount=500, currency_id=kwd.id)
        remedy = self._suggest(self.case, rule_id=rule.id, price=1000, amount=100)
        with self._refused("no exchange rate for KWD"):
            remedy.action_submit()

    def test_a_later_change_of_a_rule_does_not_reach_what_was_granted(self):
        rule = self._remedy_rule(base='loss', factor=1)
        remedy = self._grant(self.case, rule_id=rule.id, loss_amount=100, amount=100)
        rule.factor = 0.1
        remedy._execute({'means': 'cash'})
        self.assertEqual((remedy.computed_amount, remedy.amount), (100, 100))

    # === RULES THEMSELVES === #

    def test_rules_that_make_no_sense_are_refused(self):
        for values, pattern in (
            ({'factor': -1}, "cannot be negative"),
            ({'cap_amount': -1}, "cannot be negative"),
            ({'floor_amount': 3, 'cap_amount': 2}, "cannot exceed"),
            ({'floor_amount': 3, 'currency_id': False}, "in which currency"),
            ({'base': 'fixed'}, "needs its lowest amount"),
            ({'domain': "[('nonsense', '=', 1)]"}, "cannot be read"),
        ):
            with self.subTest(values), self._refused(pattern, ValidationError):
                self._remedy_rule(**values)

    def test_only_administrators_write_rules(self):
        rule = self._remedy_rule()
        for user in (self.handler, self.manager, self.committee):
            self.assertTrue(rule.with_user(user).has_access('read'))
            self.assertFalse(rule.with_user(user).has_access('write'))
        rule.with_user(self.admin).factor = 3

    def test_the_category_proposes_its_rule(self):
        rule = self._remedy_rule(kind='overcharge', base='overcharge')
        self.category.remedy_rule_id = rule
        self.case.category_id = self.category
        remedy = self.remedies.create({'case_id': self.case.id})
        self.assertEqual((remedy.kind, remedy.rule_id), ('overcharge', rule))
        self.assertEqual(remedy.basis, "Tariff 7")
        remedy.kind = 'apology'
        self.assertFalse(remedy.rule_id)
        self.assertEqual(self.remedies.create({'case_id': self._case().id}).kind, 'refund')
