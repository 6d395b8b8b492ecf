from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestDepartmentAcceptance(ComplaintCommon):
    """Requirements PAWN-2.2-c, PAWN-3.2-a, TEL-2.1-b: a department accepts or sends back."""

    def _state(self, case):
        return case.sudo().department_state

    def _last(self, case, code):
        events = case.sudo().event_ids.filtered(lambda event: event.milestone_id.code == code)
        return events.sorted('sequence')[-1:]

    def test_a_department_given_at_registration_has_to_accept(self):
        case = self._create_case(department_id=self.department.id)
        self.assertEqual(self._state(case), 'pending')
        self.assertTrue(case.department_assigned_at)
        self.assertEqual(self._codes(case), ['received', 'registered', 'assigned'])
        self.assertEqual(self._last(case, 'assigned').payload, {'to': "Works"})
        activity = case.activity_ids
        self.assertEqual(activity.user_id, self.department_head)
        self.assertFalse(self.env['mail.mail'].sudo().search([('res_id', '=', case.id)]))

    def test_a_department_given_later_has_to_accept(self):
        case = self._create_case()
        self.assertEqual(self._state(case), 'none')
        case.department_id = self.department
        self.assertEqual(self._state(case), 'pending')
        self.assertEqual(case.activity_ids.user_id, self.department_head)
        other = self.env['hr.department'].create(
            {'name': "Shop", 'manager_id': self.employees['manager'].id}
        )
        case.department_id = other
        self.assertEqual(self._codes(case)[2:], ['assigned', 'transferred'])
        self.assertEqual(self._last(case, 'transferred').payload, {'from': "Works", 'to': "Shop"})
        self.assertEqual(case.activity_ids.user_id, self.manager)

    def test_a_category_that_brings_a_department_counts_too(self):
        self.category.department_id = self.department
        case = self._create_case()
        case.category_id = self.category
        self.assertEqual((case.department_id, self._state(case)), (self.department, 'pending'))

    def test_a_draft_waits_for_nobody_before_it_is_registered(self):
        case = self._create_case(registered_at=False, department_id=self.department.id)
        self.assertEqual(self._state(case), 'none')
        case.action_register()
        self.assertEqual(self._state(case), 'pending')
        self.assertEqual(case.activity_ids.user_id, self.department_head)

    def test_the_head_accepts(self):
        case = self._create_case(department_id=self.department.id)
        mine = self._as(self.department_head, case)
        self.assertTrue(mine.can_accept_department)
        mine.action_accept_department()
        self.assertEqual(self._state(case), 'accepted')
        self.assertTrue(case.department_accepted_at)
        self.assertEqual(self._last(case, 'department_accepted').user_id, self.department_head)
        self.assertFalse(case.activity_ids)
        with self._refused("No department has to accept"):
            mine.action_accept_department()

    def test_a_member_accepts_and_the_head_of_a_department_above(self):
        above = self.env['hr.department'].create(
            {'name': "Above", 'manager_id': self.employees['manager'].id}
        )
        self.department.parent_id = above
        for user in (self.handler, self.manager):
            case = self._create_case(department_id=self.department.id)
            self._as(user, case).action_accept_department()
            self.assertEqual(self._state(case), 'accepted')

    def test_nobody_else_accepts_or_sends_back(self):
        case = self._create_case(department_id=self.department.id)
        for user in (self.receiver, self.committee, self.admin):
            mine = self._as(user, case)
            self.assertFalse(mine.can_accept_department)
            with self._refused("Only people of “Works”"):
                mine.action_accept_department()
            with self._refused("Only people of “Works”"):
                mine._send_back("x")
        for user in (self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                self._as(user, case).action_accept_department()

    def test_the_software_alone_writes_the_state(self):
        case = self._create_case(department_id=self.department.id)
        mine = self._as(self.department_head, case)
        for name in ('department_state', 'department_return_count', 'department_accepted_at'):
            with self._refused("The software sets these fields itself"):
                mine.write({name: False})
        with self._refused("The software sets these fields itself"):
            self._create_case(department_return_count=4)

    def test_sending_back_needs_a_reason_and_is_counted(self):
        case = self._create_case(department_id=self.department.id)
        mine = self._as(self.department_head, case)
        with self._refused("Say why"):
            mine._send_back("  ")
        form = Form(
            self.env['complaint.case.send.back']
            .with_user(self.department_head)
            .with_context(default_case_ids=case.ids)
        )
        form.reason = "Not our lift"
        action = form.save().action_confirm()
        # The head sees it no longer, so the client is brought to the board.
        self.assertEqual(action['res_model'], 'complaint.case')
        self.assertFalse(self._as(self.department_head, case).has_access('read'))
        self.assertEqual(self._state(case), 'returned')
        self.assertFalse(case.department_id)
        self.assertEqual(case.department_return_count, 1)
        event = self._last(case, 'transferred')
        self.assertEqual(event.note, "Not our lift")
        self.assertEqual(event.payload, {'returned': True, 'from': "Works"})
        self.assertEqual(case.activity_ids.user_id, self.receiver)
        case.department_id = self.department
        self.assertEqual(self._codes(case)[-1], 'transferred')
        self.assertEqual(self._state(case), 'pending')
        self.assertNotIn(self.receiver, case.activity_ids.user_id)
        self._as(self.handler, case)._send_back("Still not ours")
        self.assertEqual(case.department_return_count, 2)

    def test_a_batch_is_sent_back_at_once_or_not_at_all(self):
        cases = self._create_case(department_id=self.department.id)
        cases |= self._create_case(department_id=self.department.id)
        other = self._create_case(handler_id=self.handler.id)
        with self._refused("No department has to accept"):
            (cases | other).with_user(self.handler)._send_back("x")
        self.assertEqual(cases.mapped('department_state'), ['pending', 'pending'])
        cases.with_user(self.handler)._send_back("x")
        self.assertEqual(cases.mapped('department_return_count'), [1, 1])

    def test_a_handler_of_the_department_accepts_by_being_made_it(self):
        case = self._create_case(department_id=self.department.id)
        case.handler_id = self.handler
        self.assertEqual(self._state(case), 'accepted')
        self.assertEqual(self._codes(case)[-1], 'department_accepted')
        case = self._create_case(department_id=self.department.id, handler_id=self.handler.id)
        self.assertEqual(self._state(case), 'accepted')
        self.assertEqual(self._codes(case)[-2:], ['assigned', 'department_accepted'])
        case = self._create_case(department_id=self.department.id, handler_id=self.receiver.id)
        self.assertEqual(self._state(case), 'pending')

    def test_moving_the_case_onward_accepts_it(self):
        for user, state in ((self.handler, 'accepted'), (self.receiver, 'pending')):
            case = self._create_worked_case(handler_id=False, department_id=self.department.id)
            self._move(case, 'acknowledgement', 'assessment', 'assignment')
            self.assertEqual(self._state(case), 'pending')
            case.handler_id = self.receiver  # the standard gate of investigation asks for one
            self._as(user, case).write({'stage_id': self.stages['investigation'].id})
            self.assertEqual(self._state(case), state)

    def test_a_department_without_people_has_nobody_who_could_accept(self):
        empty = self.env['hr.department'].create({'name': "Empty"})
        case = self._create_case(department_id=empty.id)
        self.assertEqual(self._state(case), 'accepted')
        self.assertEqual(self._codes(case), ['received', 'registered', 'assigned'])
        self.assertFalse(case.activity_ids)
        # As soon as somebody belongs to it, the next case has to be accepted.
        self.employees['handler'].department_id = empty
        self.assertEqual(self._state(self._create_case(department_id=empty.id)), 'pending')

    def test_a_recused_head_is_told_nothing(self):
        case = self._create_case(
            department_id=self.department.id,
            accused_employee_ids=[Command.link(self.employees['department_head'].id)],
        )
        self.assertEqual(self._state(case), 'pending')
        self.assertFalse(case.activity_ids)
        with self.assertRaises(AccessError):
            self._as(self.department_head, case).action_accept_department()

    def test_whoever_waits_for_hours_is_found(self):
        self.env.company.complaint_acceptance_hours = 4
        case = self._create_case(department_id=self.department.id)
        other = self._create_case()
        domain = [('is_acceptance_overdue', '=', True), ('id', 'in', (case | other).ids)]
        cases = self.env['complaint.case'].with_user(self.receiver)
        self._pass_time(hours=3)
        self.assertFalse(cases.search(domain))
        self._pass_time(hours=2)
        self.assertEqual(cases.search(domain), case)
        case.invalidate_recordset()
        self.assertTrue(case.is_acceptance_overdue)
        no = [('is_acceptance_overdue', '=', False), ('id', 'in', (case | other).ids)]
        self.assertEqual(cases.search(no), other)
        self.env.company.complaint_acceptance_hours = 8
        self.assertFalse(cases.search(domain))
        self.env.company.complaint_acceptance_hours = 4
        self._as(self.handler, case).action_accept_department()
        self.assertFalse(cases.search(domain))

    def test_history_of_the_past_waits_for_nobody(self):
        cases = self.env['complaint.case'].with_user(self.admin)
        cases = cases.with_context(complaint_import='history')
        case = cases.create(
            {
                'name': "Old",
                'received_at': '2020-01-01 08:00:00',
                'department_id': self.department.id,
                'team_id': self.team.id,
            }
        )
        self.assertEqual(self._state(case), 'none')
        self.assertNotIn('assigned', self._codes(case))

    def test_the_dialog_assigns_everything_at_once(self):
        case = self._create_case()
        wizards = self.env['complaint.case.assign']
        form = Form(wizards.with_user(self.manager).with_context(default_case_id=case.id))
        form.department_id = self.department
        form.handler_id = self.handler
        form.investigator_id = self.receiver
        form.limit_date = '2030-01-01 08:00:00'
        form.note = "The customer waits by the phone"
        form.save().action_confirm()
        self.assertEqual(
            (case.department_id, case.handler_id, case.investigator_id),
            (self.department, self.handler, self.receiver),
        )
        self.assertTrue(case.limit_date)
        self.assertEqual(self._last(case, 'assigned').note, "The customer waits by the phone")
        codes = self._codes(case)
        for code in ('assigned', 'department_accepted', 'investigator_named', 'limit_set'):
            self.assertEqual(codes.count(code), 1)

    def test_the_dialog_does_not_close_as_if_somebody_had_been_chosen(self):
        wizards = self.env['complaint.case.assign'].with_user(self.manager)
        wizard = wizards.create({'case_id': self._create_case().id})
        with self._refused("Choose a department, a handler or an investigator"):
            wizard.action_confirm()

    def test_only_a_manager_sets_the_limit_in_the_dialog(self):
        case = self._create_case()
        form = Form(
            self.env['complaint.case.assign']
            .with_user(self.receiver)
            .with_context(default_case_id=case.id)
        )
        form.department_id = self.department
        self.assertNotIn('limit_date', form._values)
        form.save().action_confirm()
        self.assertEqual(case.department_id, self.department)
        with self._refused("Only a manager sets the limit date"):
            case._assign({'limit_date': '2030-01-01'})
