from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestHandlingComplaint(AccessCommon):
    """PAWN-5.1-b: past the front desk to the people above, hidden from the accused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board = cls.env['complaint.team'].create(
            {'name': "Board", 'leader_id': cls.committee.id}
        )
        cls.team.parent_id = cls.board
        cls.parent = cls._create_worked_case(department_id=cls.department.id)

    def _complain(self, user=None, **values):
        action = self.parent.with_user(user or self.receiver).action_complain_about_handling()
        form = Form(
            self.env[action['res_model']]
            .with_user(user or self.receiver)
            .with_context(**action['context'])
        )
        form.description = "He shouted at me."
        for name, value in values.items():
            form[name] = value
        return self.env['complaint.case'].browse(form.save().action_confirm()['res_id'])

    def test_it_goes_to_the_team_above(self):
        case = self._complain(is_about_handler=True)
        self.assertEqual(case.parent_id, self.parent)
        self.assertEqual(case.team_id, self.board)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(
            case.accused_employee_ids.employee_id, self.employees['handler'], "As was said"
        )
        self.assertEqual(case.sudo().recused_user_ids, self.handler)
        self.assertEqual(case.contact_owner_id, self.receiver)
        self.assertTrue(case.number)
        self.assertEqual(case.sudo().activity_ids.user_id, self.committee)

    def test_nobody_is_accused_unless_the_customer_says_so(self):
        case = self._complain()
        self.assertFalse(case.accused_employee_ids)

    def test_the_accused_finds_no_trace(self):
        case = self._complain(is_about_handler=True)
        parent = self._as(self.handler, self.parent)
        self._assert_open(self.handler, case, False)
        self._assert_open(self.handler, case.sudo().event_ids[:1], False)
        self._assert_open(self.handler, self.parent, True)
        self.assertEqual(parent.handling_complaint_count, 0)
        action = parent.action_view_handling_complaints()
        cases = self.env['complaint.case'].with_user(self.handler)
        self.assertFalse(cases.search(action['domain']))
        self.assertFalse(cases.search([('parent_id', '!=', False)]))
        self.assertFalse(cases.search_count([('parent_id', '=', self.parent.id)]))
        specification = {'handling_complaint_count': {}, 'message_ids': {'fields': {'body': {}}}}
        [values] = parent.web_read(specification)
        self.assertEqual(values['handling_complaint_count'], 0)
        bodies = ' '.join(self.parent.sudo().message_ids.mapped('body'))
        self.assertNotIn(case.sudo().number, bodies)
        self.assertFalse(
            self.env['mail.message']
            .with_user(self.handler)
            .search([('model', '=', 'complaint.case'), ('res_id', '=', case.id)])
        )
        self.assertFalse(
            self.env['mail.activity']
            .with_user(self.handler)
            .search([('res_model', '=', 'complaint.case'), ('res_id', '=', case.id)])
        )
        self.assertEqual(self._as(self.receiver, self.parent).handling_complaint_count, 1)

    def test_the_form_with_a_parent_goes_the_same_way(self):
        form = Form(
            self.env['complaint.case']
            .with_user(self.receiver)
            .with_context(default_parent_id=self.parent.id)
        )
        form.name = "He shouted"
        form.complainant_name = "Li Wei"
        case = form.save()
        self.assertEqual((case.team_id, case.parent_id), (self.board, self.parent))

    def test_every_way_in_goes_past_the_desk(self):
        cases = self.env['complaint.case'].with_user(self.receiver)
        typed = self._create_case(parent_id=self.parent.id)
        self.assertEqual(typed.team_id, self.board)
        [saved] = cases.web_save(
            {'name': "x", 'parent_id': self.parent.id, 'team_id': self.team.id},
            {'team_id': {'fields': {}}},
        )
        self.assertEqual(saved['team_id']['id'], self.board.id)
        mailed = self._create_case(registered_at=False)
        mailed.parent_id = self.parent
        self.assertEqual(mailed.team_id, self.team)
        mailed.action_register()
        self.assertEqual(mailed.sudo().team_id, self.board)
        linked = self._create_case()
        linked.parent_id = self.parent
        self.assertEqual(linked.sudo().team_id, self.board)

    def test_a_team_that_the_procedure_names(self):
        panel = self.env['complaint.team'].create({'name': "Panel"})
        self.procedure.handling_complaint_team_id = panel
        self.assertEqual(self._complain().sudo().team_id, panel)

    def test_without_a_team_above_the_leader_handles(self):
        self.team.parent_id = False
        case = self._complain(is_about_handler=True)
        self.assertEqual((case.team_id, case.handler_id), (self.team, self.manager))
        self.assertEqual(case.sudo().activity_ids.user_id, self.manager)

    def test_a_leader_who_is_accused_himself_does_not_handle(self):
        self.team.parent_id = False
        self.parent.handler_id = self.manager
        case = self._complain(is_about_handler=True)
        self.assertFalse(case.handler_id)
        self.assertIn(self.committee, case.sudo().activity_ids.user_id)
        self.assertNotIn(self.manager, case.sudo().activity_ids.user_id)
        self._assert_open(self.manager, case, False)

    def test_the_accused_does_not_take_it_in(self):
        with self._refused("You are the person complained about", ValidationError):
            self._complain(user=self.handler, is_about_handler=True)
        with self._refused("You are the person complained about", ValidationError):
            self._complain(is_about_contact_owner=True)
        accused = [Command.link(self.employees['receiver'].id)]
        with self._refused("You are the person complained about", ValidationError):
            self.env['complaint.case'].with_user(self.receiver).web_save(
                {'name': "x", 'parent_id': self.parent.id, 'accused_employee_ids': accused}, {}
            )
        with self._refused("You are the person complained about", ValidationError):
            self._create_case(
                parent_id=self.parent.id,
                contact_owner_id=self.manager.id,
                accused_employee_ids=accused,
            )

    def test_nobody_complains_about_what_he_cannot_read(self):
        stranger = self.env['complaint.team'].create({'name': "Stranger"})
        foreign = self._create_case(user=self.env.user, team_id=stranger.id)
        for way in (
            lambda: self._create_case(parent_id=foreign.id),
            lambda: self._create_case().write({'parent_id': foreign.id}),
            lambda: foreign.with_user(self.receiver)._complain_about_handling(
                "x", self.env['hr.employee.public']
            ),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_a_closed_case_is_complained_about_too(self):
        self._move(self.parent.with_user(self.receiver), 'closed')
        self.assertEqual(self._complain().parent_id, self.parent)

    def test_a_batch_of_ordinary_cases_is_untouched(self):
        cases = self.env['complaint.case'].with_user(self.receiver)
        created = cases.create(
            [
                {'name': "a", 'team_id': self.team.id},
                {'name': "b", 'team_id': self.team.id, 'parent_id': self.parent.id},
            ]
        )
        self.assertEqual(created.mapped('team_id'), self.team | self.board)
