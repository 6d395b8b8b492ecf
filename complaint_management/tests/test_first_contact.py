from odoo import Command
from odoo.tests import tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestFirstContact(AccessCommon):
    """Requirements TEL-2.1-a, PAWN-3.3-a, T1, TEL-1.10: who answers for a case."""

    def test_the_first_contact_stays_through_every_transfer(self):
        case = self._create_case()
        case.write({'department_id': self.department.id, 'handler_id': self.handler.id})
        case.department_id = False
        self.assertEqual(case.contact_owner_id, self.receiver)

    def test_only_a_manager_names_another_first_contact(self):
        case = self._create_case(handler_id=self.handler.id)
        for user in (self.receiver, self.handler):
            with self._refused("Only a manager may name somebody else"):
                case.with_user(user).contact_owner_id = self.handler
            with self._refused("Only a manager may name somebody else"):
                case.with_user(user).contact_owner_id = False
        case.with_user(self.receiver).write({'contact_owner_id': self.receiver.id})
        case.with_user(self.manager).contact_owner_id = self.handler
        event = case.sudo().event_ids.sorted('sequence')[-1:]
        self.assertEqual(event.milestone_id.code, 'handed_over')
        self.assertEqual(event.payload, {'from': "Receiver", 'to': "Handler"})

    def test_before_registration_the_desk_may_correct_it(self):
        case = self._create_case(registered_at=False)
        case.contact_owner_id = self.handler
        case.action_register()
        self.assertEqual(case.contact_owner_id, self.handler)
        self.assertNotIn('handed_over', self._codes(case))

    def test_the_follow_up_owner_is_the_first_contact_unless_the_procedure_says_otherwise(self):
        case = self._create_case()
        self.assertEqual(case.followup_user_id, self.receiver)
        draft = self._create_case(user=self.env.user, registered_at=False, contact_owner_id=False)
        draft.sudo().contact_owner_id = False
        draft.sudo().followup_user_id = False
        draft.with_user(self.manager).action_register()
        self.assertEqual(draft.contact_owner_id, self.manager)
        self.assertEqual(draft.followup_user_id, self.manager)

    def test_the_follow_up_owner_follows_the_handler(self):
        self.procedure.followup_owner = 'handler'
        case = self._create_case()
        self.assertEqual(case.followup_user_id, self.receiver)
        case.handler_id = self.handler
        self.assertEqual(case.followup_user_id, self.handler)

    def test_the_follow_up_owner_follows_the_department(self):
        self.procedure.followup_owner = 'department_head'
        case = self._create_case(department_id=self.department.id)
        self.assertEqual(case.followup_user_id, self.department_head)
        case.with_user(self.department_head)._send_back("Not ours")
        self.assertEqual(case.followup_user_id, self.receiver)

    def test_the_follow_up_owner_follows_the_team(self):
        self.procedure.followup_owner = 'team_leader'
        case = self._create_case()
        self.assertEqual(case.followup_user_id, self.manager)
        board = self.env['complaint.team'].create({'name': "Board", 'leader_id': self.admin.id})
        case.with_user(self.manager).team_id = board
        self.assertEqual(case.sudo().followup_user_id, self.admin)

    def test_a_follow_up_owner_named_by_a_person_stays(self):
        self.procedure.followup_owner = 'handler'
        case = self._create_case(followup_user_id=self.manager.id)
        case.handler_id = self.handler
        self.assertEqual(case.followup_user_id, self.manager)
        case.followup_user_id = self.receiver
        case.handler_id = self.manager
        self.assertEqual(case.followup_user_id, self.receiver)
        case.followup_user_id = False
        self.assertEqual(case.followup_user_id, self.manager)
        with self._refused("The software sets these fields itself"):
            case.is_followup_by_hand = True

    def test_a_recused_person_does_not_follow(self):
        self.procedure.followup_owner = 'team_leader'
        case = self._create_case(accused_employee_ids=[Command.link(self.employees['manager'].id)])
        self.assertEqual(case.followup_user_id, self.receiver)

    def test_the_investigator_is_named_and_may_work(self):
        stranger = self.env['complaint.team'].create({'name': "Stranger"})
        case = self._create_case(
            user=self.committee, team_id=stranger.id, procedure_id=self.procedure.id
        )
        self._assert_open(self.handler, case, False)
        case.investigator_id = self.handler
        self.assertEqual(self._codes(case)[-1], 'investigator_named')
        self.assertEqual(case.activity_ids.user_id, self.handler)
        self._assert_open(self.handler, case, True)
        self.assertTrue(self._as(self.handler, case).has_access('write'))
        case.flag_ids = self.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )
        self._assert_open(self.handler, case, True)
        case.investigator_id = False
        self._assert_open(self.handler, case, False)
        self.assertFalse(case.activity_ids)

    def test_the_investigator_is_neither_recused_nor_without_a_role(self):
        case = self._create_case(accused_employee_ids=[Command.link(self.employees['handler'].id)])
        with self._refused("Handler must not handle this complaint"):
            case.investigator_id = self.handler
        with self._refused("has no role in complaints"):
            case.investigator_id = self.outsider
        case.investigator_id = self.manager
        with self._refused("Assign somebody else first"):
            case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
