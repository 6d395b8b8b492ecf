from odoo.tests import tagged

from .common_remedy import RemedyCommon


@tagged('post_install', '-at_install')
class TestRemedyApproval(RemedyCommon):
    """Issue 5, item 1: approval by amount; who suggests does not decide (PROPERTY-5.5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._rule(subject='remedy', amount_from=100, approver='department_head')
        cls.leader = cls._rule(
            subject='remedy', sequence=20, amount_from=1000, approver='team_leader'
        )

    def _asked(self, case):
        return case.sudo()._get_pending_approvals('remedy').approver_ids

    def _approve(self, case, *users):
        for user in users:
            case.sudo()._get_pending_approvals('remedy').with_user(user).action_approve()

    def test_by_amount(self):
        """At the edges of the limits, in the company's currency."""
        yen = self._currency('JPY', 150, 1.0)
        kwd = self._currency('KWD', 0.3, 0.001)
        for amount, currency, people in (
            (99.99, self.currency, []),
            (100, self.currency, []),
            (100.01, self.currency, [self.department_head]),
            (1000, self.currency, [self.department_head]),
            (1000.01, self.currency, [self.department_head, self.manager]),
            (15000, yen, []),
            (15002, yen, [self.department_head]),
            (30, kwd, []),
            (30.003, kwd, [self.department_head]),
            (300.003, kwd, [self.department_head, self.manager]),
        ):
            with self.subTest(amount=amount, currency=currency.name):
                remedy = self._suggest(amount=amount, currency_id=currency.id)
                remedy.action_submit()
                approvals = remedy.case_id.sudo().approval_ids.sorted('id')
                self.assertEqual([line.approver_ids for line in approvals], people)
                self.assertEqual(remedy.state, 'submitted' if people else 'approved')
                self._approve(remedy.case_id, *people)
                self.assertEqual((remedy.state, remedy.was_asked), ('approved', bool(people)))
                self.assertTrue(remedy.case_id._is_approved('remedy'))

    def test_thousandths_do_not_bar_the_gate(self):
        """Approvals keep two decimals, some currencies three."""
        self.currency.rounding = 0.001
        remedy = self._suggest(amount=123.456)
        remedy.action_submit()
        self._approve(remedy.case_id, self.department_head)
        self.assertTrue(remedy.case_id._is_approved('remedy'))

    def test_many_small_ones_count_together(self):
        """No approval is dodged by pieces."""
        case = self._case()
        first = self._suggest(case, amount=60)
        first.action_submit()
        self.assertEqual(first.state, 'approved')
        second = self._suggest(case, amount=60, item="Again")
        second.action_submit()
        self.assertEqual(self._asked(case), self.department_head)
        self.assertEqual((first.state, second.state), ('approved', 'submitted'))
        third = self._suggest(case, amount=900, item="More")
        third.action_submit()
        self.assertEqual(self._asked(case), self.department_head)
        self._approve(case, self.department_head, self.manager)
        self.assertEqual((second | third).mapped('state'), ['approved', 'approved'])

    def test_what_was_granted_before_a_rule_asked_waits_for_it(self):
        """Granted without anybody asked, it is measured by the rules of the day it is given."""
        remedy = self._grant(amount=50)
        self.head.amount_from = 10
        with self._refused("The remedy needs the approval of: Head of the responsible department"):
            remedy._execute({'means': 'cash'})
        remedy.action_take_back()
        remedy.action_submit()
        self._approve(remedy.case_id, self.department_head)
        remedy._execute({'means': 'cash'})

    def test_refused_it_is_done_better(self):
        remedy = self._suggest(amount=500)
        case = remedy.case_id
        remedy.action_submit()
        self.assertIn("The bag", case.sudo().approval_ids.proposal)
        case.sudo().approval_ids.with_user(self.department_head)._refuse("Half of it.")
        self.assertEqual(remedy.state, 'refused')
        self.assertEqual(self._codes(case)[-2:], ['approval_requested', 'approval_refused'])
        with self._refused("Only what was granted"):
            remedy._execute({'means': 'cash'})
        remedy.action_take_back()
        remedy.amount = 250
        remedy.action_submit()
        self._approve(case, self.department_head)
        self.assertEqual(remedy.state, 'approved')

    def test_a_refused_one_leaves_the_others_granted(self):
        case = self._case()
        first = self._suggest(case, amount=500)
        first.action_submit()
        self._approve(case, self.department_head)
        second = self._suggest(case, amount=400, item="Taxi")
        second.action_submit()
        self.assertFalse(case._is_approved('remedy'))
        self._as(self.department_head, case.sudo()._get_pending_approvals('remedy'))._refuse("No.")
        self.assertEqual((first.state, second.state), ('approved', 'refused'))
        self.assertTrue(case._is_approved('remedy'))
        first._execute({'means': 'cash'})

    def test_taken_back_nobody_is_asked_any_more(self):
        case = self._case()
        first, second = self._suggest(case, amount=500), self._suggest(case, amount=600, item="B")
        (first | second).action_submit()
        second.action_take_back()
        self.assertEqual((first.state, second.state), ('submitted', 'draft'))
        pending = case.sudo()._get_pending_approvals('remedy')
        self.assertEqual((pending.amount, pending.approver_ids), (500, self.department_head))
        first.action_drop()
        self.assertFalse(case.sudo()._get_pending_approvals('remedy'))

    def test_nobody_approves_his_own(self):
        """Neither who suggested, nor who changed, nor who put it forward."""
        case = self._case()
        remedy = self._suggest(case, user=self.department_head, amount=500)
        remedy.with_user(self.handler).action_submit()
        self.assertEqual(self._asked(case), self.manager, "The next one up")
        pending = case.sudo()._get_pending_approvals('remedy').with_user(self.department_head)
        with self._refused("nobody approves his own proposal"):
            pending.action_approve()
        remedy.action_take_back()
        remedy.with_user(self.manager).note = "I saw it."
        remedy.action_submit()
        self.assertEqual(self._asked(case), self.region_leader)

    def test_the_receiver_suggests_and_a_manager_puts_it_forward(self):
        """PROPERTY-5.5-a, -b."""
        self.procedure.remedy_mode = 'suggest'
        case = self._create_case(department_id=self.department.id, handler_id=self.handler.id)
        remedy = self._suggest(case, user=self.receiver, amount=500)
        for user in (self.receiver, self.handler):
            with self._refused("You suggest only: a manager puts it forward. Promise nothing"):
                remedy.with_user(user).action_submit()
        remedy.with_user(self.manager).action_submit()
        self.assertEqual(remedy.submitted_by_id, self.manager)
        self.assertEqual(self._asked(case), self.department_head)

    def test_an_approver_who_may_not_write_decides(self):
        self.head.write({'approver': 'user', 'user_id': self.legal.id})
        remedy = self._suggest(amount=500)
        remedy.action_submit()
        self.assertFalse(self._as(self.legal, remedy.case_id).has_access('write'))
        self._approve(remedy.case_id, self.legal)
        self.assertEqual(remedy.state, 'approved')

    def test_a_stage_puts_suggestions_forward(self):
        stage = self.stages['solution']
        stage.approval_subject = 'remedy'
        stage.gate_ids.active = False
        case = self._create_worked_case(department_id=self.department.id)
        remedy = self._suggest(case, amount=500, basis=False)
        with self._refused("Write the ground", Exception):
            self._move(case, 'solution')
        remedy.basis = "Clause 4"
        self._move(case, 'solution')
        self.assertEqual(remedy.state, 'submitted')
        self.assertEqual(self._asked(case), self.department_head)

    def test_a_new_round_counts_anew(self):
        case = self._create_worked_case(department_id=self.department.id)
        self._grant(case, amount=90)._execute({'means': 'cash'})
        case.sudo()._write_internal({'round': 2})
        remedy = self._suggest(case, amount=90, item="Second")
        self.assertEqual(remedy.round, 2)
        remedy.action_submit()
        self.assertEqual(remedy.state, 'approved')

    def test_a_ladder_costs_no_query_per_complaint(self):
        cases = self.env['complaint.case'].concat(*(self._case() for _n in range(12)))

        def submit(cases):
            remedies = self.remedies.create(
                [
                    {
                        'case_id': case.id,
                        'kind': 'compensation',
                        'amount': 500,
                        'basis': "x",
                        'item': "y",
                    }
                    for case in cases
                ]
            )
            remedies.action_submit()

        few = self._count_queries(lambda: submit(cases[:2]))
        many = self._count_queries(lambda: submit(cases[2:]))
        self.assertLessEqual(many - few, 8, f"{few} queries for 2, {many} for 10")
