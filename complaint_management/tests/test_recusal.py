from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestRecusal(AccessCommon):
    """Design 6: recusal beats everything except the superuser (requirement T16)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(department_id=cls.department.id)
        cls.event = cls.case.sudo().event_ids[:1]

    def _accuse(self, *roles):
        employees = self.env['hr.employee']
        for role in roles:
            employees |= self.employees[role]
        self.case.sudo().accused_employee_ids = [Command.set(employees.ids)]
        self.env.flush_all()

    def test_the_person_complained_about_finds_the_case_on_no_road(self):
        roles = ('handler', 'manager', 'department_head', 'committee', 'legal', 'auditor', 'admin')
        self.case.sudo().flag_ids = self.env['complaint.flag'].create(
            {'name': "Law suit", 'requires_legal_opinion': True}
        )
        for role in roles:
            self._assert_open(getattr(self, role), self.case, True)
        self._accuse(*roles)
        for role in roles:
            self._assert_open(getattr(self, role), self.case, False)
            self._assert_open(getattr(self, role), self.event, False)
        self._assert_open(self.receiver, self.case, True)
        self._assert_open(self.env.user, self.case, True)

    def test_recusal_holds_from_the_same_moment_on(self):
        self.env.flush_all()
        domain = [('id', '=', self.case.id)]
        cases = self.env['complaint.case'].with_user(self.committee)
        events = self.env['complaint.event'].with_user(self.committee)
        self.case.sudo().accused_employee_ids = [Command.link(self.employees['committee'].id)]
        self.assertFalse(cases.search(domain))
        self.env.flush_all()
        self.employees['committee'].user_id = False
        self.assertTrue(cases.search(domain))
        self.employees['committee'].user_id = self.committee
        self.assertFalse(events.search([('case_id', '=', self.case.id)]))

    def test_who_took_the_complaint_and_made_it_is_kept_away_too(self):
        case = self._create_case(user=self.committee, contact_owner_id=self.receiver.id)
        self._assert_open(self.committee, case, True)
        case.sudo().accused_employee_ids = [Command.link(self.employees['committee'].id)]
        self._assert_open(self.committee, case, False)

    def test_a_recused_user_cannot_be_given_the_case(self):
        self._accuse('handler')
        for name in ('handler_id', 'contact_owner_id', 'followup_user_id'):
            with self._refused("Handler must not handle this complaint"):
                self.case.sudo()[name] = self.handler
        with self._refused("Handler must not handle"):
            self._create_case(
                handler_id=self.handler.id,
                accused_employee_ids=[Command.link(self.employees['handler'].id)],
            )

    def test_the_handler_cannot_be_accused_before_somebody_else_handles(self):
        self.case.handler_id = self.handler
        with self._refused("Assign somebody else first"):
            self._accuse('handler')
        self.assertFalse(self.case.sudo().recused_user_ids)
        self.case.sudo().write(
            {
                'handler_id': self.department_head.id,
                'accused_employee_ids': [Command.link(self.employees['handler'].id)],
            }
        )
        self.assertEqual(self.case.sudo().recused_user_ids, self.handler)

    def test_a_recused_user_changes_nothing(self):
        self._accuse('committee')
        case = self.case.with_user(self.committee)
        for call in (
            lambda: case.write({'name': "x"}),
            lambda: case.write({'stage_id': self.stages['acknowledgement'].id}),
            lambda: case.write({'accused_employee_ids': [Command.clear()]}),
            lambda: case.message_post(body="x"),
            lambda: case.action_undo(),
            lambda: case.action_verify_history(),
            lambda: case.action_view_events() and case.event_ids.read(['hash']) and case.read(),
            lambda: (
                self.env['mail.activity']
                .with_user(self.committee)
                .create(
                    {
                        'res_model_id': self.env['ir.model']._get_id('complaint.case'),
                        'res_id': case.id,
                        'user_id': self.committee.id,
                    }
                )
            ),
            lambda: (
                self.env['ir.attachment']
                .with_user(self.committee)
                .create({'name': "x", 'res_model': 'complaint.case', 'res_id': case.id})
            ),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                call()

    def test_attachments_and_messages_of_the_case_are_closed(self):
        message = self.case.message_post(body="He was rude.", subtype_xmlid='mail.mt_note')
        attachment = (
            self.env['ir.attachment']
            .sudo()
            .create(
                {
                    'name': "Letter",
                    'raw': b"x",
                    'res_model': 'complaint.case',
                    'res_id': self.case.id,
                }
            )
        )
        for record in (message, attachment):
            self.assertTrue(self._as(self.committee, record).has_access('read'))
        self._accuse('committee')
        for record in (message, attachment):
            self.assertFalse(self._as(self.committee, record).has_access('read'), record._name)
            domain = [('id', '=', record.id)]
            self.assertFalse(self.env[record._name].with_user(self.committee).search(domain))

    def test_the_roles_of_a_case_never_name_the_recused(self):
        boss = self.env['complaint.team'].create({'name': "Board", 'leader_id': self.committee.id})
        self.team.parent_id = boss
        self.case.sudo().write({'handler_id': self.handler.id, 'followup_user_id': self.legal.id})
        roles = {
            'handler': self.handler,
            'owner': self.receiver,
            'follow_up': self.legal,
            'department_head': self.department_head,
            'team_leader': self.manager,
            'parent_leader': self.committee,
        }
        for role, user in roles.items():
            self.assertEqual(self.case._get_recipients(role), user)
        self._accuse('department_head', 'manager', 'committee')
        for role in ('department_head', 'team_leader', 'parent_leader'):
            self.assertFalse(self.case._get_recipients(role), role)
        self.assertEqual(self.case._get_recipients('handler'), self.handler)
        self.handler.active = False
        self.assertFalse(self.case._get_recipients('handler'), "Who has left gets nothing")

    def test_recusal_follows_the_user_of_the_employee(self):
        deputy = new_test_user(
            self.env, 'complaint_deputy', groups='complaint_management.group_complaint_committee'
        )
        self._accuse('committee')
        employee = self.employees['committee']
        employee.user_id = False
        self._assert_open(self.committee, self.case, True)
        employee.user_id = deputy
        self._assert_open(deputy, self.case, False)
        self._assert_open(self.committee, self.case, True)
        employee.resource_id.user_id = self.committee
        self._assert_open(self.committee, self.case, False)
        self._assert_open(deputy, self.case, True)

    def test_a_person_who_left_stays_recused(self):
        self._accuse('committee')
        self.employees['committee'].active = False
        self._assert_open(self.committee, self.case, False)
        self.case.sudo().accused_employee_ids = [Command.link(self.employees['auditor'].id)]
        self._assert_open(self.committee, self.case, False)
        self._assert_open(self.auditor, self.case, False)

    def test_who_is_no_longer_accused_sees_the_case_again(self):
        self._accuse('committee')
        self._accuse()
        self._assert_open(self.committee, self.case, True)

    def test_an_accused_employee_is_not_deleted(self):
        self._accuse('committee')
        with self._refused("Archive the employees instead"):
            self.employees['committee'].unlink()
        self.employees['legal'].unlink()

    def test_the_front_desk_names_the_accused_without_rights_on_employees(self):
        employees = self.env['hr.employee.public'].with_user(self.receiver)
        [(found, _name)] = employees.name_search("Department Head")
        case = self._create_case(accused_employee_ids=[Command.link(found)])
        self.assertEqual(case.sudo().recused_user_ids, self.department_head)
        with self.assertRaises(UserError):
            case.write({'recused_user_ids': False})

    def test_a_copy_accuses_nobody(self):
        self._accuse('committee')
        copy = self.case.sudo().copy()
        self.assertFalse(copy.accused_employee_ids or copy.recused_user_ids)
