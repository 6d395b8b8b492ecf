from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestAssignmentRule(ComplaintCommon):
    """Requirements PAWN-3.2-a, PROPERTY-3.1-b, INS-1-b: rules route what nobody has assigned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env['complaint.assignment.rule']
        cls.board = cls.env['complaint.team'].create(
            {'name': "Board", 'leader_id': cls.committee.id, 'procedure_id': cls.procedure.id}
        )
        cls.phone = cls.env.ref('complaint_management.channel_phone')

    def _rule(self, **values):
        return self.rules.create({'name': "Rule", **values})

    def test_the_first_rule_that_fits_assigns_team_department_and_handler(self):
        self._rule(
            sequence=1,
            domain=f"[('channel_id', '=', {self.phone.id})]",
            team_id=self.board.id,
            department_id=self.department.id,
            handler_mode='fixed',
            handler_id=self.handler.id,
        )
        self._rule(sequence=2, department_id=self.department.id)
        case = self._create_case(channel_id=self.phone.id)
        self.assertEqual(
            (case.team_id, case.department_id, case.handler_id),
            (self.board, self.department, self.handler),
        )
        self.assertIn(self.handler.partner_id, case.message_partner_ids)
        self.assertEqual(case.activity_ids.user_id, self.handler)
        self.assertEqual(len(case.activity_ids), 1)
        other = self._create_case()
        self.assertEqual(
            (other.team_id, other.department_id, other.handler_id),
            (self.team, self.department, self.env['res.users']),
        )

    def test_what_a_person_typed_stays(self):
        stranger = self.env['complaint.team'].create({'name': "Stranger"})
        other = self.env['hr.department'].create({'name': "Other"})
        self._rule(
            team_id=self.board.id,
            department_id=self.department.id,
            handler_mode='fixed',
            handler_id=self.handler.id,
        )
        case = self._create_case(
            user=self.committee,
            team_id=stranger.id,
            department_id=other.id,
            handler_id=self.manager.id,
            procedure_id=self.procedure.id,
        )
        self.assertEqual(
            (case.team_id, case.department_id, case.handler_id), (stranger, other, self.manager)
        )

    def test_a_mail_is_assigned_when_it_is_registered(self):
        self._rule(
            department_id=self.department.id, handler_mode='fixed', handler_id=self.handler.id
        )
        case = self._create_case(registered_at=False)
        self.assertFalse(case.handler_id)
        case.action_register()
        self.assertEqual((case.department_id, case.handler_id), (self.department, self.handler))
        self.assertEqual(case.activity_ids.user_id, self.handler)
        self.assertIn('assigned', self._codes(case))

    def test_the_customers_salesperson_handles(self):
        self._rule(handler_mode='salesperson')
        self.customer.user_id = self.handler
        self.assertEqual(self._create_case().handler_id, self.handler)
        contact = self.env['res.partner'].create({'name': "Boss", 'parent_id': self.customer.id})
        self.assertEqual(self._create_case(partner_id=contact.id).handler_id, self.handler)
        self.customer.user_id = self.outsider
        self.assertFalse(self._create_case().handler_id)

    def test_the_least_loaded_of_the_team_handles(self):
        self._rule(handler_mode='least_loaded')
        self._create_case(handler_id=self.receiver.id)
        cases = self.env['complaint.case'].with_user(self.receiver)
        cases = cases.create([{'name': f"Case {n}", 'team_id': self.team.id} for n in range(3)])
        # One for the receiver already, so the handler gets two of three.
        handlers = [case.handler_id for case in cases]
        self.assertEqual(handlers.count(self.handler), 2)
        self.assertEqual(handlers.count(self.receiver), 1)

    def test_the_least_loaded_of_the_department_handles(self):
        self._rule(department_id=self.department.id, handler_mode='least_loaded')
        for number in range(2):
            self._create_case(handler_id=self.handler.id, name=f"{number}")
        self.assertEqual(self._create_case().handler_id, self.department_head)

    def test_nobody_recused_archived_or_without_a_role_is_assigned(self):
        rule = self._rule(handler_mode='fixed', handler_id=self.handler.id)
        accused = [Command.link(self.employees['handler'].id)]
        self.assertFalse(self._create_case(accused_employee_ids=accused).handler_id)
        rule.handler_mode = 'least_loaded'
        case = self._create_case(accused_employee_ids=accused)
        self.assertEqual(case.handler_id, self.receiver)
        rule.write({'handler_mode': 'fixed', 'handler_id': self.handler.id})
        self.handler.active = False
        self.assertFalse(self._create_case().handler_id)
        with self._refused("has no role in complaints", ValidationError):
            rule.handler_id = self.outsider
        with self._refused("Choose the handler", ValidationError):
            rule.handler_id = False

    def test_a_rule_names_nothing_of_another_company(self):
        company = self.env['res.company'].create({'name': "Other company"})
        team = self.env['complaint.team'].create({'name': "Far", 'company_id': company.id})
        person = new_test_user(
            self.env,
            login='complaint_far',
            groups='complaint_management.group_complaint_user',
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self._rule(team_id=team.id, handler_mode='fixed', handler_id=person.id)
        case = self._create_case()
        self.assertEqual((case.team_id, case.handler_id), (self.team, self.env['res.users']))

    # === WHEN MORE IS KNOWN === #

    def _rule_for_category(self, **values):
        return self._rule(
            domain=f"[('category_id', '=', {self.category.id})]",
            **{
                'department_id': self.department.id,
                'handler_mode': 'fixed',
                'handler_id': self.handler.id,
                **values,
            },
        )

    def test_a_category_chosen_later_assigns_what_nobody_has(self):
        """PAWN-3.2-a: recorded, accepted and told as if a person had assigned it."""
        self._rule_for_category()
        case = self._create_case()
        self.assertFalse(case.handler_id or case.department_id)
        case.category_id = self.category
        self.assertEqual((case.department_id, case.handler_id), (self.department, self.handler))
        self.assertEqual(case.department_state, 'accepted')
        self.assertEqual(self._codes(case)[-2:], ['assigned', 'department_accepted'])
        self.assertEqual(case.activity_ids.user_id, self.handler)
        self.assertEqual(len(case.activity_ids), 1)
        self.assertIn(self.handler.partner_id, case.message_partner_ids)

    def test_a_department_by_a_later_rule_is_asked_to_accept(self):
        """PAWN-3.2-a"""
        self._rule_for_category(handler_mode='none', handler_id=False)
        case = self._create_case()
        case.category_id = self.category
        self.assertEqual((case.department_id, case.department_state), (self.department, 'pending'))
        self.assertEqual(self._codes(case)[-1], 'assigned')
        self.assertEqual(case.sudo().activity_ids.user_id, self.department_head)

    def test_a_department_chosen_later_finds_its_handler(self):
        """PROD-5.2-a: who serves the customer takes the complaint, within the department."""
        self.customer.user_id = self.handler
        self._rule(
            domain=f"[('department_id', '=', {self.department.id})]", handler_mode='salesperson'
        )
        case = self._create_case()
        self.assertFalse(case.handler_id)
        case.with_user(self.manager)._assign({'department_id': self.department.id}, "Yours")
        self.assertEqual(case.handler_id, self.handler)
        self.assertEqual(case.department_state, 'accepted')
        self.assertEqual(self._codes(case)[-2:], ['assigned', 'department_accepted'])

    def test_a_flag_set_later_assigns_even_what_it_closes_to_who_sets_it(self):
        """PAWN-3.2-a"""
        flag = self.env['complaint.flag'].create(
            {'name': "Delicate", 'code': 'delicate', 'restricts_access': True}
        )
        self._rule(
            domain=f"[('flag_ids', 'in', {flag.ids})]",
            handler_mode='fixed',
            handler_id=self.committee.id,
        )
        case = self._create_case()
        case.write({'flag_ids': [Command.link(flag.id)]})
        self.assertEqual(case.sudo().handler_id, self.committee)

    def test_a_grade_that_follows_from_a_flag_assigns_too(self):
        major = self.env.ref('complaint_management.grade_major')
        flag = self.env['complaint.flag'].create(
            {'name': "Press", 'code': 'press', 'implied_grade_id': major.id}
        )
        self._rule(domain=f"[('grade_id', '=', {major.id})]", team_id=self.board.id)
        case = self._create_case()
        self.assertEqual(case.team_id, self.team)
        case.write({'flag_ids': [Command.link(flag.id)]})
        self.assertEqual(case.sudo().team_id, self.board)

    def test_a_rule_takes_nothing_from_whoever_has_it(self):
        self._rule_for_category()
        handled = self._create_case(handler_id=self.receiver.id)
        given = self._create_case(department_id=self.department.id)
        count = len(self._codes(given))
        (handled | given).category_id = self.category
        self.assertEqual(handled.handler_id, self.receiver)
        self.assertFalse(handled.department_id or given.handler_id)
        self.assertEqual(len(self._codes(given)), count)

    def test_what_was_sent_back_or_taken_away_is_assigned_by_a_person(self):
        self._rule_for_category()
        case = self._create_case(department_id=self.department.id)
        case.with_user(self.department_head)._send_back("Not ours")
        case = self._as(self.receiver, case)
        case.category_id = self.category
        self.assertFalse(case.department_id or case.handler_id)
        other = self._create_case(handler_id=self.receiver.id)
        other.write({'handler_id': False, 'category_id': self.category.id})
        self.assertFalse(other.handler_id)

    def test_the_rules_person_does_not_follow_to_another_department(self):
        self._rule_for_category()
        elsewhere = self.env['hr.department'].create({'name': "Elsewhere"})
        case = self._create_case(category_id=self.category.id, department_id=elsewhere.id)
        self.assertEqual(case.department_id, elsewhere)
        self.assertFalse(case.handler_id)

    def test_a_mail_not_yet_registered_waits_for_its_registration(self):
        self._rule_for_category()
        case = self._create_case(registered_at=False)
        case.category_id = self.category
        self.assertFalse(case.handler_id)

    def test_only_administrators_write_rules(self):
        rule = self._rule(handler_mode='least_loaded')
        for user in (self.handler, self.receiver, self.manager, self.committee, self.auditor):
            self.assertTrue(rule.with_user(user).has_access('read'))
            self.assertFalse(rule.with_user(user).has_access('write'))
        self.assertTrue(rule.with_user(self.admin).has_access('write'))
