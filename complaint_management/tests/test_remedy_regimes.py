from ast import literal_eval

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRemedyTelecom(WalkCommon):
    """TELECOM-HALL (TEL-2.8, TEL-2.9): verified, reckoned, credited, told, registered."""

    preset_code = 'telecom'

    @classmethod
    def _give_posts(cls):
        cls.team.member_ids = [(6, 0, (cls.receiver | cls.handler).ids)]
        cls.records['team_duty'].leader_id = cls.manager
        cls.records['team_hall'].leader_id = cls.department_head

    def _take_in(self, category='category_fee_metering'):
        return self._create_case(
            name="The bill is wrong",
            handler_id=self.handler.id,
            contact_owner_id=self.receiver.id,
            channel_id=self.records['channel_opinion_book'].id,
            category_id=self.records[category].id,
            facts="Charged 30, due 20.",
            basis="Tariff 7.",
        )

    def _bring_to_refund(self, case):
        self._walk(case, self.receiver, 'pre_handling')
        self._walk(case, self.handler, 'verification')
        self._as(self.handler, case).validity = 'valid'
        return self._walk(case, self.handler, 'refund')

    def _suggest(self, case, **values):
        return (
            self.env['complaint.remedy']
            .with_user(self.handler)
            .create(
                {
                    'case_id': case.id,
                    'item': "March",
                    'charged_amount': 30,
                    'due_amount': 20,
                    **values,
                }
            )
        )

    def test_a_listed_item_from_the_bill_to_the_register(self):
        case = self._take_in()
        remedy = self._suggest(case)
        self.assertEqual(remedy.rule_id, self.records['remedy_rule_double'])
        self.assertEqual((remedy.kind, remedy.amount), ('overcharge', 20))
        self.assertIn("listed items", remedy.basis)
        with self._refused("Verify first, give after"):
            remedy.action_submit()
        self._bring_to_refund(case)
        remedy.action_submit()
        self.assertEqual(remedy.state, 'approved')
        with self._refused("Credit to the account comes first"):
            remedy._execute({'means': 'cash'})
        remedy._execute({'means': 'credit'})
        remedy._tell('phone', "Twenty are on your account.")
        self._assert_in_order(case, 'confirmed', 'remedied', 'progress_reported')
        action = self.env.ref('complaint_management.complaint_remedy_action_register')
        self.assertIn(remedy, self.env["complaint.remedy"].search(literal_eval(action.domain)))

    def test_every_listed_item_and_no_other(self):
        """TEL-2.9-b."""
        items = ('call_record', 'prompt', 'metering', 'roaming', 'service_paper', 'information')
        for item in items:
            with self.subTest(item):
                remedy = self._suggest(self._take_in(f'category_fee_{item}'))
                self.assertEqual(remedy.amount, 20)
        single = self._suggest(self._take_in('category_fee_single'))
        self.assertEqual(single.amount, 10)
        double = self.records['remedy_rule_double']
        with self._refused("listed categories only", ValidationError):
            single.write({'rule_id': double.id, 'amount': 20})
        with self._refused("listed categories only", ValidationError):
            self._suggest(self._take_in('category_service'), kind='overcharge', rule_id=double.id)

    def test_nobody_gives_more(self):
        """TEL-2.9-c: neither by the rule, nor past it."""
        case = self._bring_to_refund(self._take_in())
        with self._refused("is too much", ValidationError):
            self._suggest(case, amount=20.01)
        past = self._suggest(case, kind='goodwill', amount=1, basis="Kindness")
        with self._refused("Choose the rule by which it is given"):
            past.action_submit()
        exact = self._suggest(case, amount=10)
        with self._refused("exactly"):
            exact.action_submit()


@tagged('post_install', '-at_install')
class TestRemedyProperty(WalkCommon):
    """PROPERTY-5.5: the receiver suggests, the head sums up, the office manager decides."""

    preset_code = 'property'

    @classmethod
    def _give_posts(cls):
        cls.office = new_test_user(
            cls.env,
            login='complaint_office',
            name="Office Manager",
            groups='base.group_user,complaint_management.group_complaint_manager',
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.records['team_office'].leader_id = cls.office

    def _suggest(self, case):
        return (
            self.env['complaint.remedy']
            .with_user(self.receiver)
            .create(
                {
                    'case_id': case.id,
                    'kind': 'compensation',
                    'item': "Taxi",
                    'claimed_amount': 80,
                    'claim_basis': "The lift stood still.",
                    'amount': 50,
                    'basis': "Service contract, clause 3",
                }
            )
        )

    def test_suggested_summed_up_decided_and_reported(self):
        """PROPERTY-5.5-a, -b, -c."""
        case = self._create_case(name="The lift stands still", description="Since Monday.")
        remedy = self._suggest(case)
        self.assertIn(self.office, self._get_told(case, "The claim has moved on"))
        with self._refused("You suggest only"):
            remedy.action_submit()
        remedy.with_user(self.manager).action_submit()
        self.assertEqual(remedy.state, 'submitted')
        self._assert_asked(case, 'remedy', self.office)
        with self._refused("not asked|nobody approves"):
            case.sudo()._get_pending_approvals('remedy').with_user(self.manager).action_approve()
        before = len(self._notices(case))
        self._assert_asked(case, 'remedy', self.office)._refuse("Thirty will do.")
        self.assertEqual(remedy.state, 'refused')
        remedy.with_user(self.receiver).action_take_back()
        remedy.with_user(self.receiver).amount = 30
        remedy.with_user(self.manager).action_submit()
        self.assertGreater(len(self._notices(case)), before)
        self._assert_asked(case, 'remedy', self.office).action_approve()
        self.assertEqual((remedy.state, remedy.claim_outcome), ('approved', 'partly'))
        remedy._execute({'means': 'transfer'})
        self._assert_in_order(
            case, 'claimed', 'approval_refused', 'approval_requested', 'approved', 'remedied'
        )

    def _notices(self, case):
        return self.env['mail.message'].search(
            [
                ('model', '=', 'complaint.case'),
                ('res_id', '=', case.id),
                ('body', 'like', "The claim has moved on"),
            ]
        )

    def test_without_a_claim_the_office_decides_too(self):
        """PROPERTY-5.5-b: no compensation without the office manager."""
        case = self._create_case(name="The lift stands still", description="Since Monday.")
        remedy = self._suggest(case)
        remedy.write({'claimed_amount': 0, 'claim_basis': False})
        remedy.with_user(self.manager).action_submit()
        self._assert_asked(case, 'remedy', self.office)

    def test_the_claim_stage_takes_suggestions_along(self):
        """PROPERTY-5.5-b: the head sums up; the receiver cannot."""
        case = self._create_case(
            name="The lift stands still", description="Since Monday.", expected_solution="The taxi."
        )
        remedy = self._suggest(case)
        self._assert_barred(case, self.receiver, 'claim', "You suggest only")
        self._walk(case, self.manager, 'claim')
        self.assertEqual(remedy.state, 'submitted')
        self._assert_asked(case, 'remedy', self.office).action_approve()
        self.assertEqual(remedy.state, 'approved')


@tagged('post_install', '-at_install')
class TestRemedyProduct(WalkCommon):
    """PRODUCT: fraud pays three times the price, at least 500 yuan (consumer law, art. 55)."""

    preset_code = 'product'

    def test_three_times_the_price(self):
        yuan = self.env.ref('base.CNY')
        yuan.active = True
        self.company.currency_id = yuan
        case = self._create_case()
        rule = self.records['remedy_rule_fraud']
        remedy = self.env['complaint.remedy'].with_user(self.receiver)
        for price, expected in ((1, 500), (166.66, 500), (166.67, 500.01), (899, 2697)):
            line = remedy.create(
                {'case_id': case.id, 'kind': 'compensation', 'rule_id': rule.id, 'price': price}
            )
            self.assertEqual(line.amount, expected)
        with self._refused("Verify first"):
            line.action_submit()
        with self._refused("is too much", REFUSALS):
            line.amount = 2697.01


@tagged('post_install', '-at_install')
class TestRemedyBank(WalkCommon):
    """BDAY: who was harmed is compensated; the ladder of amounts is an example to change."""

    preset_code = 'bank'

    @classmethod
    def _give_posts(cls):
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.records['team_protection'].leader_id = cls.committee
        cls.branch = cls._create_department("Branch 1", 'department_head', 'handler')

    def test_the_ladder(self):
        for amount, people in (
            (1000, [self.department_head]),
            (1000.01, [self.manager]),
            (10000, [self.manager]),
            (10000.01, [self.manager, self.committee]),
        ):
            with self.subTest(amount):
                case = self._create_case(department_id=self.branch.id, handler_id=self.handler.id)
                remedy = (
                    self.env['complaint.remedy']
                    .with_user(self.handler)
                    .create(
                        {
                            'case_id': case.id,
                            'kind': 'compensation',
                            'amount': amount,
                            'basis': "Rule 3",
                        }
                    )
                )
                remedy.action_submit()
                for person in people:
                    self._assert_asked(case, 'remedy', person).action_approve()
                self.assertEqual(remedy.state, 'approved')


@tagged('post_install', '-at_install')
class TestRemedyPawn(WalkCommon):
    """PAWN-4.1-c with PAWN-3.4-c, -d: reasonable compensation, reviewed like the solution."""

    preset_code = 'pawn'

    @classmethod
    def _give_posts(cls):
        cls.shop = cls._create_department("Shop", 'department_head', 'handler')

    def test_the_head_of_the_department_reviews_each(self):
        case = self._create_case(
            department_id=self.shop.id,
            handler_id=self.handler.id,
            expected_solution="Pay for the gold.",
        )
        remedy = (
            self.env['complaint.remedy']
            .with_user(self.handler)
            .create(
                {
                    'case_id': case.id,
                    'kind': 'compensation',
                    'loss_amount': 200,
                    'claimed_amount': 300,
                    'claim_basis': "The bracelet lost a gram.",
                    'amount': 200,
                    'basis': "Weighed again, the scales were wrong.",
                }
            )
        )
        remedy.action_submit()
        self._assert_asked(case, 'remedy', self.department_head).action_approve()
        self.assertEqual((remedy.state, remedy.claim_outcome), ('approved', 'partly'))
        self._assert_in_order(case, 'claimed', 'approval_requested', 'approved')
