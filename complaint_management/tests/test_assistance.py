from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestAssistance(AccessCommon):
    """Requirements PAWN-2.5-a, PAWN-3.2-b, PAWN-3.3-c, INS-6-c: other departments help."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(handler_id=cls.receiver.id)

    def _ask(self, case=None, **values):
        return (
            self.env['complaint.assistance']
            .with_user(self.receiver)
            .create(
                {
                    'case_id': (case or self.case).id,
                    'department_id': self.department.id,
                    'request': "Who drove the van?",
                    **values,
                }
            )
        )

    def test_a_lent_case_is_open_to_the_department_and_answered_there(self):
        for user in (self.handler, self.department_head):
            self._assert_open(user, self.case, False)
        line = self._ask()
        self.assertEqual(self._codes(self.case)[-1], 'assistance_requested')
        self.assertEqual(self.case.activity_ids.user_id, self.department_head)
        for user in (self.handler, self.department_head):
            self._assert_open(user, self.case, True)
        mine = self._as(self.handler, line)
        mine.action_accept()
        self.assertEqual(line.state, 'accepted')
        mine._answer("Wang did")
        self.assertEqual((line.state, line.answer), ('answered', "Wang did"))
        event = self.case.sudo().event_ids.sorted('sequence')[-1:]
        self.assertEqual(event.milestone_id.code, 'assistance_answered')
        self.assertEqual((event.note, event.user_id), ("Wang did", self.handler))
        self._assert_open(self.handler, self.case, True)
        with self._refused("already settled"):
            mine._answer("Again")

    def test_a_request_is_called_by_what_is_asked_of_whom(self):
        partner = self.env['res.partner'].create({'name': "Lift Co"})
        lines = self._ask() | self._ask(department_id=False, partner_id=partner.id)
        self.assertEqual(
            lines.mapped('display_name'), ["Joint handling – Works", "Joint handling – Lift Co"]
        )

    def test_declining_needs_a_reason_and_ends_the_loan(self):
        line = self._ask()
        mine = self._as(self.handler, line)
        with self._refused("Say why"):
            mine._decline(" ")
        wizard = (
            self.env['complaint.assistance.reply']
            .with_user(self.handler)
            .create({'assistance_id': line.id, 'kind': 'decline', 'text': "Not our van"})
        )
        wizard.action_confirm()
        self.assertEqual((line.state, line.decline_reason), ('declined', "Not our van"))
        self._assert_open(self.handler, self.case, False)
        self._as(self.receiver, self._ask()).action_cancel()
        self._assert_open(self.handler, self.case, False)

    def test_only_the_department_replies(self):
        line = self._ask()
        for user in (self.receiver, self.committee):
            with self._refused("Only people of “Works”"):
                self._as(user, line).action_accept()
            with self._refused("Only people of “Works”"):
                self._as(user, line)._answer("x")
        with self.assertRaises(AccessError):
            self._as(self.legal, line).action_accept()
        with self.assertRaises(AccessError):
            self._as(self.handler, line).action_cancel()
        for vals in ({'state': 'answered'}, {'answer': "x"}, {'mode': 'transfer'}):
            with self._refused("What was asked of whom stays"):
                self._as(self.handler, line).write(vals)
        forged = self._ask(state='answered', answer="x", requested_by_id=self.handler.id)
        self.assertEqual((forged.state, forged.answer), ('requested', False))
        self.assertEqual(forged.requested_by_id, self.receiver)

    def test_exactly_one_is_asked(self):
        outside = self.env['res.partner'].create({'name': "Lift Ltd"})
        for values in (
            {'department_id': False},
            {'partner_id': outside.id},
            {'mode': 'transfer', 'department_id': False, 'partner_id': outside.id},
            {'user_id': self.outsider.id},
        ):
            with self.assertRaises(ValidationError):
                self._ask(**values)
        line = self._ask(department_id=False, partner_id=outside.id)
        line._answer("They repaired it")
        self.assertEqual(line.state, 'answered')

    def test_a_transfer_that_is_accepted_moves_the_responsibility(self):
        line = self._ask(mode='transfer')
        self._as(self.department_head, line).action_accept()
        self.assertEqual(self.case.department_id, self.department)
        self.assertEqual(self.case.department_state, 'accepted')
        self.assertEqual(self._codes(self.case)[-2:], ['assigned', 'department_accepted'])
        self.assertEqual(self.case.contact_owner_id, self.receiver)

    def test_a_normal_end_waits_for_joint_handling_and_transfer(self):
        line = self._ask()
        self._ask(mode='supervised')
        obstacles = self.case._get_move_obstacles(self.stages['closed'])
        self.assertEqual(
            obstacles[self.case], ["Wait for the assistance of Works, or cancel the request."]
        )
        self._as(self.handler, line)._answer("Done")
        self.assertFalse(self.case._get_move_obstacles(self.stages['closed']))

    def test_lending_does_not_open_restricted_cases_nor_to_the_recused(self):
        self._ask()
        self.case.flag_ids = self.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )
        self._assert_open(self.handler, self.case, False)
        self.case.flag_ids = False
        self._assert_open(self.handler, self.case, True)
        self.case.sudo().accused_employee_ids = [Command.link(self.employees['handler'].id)]
        self._assert_open(self.handler, self.case, False)
        with self.assertRaises(ValidationError):
            self._ask(user_id=self.handler.id)

    def test_nobody_asks_about_what_is_closed_or_a_draft(self):
        draft = self._create_case(registered_at=False)
        with self._refused("registered and open"):
            self._ask(draft)
