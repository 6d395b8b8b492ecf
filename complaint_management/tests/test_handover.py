from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestHandover(ComplaintCommon):
    """Requirements TEL-1.6, TEL-1.7, TEL-1.10: shifts hand over, and nobody's cases are lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls._create_case(handler_id=cls.handler.id)
        cls.cases |= cls._create_case(handler_id=cls.handler.id)

    def _prepare(self, to=None, user=None):
        handovers = self.env['complaint.handover'].with_user(user or self.handler)
        handover = handovers.browse(handovers.action_prepare()['res_id'])
        handover.to_user_id = to or self.receiver
        return handover

    def test_the_receiver_takes_over_and_the_first_contact_stays(self):
        handover = self._prepare(self.manager)
        self.assertEqual(handover.line_ids.case_id, self.cases)
        handover.line_ids[:1].write({'note': "Waits for a call", 'next_step': "Call at nine"})
        handover.action_hand_over()
        self.assertEqual(handover.state, 'handed_over')
        self.assertEqual(self.cases.handler_id, self.handler)
        unread = self._as(self.manager, handover)
        # As the form does: what is out of reach still must not hide what is told.
        unread.web_read({'line_ids': {'fields': {'note': {}}}, 'contents': {}})
        told = unread.contents.splitlines()
        self.assertEqual(len(told), 2)
        for part in (handover.line_ids[:1].case_id.number, "Waits for a call", "Call at nine"):
            self.assertIn(part, handover.contents)
        self._as(self.manager, handover).action_accept()
        self.assertEqual((handover.state, bool(handover.accepted_at)), ('accepted', True))
        self.assertEqual(self.cases.handler_id, self.manager)
        self.assertEqual(self.cases.contact_owner_id, self.receiver)
        for case in self.cases:
            event = case.sudo().event_ids.sorted('sequence')[-1:]
            self.assertEqual(event.milestone_id.code, 'handed_over')
            self.assertEqual(event.payload, {'from': "Handler", 'to': "Manager"})

    def test_a_handover_that_was_begun_is_taken_up_again(self):
        handover = self._prepare()
        handover.line_ids[:1].note = "Waits for a call"
        kept = handover.line_ids[:1].case_id
        (self.cases - kept).sudo().handler_id = self.receiver
        new = self._create_case(handler_id=self.handler.id)
        again = self._prepare()
        self.assertEqual(again, handover)
        self.assertEqual(again.line_ids.case_id, kept | new)
        line = again.line_ids.filtered(lambda line: line.case_id == kept)
        self.assertEqual(line.note, "Waits for a call")
        again.action_hand_over()
        self.assertNotEqual(self._prepare(), handover)

    def test_only_the_receiver_takes_over_and_only_once(self):
        handover = self._prepare()
        with self._refused("Only who shall take"):
            handover.with_user(self.receiver).action_accept()
        handover.action_hand_over()
        with self._refused("Only who shall take"):
            handover.action_accept()
        with self.assertRaises(AccessError):
            self._as(self.legal, handover).action_accept()
        self._as(self.receiver, handover).action_accept()
        with self._refused("Only who shall take"):
            self._as(self.receiver, handover).action_accept()

    def test_what_is_handed_over_does_not_change(self):
        handover = self._prepare()
        with self._refused("with its buttons"):
            handover.state = 'accepted'
        with self._refused("Only a manager hands over for somebody else"):
            handover.from_user_id = self.receiver
        handover.action_hand_over()
        with self._refused("cannot be changed"):
            handover.to_user_id = self.manager
        with self._refused("cannot be changed"):
            handover.line_ids[:1].note = "x"

    def test_recused_people_and_foreign_cases_are_refused_by_name(self):
        self.cases[0].sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        handover = self._prepare(self.manager)
        with self._refused(f"must keep away from: {self.cases[0].number}"):
            handover.action_hand_over()
        handover.to_user_id = self.receiver
        foreign = self._create_case(handler_id=self.receiver.id)
        handover.with_user(self.receiver).sudo().line_ids = [
            Command.create({'case_id': foreign.id})
        ]
        with self._refused(f"does not handle these open complaints: {foreign.number}"):
            handover.action_hand_over()
        with self._refused("no role in complaints"):
            self._prepare(self.outsider).action_hand_over()

    def test_cases_of_who_left_or_is_away_are_found(self):
        domain = [('is_handler_away', '=', True), ('id', 'in', self.cases.ids)]
        cases = self.env['complaint.case'].with_user(self.manager)
        self.assertFalse(cases.search(domain))
        now = self.env.cr.now()
        leave = self.env['resource.calendar.leaves'].create(
            {
                'name': "Leave",
                'resource_id': self.employees['handler'].resource_id.id,
                'date_from': now - timedelta(days=1),
                'date_to': now + timedelta(days=1),
            }
        )
        self.assertEqual(cases.search(domain), self.cases)
        self.cases.invalidate_recordset()
        self.assertEqual(self.cases.mapped('is_handler_away'), [True, True])
        self.assertFalse(cases.search([('is_handler_away', '=', False), *domain[1:]]))
        leave.unlink()
        self.assertFalse(cases.search(domain))
        self.handler.active = False
        self.assertEqual(cases.search(domain), self.cases)
        activity = self.cases.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(activity), 1)
        self.assertIn("left 2 open complaints", activity.summary)

    def test_reassigning_is_all_or_nothing_and_needs_a_reason(self):
        cases = self.cases.with_user(self.manager)
        with self._refused("Say why"):
            cases._reassign(self.receiver, " ")
        self.cases[0].sudo().accused_employee_ids = [Command.link(self.employees['legal'].id)]
        with self._refused("must not handle"), self.env.cr.savepoint():
            cases._reassign(self.legal, "On leave")
        self.env.invalidate_all()
        self.assertEqual(self.cases.sudo().handler_id, self.handler)
        wizard = self.env['complaint.case.reassign'].with_user(self.manager)
        wizard = wizard.create(
            {'case_ids': cases.ids, 'handler_id': self.manager.id, 'reason': "On leave"}
        )
        wizard.action_confirm()
        self.assertEqual(self.cases.sudo().handler_id, self.manager)
        for case in self.cases.sudo():
            event = case.event_ids.sorted('sequence')[-1:]
            self.assertEqual((event.milestone_id.code, event.note), ('transferred', "On leave"))
