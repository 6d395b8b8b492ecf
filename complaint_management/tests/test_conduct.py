from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestConduct(AccessCommon):
    """PAWN-5.2, PAWN-5.3, requirements 2.18, T22: rewards and penalties, and who reads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conducts = cls.env['complaint.conduct']
        cls.procedure.use_conduct = True
        cls.poor = cls.env.ref('complaint_management.conduct_kind_poor')
        cls.praise = cls.env.ref('complaint_management.conduct_kind_praise')
        cls.colleague = new_test_user(
            cls.env, login='complaint_colleague', groups='complaint_management.group_complaint_user'
        )
        cls.boss = new_test_user(
            cls.env, login='complaint_boss', groups='complaint_management.group_complaint_manager'
        )
        boss = cls.env['hr.employee'].create({'name': "Boss", 'user_id': cls.boss.id})
        cls.employees['handler'].parent_id = boss
        cls.case = cls._create_worked_case(handler_id=False)

    def _propose(self, user=None, **values):
        return self.conducts.with_user(user or self.committee).create(
            {
                'kind_id': self.poor.id,
                'employee_id': self.employees['handler'].id,
                'reason': "Passed the customer on three times.",
                'consequence': "Warning",
                **values,
            }
        )

    def _sees(self, user, conduct):
        """Say whether a user finds the record on any road; on one he finds it on all."""
        domain = [('id', '=', conduct.id)]
        model = self.conducts.with_user(user)
        answers = {
            self._succeeds(call)
            for call in (
                lambda: conduct.with_user(user).read(['reason']),
                lambda: conduct.with_user(user).reason,
                lambda: conduct.with_user(user).web_read({'display_name': {}}),
                lambda: model.search(domain),
                lambda: model.search_count(domain),
                lambda: model._read_group(domain, [], ['__count'])[0][0],
                lambda: model.formatted_read_group(domain, ['kind_id'], ['__count']),
                lambda: model.search([('employee_id', '=', conduct.employee_id.id), *domain]),
                lambda: model.name_search('', domain=domain),
            )
        }
        self.assertEqual(len(answers), 1, user.name)
        return answers.pop()

    def test_who_reads_about_a_person(self):
        """Managers above the person (by line, by department), committee, auditor, admin."""
        conduct = self._propose()
        people = {
            **{self.boss: True, self.department_head: True, self.committee: True},
            **{self.admin: True, self.manager: False, self.handler: False},
            **{self.colleague: False, self.receiver: False, self.auditor: True},
            **{self.legal: False, self.outsider: False},
        }
        for user, sees in people.items():
            self.assertEqual(self._sees(user, conduct), sees, user.name)

    def test_the_person_does_not_read_it_whatever_the_role(self):
        for role in ('group_complaint_committee', 'group_complaint_admin'):
            self.handler.group_ids |= self.env.ref(f'complaint_management.{role}')
            conduct = self._propose()
            self.assertFalse(self._sees(self.handler, conduct))
            self.assertTrue(self._sees(self.boss, conduct))

    def test_the_leader_of_a_team_and_the_head_of_a_department(self):
        parent = self.env['complaint.team'].create({'name': "Board", 'leader_id': self.boss.id})
        self.team.parent_id = parent
        team = self._propose(subject='team', team_id=self.team.id, employee_id=False)
        self.assertTrue(self._sees(self.boss, team))
        self.assertFalse(self._sees(self.manager, team))
        about = self._propose(
            subject='department', department_id=self.department.id, employee_id=False
        )
        self.assertFalse(self._sees(self.department_head, about))
        self.assertTrue(self._sees(self.committee, about))

    def test_who_is_recused_from_a_case_stays_away(self):
        """T16: recusal beats every role here too, also when it comes later."""
        conduct = self._propose(case_ids=[Command.set(self.case.ids)])
        self.assertTrue(self._sees(self.department_head, conduct))
        self.case.sudo().accused_employee_ids = [Command.set(self.employees['department_head'].ids)]
        self.assertFalse(self._sees(self.department_head, conduct))
        with self._refused("must keep away"):
            conduct.with_user(self.department_head).sudo().action_decide()

    def test_proposal_and_decision(self):
        conduct = self._propose(self.boss, consequence=False)
        self.assertEqual((conduct.state, conduct.proposed_by_id), ('proposed', self.boss))
        with self._refused("what follows from it"):
            conduct.with_user(self.committee).action_decide()
        conduct.consequence = "Warning in writing"
        with self._refused("reasons of the decision"):
            conduct.action_refuse()
        conduct.with_user(self.committee).action_decide()
        self.assertEqual((conduct.state, conduct.decided_by_id), ('decided', self.committee))
        for call in (
            conduct.action_decide,
            lambda: conduct.write({'consequence': "None"}),
            conduct.unlink,
        ):
            with self._refused("stays as it is"):
                call()

    def test_the_person_never_decides(self):
        self.handler.group_ids |= self.env.ref('complaint_management.group_complaint_committee')
        conduct = self._propose()
        with self.assertRaises(AccessError):
            self._as(self.handler, conduct).action_decide()
        with self.assertRaises(AccessError):
            self._propose(self.handler)
        with self._refused("does not decide"):
            conduct.with_user(self.handler).sudo().action_decide()
        self.assertEqual(conduct.state, 'proposed')

    def test_only_of_people_below(self):
        with self.assertRaises(AccessError):
            self._propose(self.manager)
        self._propose(self.boss)
        for user in (self.colleague, self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                self._propose(user)

    def test_no_road_past_the_buttons(self):
        conduct = self._propose(self.boss)
        for vals in (
            {'state': 'decided'},
            {'decided_by_id': self.boss.id},
            {'barred_user_ids': [Command.clear()]},
            {'proposed_by_id': self.admin.id},
        ):
            with self._refused("Use the buttons"):
                conduct.write(vals)

    def test_leavers(self):
        """INS-6-i: who has left is held liable all the same; nobody deletes the person."""
        leaver = self.env['hr.employee'].create(
            {'name': "Leaver", 'department_id': self.department.id}
        )
        leaver.action_archive()
        conduct = self._propose(self.department_head, employee_id=leaver.id)
        self.assertEqual(self._as(self.committee, conduct).employee_id.name, "Leaver")
        self.assertIn("Leaver", conduct.display_name)
        with self.assertRaises(UserError):
            leaver.unlink()

    def test_repeats_suggest_a_heavier_one(self):
        """PAWN-5.3-c: the same person again, or the same problem again."""
        first = self._propose()
        self.assertFalse(first.suggests_heavier)
        first.action_decide()
        second = self._propose()
        self.assertEqual((second.earlier_count, second.suggests_heavier), (1, True))
        self.assertFalse(self._propose(kind_id=self.praise.id).suggests_heavier)
        self.assertFalse(
            self._propose(
                subject='department', department_id=self.department.id, employee_id=False
            ).suggests_heavier
        )
        cases = self.env['complaint.case'].concat(
            *(
                self._create_worked_case(
                    handler_id=False,
                    accused_employee_ids=[Command.set(self.employees['receiver'].ids)],
                    user=self.manager,
                )
                for _n in range(2)
            )
        )
        other = self._propose(
            employee_id=self.employees['receiver'].id, case_ids=[Command.set(cases[0].ids)]
        )
        self.assertEqual((other.earlier_count, other.repeat_count), (0, 1))
        self.assertTrue(other.suggests_heavier)

    def test_off_unless_the_procedure_turns_it_on(self):
        menu = self.env.ref('complaint_management.complaint_menu_conduct')
        menus = self.env['ir.ui.menu']
        self.assertNotIn(menu.id, menus._load_menus_blacklist())
        self.assertTrue(self.case.use_conduct)
        self.env['complaint.procedure'].search([]).use_conduct = False
        self.assertIn(menu.id, menus._load_menus_blacklist())
        for values in ({}, {'case_ids': [Command.set(self.case.ids)]}):
            with self._refused("knows no rewards and penalties", ValidationError):
                self._propose(**values)

    def test_from_a_case(self):
        case = self._create_worked_case(
            handler_id=False, accused_employee_ids=[Command.set(self.employees['handler'].ids)]
        )
        action = case.with_user(self.committee).action_propose_conduct()
        form = Form(self.conducts.with_user(self.committee).with_context(**action['context']))
        form.kind_id = self.poor
        form.reason = "Did not call back."
        conduct = form.save()
        self.assertEqual(conduct.employee_id.id, self.employees['handler'].id)
        self.assertEqual(conduct.case_ids, case)
        self.assertEqual(conduct.nature, 'penalty')
        with self._refused("which person", ValidationError):
            conduct.employee_id = False
