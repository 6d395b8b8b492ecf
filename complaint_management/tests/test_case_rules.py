from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.fields import Domain
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..tools.domains import factor
from .test_restricted import RestrictedCommon


@tagged('post_install', '-at_install', 'once')
class TestFactor(BaseCase):
    """What two choices have in common is asked once."""

    def test_common_arms_are_asked_once(self):
        one, two, three = (Domain('id', '=', number) for number in (1, 2, 3))
        self.assertEqual(factor((one | two) & (one | three)), one | (two & three))

    def test_a_choice_that_is_within_another_is_what_is_left(self):
        one, two, three = (Domain('id', '=', number) for number in (1, 2, 3))
        self.assertEqual(factor((one | two) & (one | two | three)), one | two)

    def test_other_parts_stay(self):
        one, two, three = (Domain('id', '=', number) for number in (1, 2, 3))
        name = Domain('name', '=', "x")
        found = factor(name & (one | two) & (three | one))
        self.assertEqual(found, name & (one | (two & three)))
        for same in (name, one | two, name & (one | two), (one | two) & (three | name)):
            self.assertEqual(factor(same), same)


@tagged('post_install', '-at_install')
class TestCaseRules(RestrictedCommon):
    """Design 6: what is kept of the rules says what each of them says, read one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expert, cls.accused = (
            new_test_user(
                cls.env,
                f'complaint_rules_{name}',
                groups='complaint_management.group_complaint_user',
            )
            for name in ('expert', 'accused')
        )
        other_team = cls.env['complaint.team'].create({'name': "Elsewhere"})
        legal = cls.env['complaint.flag'].create({'name': "Suit", 'requires_legal_opinion': True})
        cls.cases = cls.case.with_user(cls.env.user)
        for number in range(6):
            cls.cases |= cls._create_case(
                user=cls.env.user,
                name=f"Case {number}",
                team_id=other_team.id if number % 2 else cls.team.id,
                handler_id=cls.handler.id if number % 3 else False,
                investigator_id=cls.colleague.id if number == 4 else False,
                followup_user_id=cls.receiver.id if number == 5 else False,
                department_id=cls.department.id if number in (1, 3) else False,
            )
        cls.cases[1:3].flag_ids = [Command.link(cls.sensitive.id)]
        cls.cases[3:5].flag_ids = [Command.link(legal.id)]
        cls.cases[2:4]._write_internal({'panel_user_ids': [Command.set(cls.expert.ids)]})
        cls.cases[4]._write_internal({'approver_user_ids': [Command.set(cls.expert.ids)]})
        employee = cls.env['hr.employee'].create({'name': "Accused", 'user_id': cls.accused.id})
        cls.cases[5].accused_employee_ids = cls.env['hr.employee.public'].browse(employee.id)
        cls.cases[5:7]._write_internal({'approver_user_ids': [Command.set(cls.accused.ids)]})
        cls.env.flush_all()
        cls.everybody = (
            *(cls.handler, cls.colleague, cls.receiver, cls.deputy, cls.manager, cls.admin),
            *(cls.committee, cls.auditor, cls.department_head, cls.expert, cls.legal, cls.accused),
        )

    def _get_allowed_one_by_one(self, user, mode):
        """Return the cases that all global rules and any rule of the user's groups allow."""
        rules = self.env['ir.rule'].with_user(user)
        context = rules._eval_context()
        cases = self.env['complaint.case'].with_user(user).sudo()
        allowed, given = self.cases, self.cases.browse()
        for rule in rules._get_rules('complaint.case', mode).sudo():
            domain = Domain(safe_eval(rule.domain_force, context))
            found = cases.search(Domain('id', 'in', self.cases.ids) & domain).sudo(False)
            if not rule.groups:
                allowed &= found
            elif rule.groups & user.all_group_ids:
                given |= found
        return (allowed & given).sorted('id')

    def _search(self, user):
        self.env.invalidate_all()
        cases = self.env['complaint.case'].with_user(user)
        return cases.search([('id', 'in', self.cases.ids)], order='id').with_user(self.env.user)

    def test_everybody_finds_what_the_rules_say_one_by_one(self):
        seen = set()
        for user in self.everybody:
            expected = self._get_allowed_one_by_one(user, 'read')
            seen.add(expected)
            with self.subTest(user=user.login):
                self.assertEqual(self._search(user), expected)
                self.assertEqual(
                    self.cases.with_user(user)._filtered_access('read').sorted('id').ids,
                    expected.ids,
                )
        self.assertGreater(len(seen), 5, "these people see the same")

    def test_everybody_may_write_what_the_rules_say_one_by_one(self):
        for user in self.everybody:
            self.env.invalidate_all()
            if not self.env['complaint.case'].with_user(user).has_access('write'):
                continue
            with self.subTest(user=user.login):
                self.assertEqual(
                    self.cases.with_user(user)._filtered_access('write').sorted('id').ids,
                    self._get_allowed_one_by_one(user, 'write').ids,
                )

    def _add_rule(self, domain):
        self.env['ir.rule'].create(
            {
                'name': "Rule of an administrator",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'domain_force': domain,
            }
        )

    def _assert_seen(self, expected):
        """Both the database and what is in memory are asked."""
        self.assertEqual(self._search(self.auditor), expected.sorted('id'))
        allowed = self.cases.with_user(self.auditor)._filtered_access('read')
        self.assertEqual(allowed.sorted('id').ids, expected.sorted('id').ids)

    def test_a_rule_that_looks_through_a_relation_is_asked_each_time(self):
        self._add_rule("[('team_id.name', '=', 'Elsewhere')]")
        self._assert_seen(self.cases.filtered(lambda case: case.team_id != self.team))
        self.team.name = "Elsewhere"
        self._assert_seen(self.cases)

    def test_a_rule_that_says_a_name_is_asked_each_time(self):
        self._add_rule("[('team_id', 'ilike', 'elsewhere')]")
        self._assert_seen(self.cases.filtered(lambda case: case.team_id != self.team))
        self.team.name = "Elsewhere too"
        self._assert_seen(self.cases)

    def test_a_rule_that_says_now_is_asked_each_time(self):
        noon = fields.Datetime.now().replace(hour=12) + timedelta(days=1)
        self.env.cr.execute(
            "UPDATE complaint_case SET received_at = %s WHERE id = %s",
            [noon - timedelta(minutes=30), self.case.id],
        )
        self._add_rule("[('received_at', '>', '-1H')]")
        with freeze_time(noon):
            self._assert_seen(self.case)
        with freeze_time(noon + timedelta(hours=1)):
            self._assert_seen(self.case.browse())

    def test_a_board_works_the_rules_out_once(self):
        rules = self.env['ir.rule'].with_user(self.handler)
        self.assertIs(
            rules._compute_domain('complaint.case', 'read'),
            rules._compute_domain('complaint.case', 'read'),
        )
        kept = rules._compute_domain('complaint.case', 'read')
        cases = self.env['complaint.case'].with_user(self.handler).sudo()
        self.assertIs(kept.optimize_full(cases), kept)
