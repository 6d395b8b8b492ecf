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

    def test_only_administrators_write_rules(self):
        rule = self._rule(handler_mode='least_loaded')
        for user in (self.handler, self.receiver, self.manager, self.committee, self.auditor):
            self.assertTrue(rule.with_user(user).has_access('read'))
            self.assertFalse(rule.with_user(user).has_access('write'))
        self.assertTrue(rule.with_user(self.admin).has_access('write'))
