from ast import literal_eval
from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..const import INTERNAL_KEY
from .common_remedy import RemedyCommon


@tagged('post_install', '-at_install')
class TestRemedy(RemedyCommon):
    """Issue 5, item 1: a remedy from the suggestion to the customer who knows (TEL-2.8)."""

    def _events(self, case, code):
        return case.sudo().event_ids.filtered(lambda event: event.milestone_id.code == code)

    # === THE COURSE === #

    def test_suggested_granted_given_told(self):
        """TEL-2.8-c, -d."""
        remedy = self._grant()
        case = remedy.case_id
        self.assertEqual((remedy.submitted_by_id, remedy.was_asked), (self.handler, False))
        with self._refused("Say how it is given"):
            remedy._execute()
        self._pass_time(minutes=2)
        remedy._execute({'means': 'transfer', 'reference': "T-1"})
        self.assertEqual((remedy.state, remedy.executed_by_id), ('executed', self.handler))
        self.assertFalse(remedy.told_at)
        event = self._events(case, 'remedied')
        self.assertEqual(
            {name: event.payload[name] for name in ('kind', 'amount', 'currency', 'means')},
            {
                'kind': 'compensation',
                'amount': 100,
                'currency': self.currency.name,
                'means': 'transfer',
            },
        )
        remedy._tell('phone', "It is on your account.")
        self.assertTrue(remedy.told_at)
        contact = case.contact_ids
        self.assertEqual((contact.means, contact.content), ('phone', "It is on your account."))
        self.assertEqual(case.remedy_total, 100)

    def test_given_some_time_ago_needs_a_reason(self):
        remedy = self._grant()
        earlier = self.env.cr.now()
        self._pass_time(days=2)
        with self._refused("Say why this is recorded more than"):
            remedy._execute({'means': 'cash'}, executed_at=earlier)
        with self._refused("has not happened yet"):
            remedy._execute({'means': 'cash'}, executed_at=earlier + timedelta(days=9))
        self.assertEqual((remedy.state, remedy.means), ('approved', False))
        remedy._execute({'means': 'cash'}, executed_at=earlier, reason="The till was closed.")
        self.assertEqual(remedy.executed_at, earlier.replace(microsecond=0))
        event = self._events(remedy.case_id, 'remedied')
        self.assertEqual(event.note, "The till was closed.")

    def test_steps_out_of_turn_are_refused(self):
        remedy = self._suggest()
        with self._refused("Only what was granted"):
            remedy._execute({'means': 'cash'})
        with self._refused("when it was given"):
            remedy._tell('phone', "Soon.")
        remedy.action_submit()
        with self._refused("Only a suggestion"):
            remedy.action_submit()
        remedy._execute({'means': 'cash'})
        for step in ('action_take_back', 'action_drop'):
            with self._refused("What was given stays"):
                getattr(remedy, step)()
        with self._refused("Write what the customer was told"):
            remedy._tell('phone', "  ")

    def test_taken_back_it_is_decided_anew(self):
        remedy = self._grant()
        with self._refused("Take it back first"):
            remedy.amount = 200
        remedy.action_take_back()
        self.assertEqual((remedy.state, remedy.decided_at), ('draft', False))
        remedy.amount = 200
        remedy.action_submit()
        self.assertEqual(remedy.state, 'approved')

    def test_what_money_needs(self):
        """PRIN: no concession without ground."""
        with self._refused("Write the ground"):
            self._suggest(basis="  ").action_submit()
        with self._refused("Enter the amounts"):
            self._suggest(amount=0).action_submit()
        overcharge = self._remedy_rule(kind='overcharge', base='overcharge')
        remedy = self._suggest(
            kind='overcharge', rule_id=overcharge.id, charged_amount=20, due_amount=20, amount=0
        )
        with self._refused("Only what was charged too much"):
            remedy.action_submit()
        self._grant(kind='apology', amount=0, basis=False)._execute()

    def test_several_at_once_say_which_is_wrong_and_nothing_is_done(self):
        good, bad = self._suggest(), self._suggest(basis=False)
        with self._refused(f"{bad.case_id.number}.*: Write the ground"):
            (good | bad).action_submit()
        self.assertEqual(good.state, 'draft')

    # === VERIFY FIRST, CREDIT FIRST === #

    def test_verify_before_the_refund(self):
        """TEL-2.8-a, requirements 1128: no refund before the charge is proven wrong."""
        rule = self._remedy_rule(base='loss', needs_confirmation=True)
        remedy = self._suggest(rule_id=rule.id, loss_amount=100, amount=100)
        with self._refused("Verify first, give after.*Fault confirmed"):
            remedy.action_submit()
        confirmed = remedy.case_id._stamp('confirmed')
        remedy.action_submit()
        self.assertEqual(remedy.state, 'approved')
        confirmed.with_user(self.handler)._revoke("It was another bill.")
        with self._refused("Verify first, give after"):
            remedy._execute({'means': 'cash'})

    def test_credit_first_and_cash_second(self):
        """TEL-2.8-c: whatever is not a credit needs a reason."""
        self.procedure.remedy_credit_first = True
        for means in ('cash', 'transfer', 'original', 'voucher'):
            with self.subTest(means):
                remedy = self._grant()
                with self._refused("Credit to the account comes first"):
                    remedy._execute({'means': means})
                remedy._execute({'means': means, 'means_reason': "The account is closed."})
        self._grant()._execute({'means': 'credit'})

    def test_amounts_only_by_a_rule(self):
        """TEL-2.9-c."""
        self.procedure.remedy_rule_required = True
        with self._refused("Choose the rule by which it is given"):
            self._suggest().action_submit()
        rule = self._remedy_rule(base='loss')
        self._grant(rule_id=rule.id, loss_amount=100, amount=100)
        self._grant(kind='apology', amount=0)

    def test_the_dialog(self):
        self.procedure.remedy_credit_first = True
        remedy = self._grant()
        action = remedy.action_execute()
        wizard = self.env[action['res_model']].with_user(self.handler)
        with Form(wizard.with_context(**action['context'])) as form:
            self.assertEqual(form.means, 'credit')
            form.reference = "R-7"
            form.told = True
            form.told_content = "Ten are back on your account."
        form.record.action_confirm()
        self.assertEqual((remedy.state, remedy.means), ('executed', 'credit'))
        self.assertEqual(remedy.reference, "R-7")
        self.assertTrue(remedy.told_at)
        other = self._grant()
        other._execute({'means': 'credit'})
        action = other.action_tell()
        with Form(wizard.with_context(**action['context'])) as form:
            form.told_means = 'letter'
            form.told_content = "Done."
        form.record.action_confirm()
        self.assertEqual(other.case_id.contact_ids.means, 'letter')

    # === CLAIMS === #

    def test_a_claim_and_its_outcome(self):
        """PAWN-4.1-c, PROPERTY-5.5-a."""
        for values, outcome in (
            ({}, False),
            ({'claimed_amount': 100}, 'met'),
            ({'claimed_amount': 100.01}, 'partly'),
            ({'claimed_amount': 50}, 'met'),
            ({'claim_basis': "You broke it."}, 'met'),
            ({'claimed_amount': 50, 'kind': 'repair', 'amount': 0}, 'otherwise'),
        ):
            with self.subTest(values):
                remedy = self._suggest(**values)
                self.assertEqual(remedy.claim_outcome, outcome and 'open')
                remedy.action_submit()
                self.assertEqual(remedy.claim_outcome, outcome)
        dropped = self._suggest(claimed_amount=5)
        dropped.action_drop()
        self.assertEqual(dropped.claim_outcome, 'rejected')

    def test_every_move_of_a_claim_is_in_the_history(self):
        """PROPERTY-5.5-c: whoever the rules inform hears of each change."""
        remedy = self._suggest(claimed_amount=50, claim_basis="You broke it.")
        case = remedy.case_id
        self.assertEqual(self._events(case, 'claimed').mapped('note'), ["You broke it."])
        remedy.note = "He calls every day."
        self.assertEqual(len(self._events(case, 'claimed')), 1)
        remedy.claimed_amount = 80
        events = self._events(case, 'claimed').sorted('sequence')
        self.assertEqual([event.payload['claimed'] for event in events], [50, 80])
        self._suggest(case)
        self.assertEqual(len(self._events(case, 'claimed')), 2)

    # === WHO BEARS IT === #

    def test_who_bears_it(self):
        """PRIN-3-c: liability party and share."""
        partner = self.env['res.partner'].create({'name': "Builder"})
        for values, pattern in (
            ({'borne_by': 'partner'}, "which other party"),
            ({'borne_by': 'department'}, "which department"),
            ({'liability_share': 101}, "between 0 and 100"),
            ({'liability_share': -1}, "between 0 and 100"),
            ({'amount': -1}, "cannot be negative"),
            ({'loss_amount': -1}, "cannot be negative"),
        ):
            with self.subTest(values), self._refused(pattern, ValidationError):
                self._suggest(**values)
        remedy = self._suggest(
            amount=99.99, borne_by='partner', bearer_id=partner.id, liability_share=33.33
        )
        self.assertEqual(remedy.company_share_amount, 66.66)
        remedy.liability_share = 100
        self.assertEqual(remedy.company_share_amount, 0)
        remedy.write({'borne_by': 'department', 'department_id': self.department.id})
        self.assertEqual(remedy.company_share_amount, 99.99)

    # === WHO MAY === #

    def test_only_buttons_lead_on(self):
        """Whatever road it comes on: the software's fields are refused."""
        case = self._case()
        for name, value in (
            ('state', 'approved'),
            ('was_asked', True),
            ('executed_at', '2026-01-01 00:00:00'),
            ('prepared_by_id', self.manager.id),
        ):
            with self.subTest(name), self._refused("sets these fields itself"):
                self._suggest(case, **{name: value})
        remedy = self._suggest(case)
        for name, value in (('state', 'executed'), ('told_at', '2026-01-01 00:00:00')):
            with self.subTest(name), self._refused("sets these fields itself"):
                remedy.write({name: value})
            forged = remedy.with_context(**{INTERNAL_KEY: True})
            with self._refused("sets these fields itself"):
                forged.write({name: value})
        forged = self.remedies.with_context(default_state='approved').create(
            {'case_id': case.id, 'kind': 'apology'}
        )
        self.assertEqual(forged.state, 'draft')
        with self.assertRaises(AccessError):
            remedy.unlink()
        with self._refused("stay in the file"):
            remedy.sudo().unlink()
        with self._refused("stays with its complaint"):
            remedy.case_id = self._case()

    def test_what_was_put_forward_is_not_changed(self):
        remedy = self._grant()
        for values in (
            {'amount': 1000},
            {'rule_id': self._remedy_rule().id},
            {'currency_id': self._currency('JPY', 100).id},
            {'borne_by': 'department', 'department_id': self.department.id},
            {'date': '2020-01-01'},
        ):
            for user in (self.handler, self.manager, self.admin):
                with self.subTest(values), self._refused("Take it back first"):
                    remedy.with_user(user).write(values)
        remedy._execute({'means': 'cash'})
        with self._refused("is not changed"):
            remedy.means = 'credit'

    def test_who_cannot_reach_the_complaint_cannot_reach_its_remedies(self):
        """Recusal beats everything (TEL-2.7-b)."""
        remedy = self._suggest(user=self.manager, case=self._create_case())
        self.assertTrue(self._as(self.manager, remedy).has_access('write'))
        self._accuse(remedy.case_id, 'manager')
        mine = self._as(self.manager, remedy)
        self.assertFalse(mine.has_access('read'))
        self.assertFalse(mine.search([('id', '=', remedy.id)]))
        for step in ('action_submit', 'action_drop'):
            with self.assertRaises(AccessError):
                getattr(mine, step)()
        self.assertFalse(self._as(self.outsider, remedy).has_access('read'))
        auditor = self._as(self.auditor, remedy)
        self.assertTrue(auditor.has_access('read'))
        self.assertFalse(auditor.has_access('write'))

    # === THE COMPLAINT === #

    def test_a_page_only_where_it_is_used(self):
        self.procedure.remedy_mode = 'none'
        case = self._case()
        self.assertFalse(case.shows_remedies)
        self._suggest(case)
        self.assertTrue(case.shows_remedies)
        self.procedure.remedy_mode = 'suggest'
        self.assertTrue(self._case().shows_remedies)

    def test_what_was_granted_is_given_before_a_normal_end(self):
        case = self._create_worked_case()
        remedy = self._suggest(case)
        closed = self.stages['closed']
        remedy.action_submit()
        sentences = case.sudo()._get_move_obstacles(closed).get(case, [])
        self.assertTrue(any("Give the customer what was granted" in s for s in sentences))
        remedy._execute({'means': 'cash'})
        sentences = case.sudo()._get_move_obstacles(closed).get(case, [])
        self.assertFalse(any("Give the customer" in s for s in sentences))

    def test_suggestions_end_with_the_complaint_and_debts_do_not(self):
        case = self._create_worked_case()
        granted, open_one = self._grant(case), self._suggest(case)
        case.with_user(self.receiver)._withdraw('self', 'phone', "Settled it.")
        self.assertEqual((granted.state, open_one.state), ('approved', 'cancelled'))
        granted.sudo()._execute({'means': 'cash'})

    def test_an_erased_complaint_takes_its_remedies_along(self):
        remedy = self._suggest()
        remedy.case_id.with_user(self.admin)._erase("Asked for by the customer")
        self.assertFalse(remedy.exists())

    # === REGISTER === #

    def test_the_register_adds_up(self):
        """TEL-2.8-d, FO-70, RE-31: the totals are the sum of the rows, in one currency."""
        yen = self._currency('JPY', 150, 1.0)
        kwd = self._currency('KWD', 0.31, 0.001)
        case = self._case()
        rows = self.remedies
        for number, (currency, amount) in enumerate(
            [(self.currency, 0.1), (self.currency, 0.2), (yen, 1000), (kwd, 1.235), (yen, 1)]
        ):
            rows |= self._grant(case, currency_id=currency.id, amount=amount, item=f"Item {number}")
        rows._execute({'means': 'cash'})
        self._grant(case, amount=1000)  # not given: not in the register
        action = self.env.ref('complaint_management.complaint_remedy_action_register')
        domain = [*literal_eval(action.domain), ('case_id', '=', case.id)]
        found = self.remedies.search(domain)
        self.assertEqual(found, rows.sorted('id', reverse=True))
        expected = [0.1, 0.2, self.currency.round(1000 / 150)]
        expected += [self.currency.round(1.235 / 0.31), self.currency.round(1 / 150)]
        self.assertEqual(rows.mapped('company_amount'), expected)
        [(total,)] = self.remedies._read_group(domain, [], ['company_amount:sum'])
        self.assertAlmostEqual(total, sum(expected), 6)
        groups = self.remedies._read_group(
            domain, ['executed_at:month', 'means'], ['company_amount:sum']
        )
        self.assertAlmostEqual(sum(group[-1] for group in groups), total, 6)

    # === CREDIT NOTES === #

    def test_without_invoicing_nothing_is_missing(self):
        remedy = self._grant()
        if 'account.move' in self.env:
            self.assertTrue(remedy.sudo().can_make_note)
            remedy.sudo().action_make_note()
            self.assertEqual(remedy.document_id.res_model, 'account.move')
            return
        self.assertFalse(remedy.can_make_note)
        with self._refused("Invoicing is not installed"):
            remedy.action_make_note()

    def test_a_document_is_linked_and_opened(self):
        """Whatever books it: the seam makes a record, the remedy keeps its name and id."""
        remedy = self._grant()
        self.patch(
            type(self.env['complaint.remedy']), '_make_note', lambda self: self.case_id.partner_id
        )
        remedy.sudo()._link_note(remedy._make_note())
        document = remedy.document_id
        self.assertEqual((document.number, document.res_model), (self.customer.name, 'res.partner'))
        self.assertEqual(remedy.action_open_note()['res_id'], self.customer.id)
        self.assertIn(document, remedy.case_id.document_ids)

    # === QUERIES === #

    def test_a_batch_costs_no_query_per_remedy(self):
        cases = self.env['complaint.case'].concat(*(self._case() for _n in range(12)))
        few, many = cases[:2], cases[2:]
        number = [0]

        def create_and_submit(cases):
            number[0] += 1
            remedies = self.remedies.create(
                [
                    {
                        'case_id': case.id,
                        'kind': 'compensation',
                        'amount': 1,
                        'basis': "x",
                        'item': str(number[0]),
                    }
                    for case in cases
                ]
            )
            remedies.action_submit()
            remedies._execute({'means': 'cash'})

        small = self._count_queries(lambda: create_and_submit(few))
        large = self._count_queries(lambda: create_and_submit(many))
        self.assertLessEqual(large - small, 2, f"{small} queries for 2, {large} for 10")

    def test_the_case_form_with_remedies(self):
        case = self._case()
        self._grant(case)
        with Form(case) as form:
            form.name = "The bag was torn"
        self.assertEqual(case.name, "The bag was torn")
        with Form(self.remedies.with_context(default_case_id=case.id)) as form:
            form.kind = 'goodwill'
            form.amount = 5
            form.basis = "An apology"
        self.assertEqual(form.record.case_id, case)
        self.assertEqual(case.remedy_ids[0].amount, 5)
