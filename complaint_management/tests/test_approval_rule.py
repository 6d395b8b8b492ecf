from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon


class ApprovalCommon(ComplaintCommon):
    """The tree of teams that approvals climb: Care -> Region -> Board.

    Leaders: manager, region_leader, board_leader. The department of the cases is Works.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ('region_leader', 'board_leader'):
            user = new_test_user(
                cls.env,
                login=f'complaint_{role}',
                name=role.replace('_', ' ').title(),
                groups='base.group_user,complaint_management.group_complaint_manager',
            )
            setattr(cls, role, user)
            cls.employees[role] = cls.env['hr.employee'].create(
                {'name': user.name, 'user_id': user.id}
            )
        teams = cls.env['complaint.team']
        cls.board = teams.create({'name': "Board", 'leader_id': cls.board_leader.id})
        cls.region = teams.create(
            {'name': "Region", 'leader_id': cls.region_leader.id, 'parent_id': cls.board.id}
        )
        cls.team.parent_id = cls.region
        cls.rules = cls.env['complaint.approval.rule']
        cls.group = cls.env.ref('complaint_management.group_complaint_committee')
        # Whoever else is in it on this database stands in for nobody here.
        cls.group.user_ids = [Command.set(cls.committee.ids)]

    @classmethod
    def _rule(cls, **values):
        return cls.rules.create(
            {
                'name': values.get('approver', "Head of the department"),
                'procedure_id': cls.procedure.id,
                **values,
            }
        )

    def _case(self, **values):
        return self._create_case(
            **{'department_id': self.department.id, 'handler_id': self.handler.id, **values}
        ).with_user(self.handler)

    def _accuse(self, case, *roles):
        employees = self.env['hr.employee'].union(*(self.employees[role] for role in roles))
        case.sudo().accused_employee_ids = [Command.set(employees.ids)]
        self.env.flush_all()


@tagged('post_install', '-at_install')
class TestApprovalRule(ApprovalCommon):
    """Requirements 2.9: whose approval, for which subject, complaints and amounts."""

    def _asked(self, case, **kwargs):
        approvals = case._request_approval('solution', **kwargs).sudo()
        return [approval.approver_ids for approval in approvals.sorted('id')]

    def test_without_a_rule_nobody_is_asked(self):
        case = self._case()
        self.assertFalse(case._request_approval('solution'))
        self.assertTrue(case._is_approved('solution'))
        self._rule(subject='closing')
        self.assertFalse(case._request_approval('solution'))
        self.assertFalse(case._is_approved('closing'))

    def test_every_kind_of_approver_is_found(self):
        case = self._case()
        for values, user in (
            ({'approver': 'department_head'}, self.department_head),
            ({'approver': 'team_leader'}, self.manager),
            ({'approver': 'parent_leader'}, self.region_leader),
            ({'approver': 'top_leader'}, self.board_leader),
            ({'approver': 'user', 'user_id': self.legal.id}, self.legal),
            ({'approver': 'group', 'group_id': self.group.id}, self.committee),
        ):
            rule = self._rule(**values)
            self.assertEqual(self._asked(case), [user], values)
            rule.active = False

    def test_different_complaints_have_different_approvers(self):
        """T19, PAWN-5.1-b, PROPERTY-3.1-a: jumps are rules with other conditions."""
        self._rule(approver='department_head', domain="[('accused_employee_ids', '=', False)]")
        self._rule(
            approver='group',
            group_id=self.group.id,
            domain="[('accused_employee_ids', '!=', False)]",
        )
        case = self._case()
        self.assertEqual(self._asked(case), [self.department_head])
        self._accuse(case, 'legal')
        self.assertEqual(self._asked(case), [self.committee])

    def test_the_amount_decides_too(self):
        """PROD-5.3.1-a/b: within his power one decides, above it the next."""
        self._rule(approver='team_leader', amount_to=1000)
        self._rule(approver='parent_leader', amount_from=1000, amount_to=5000)
        self._rule(approver='user', user_id=self.board_leader.id, amount_from=5000)
        case = self._case()
        for amount, user in (
            (0, self.manager),
            (1000, self.manager),
            (1000.01, self.region_leader),
            (5000, self.region_leader),
            (999999, self.board_leader),
        ):
            self.assertEqual(self._asked(case, amount=amount), [user], amount)

    def test_rules_of_another_procedure_do_not_hold(self):
        other = self.env['complaint.procedure'].create(
            {'name': "Other", 'code': 'other', 'stage_ids': [Command.create({'name': "Start"})]}
        )
        self._rule(procedure_id=other.id)
        self.assertFalse(self._case()._request_approval('solution'))
        self._rule(procedure_id=False)
        self.assertTrue(self._case()._request_approval('solution'))

    def test_the_head_who_is_missing_is_replaced_by_the_next_up_the_tree(self):
        self._rule(approver='department_head')
        case = self._case(department_id=False)
        self.assertEqual(self._asked(case), [self.manager])
        self.team.leader_id = False
        self.assertEqual(self._asked(case), [self.region_leader])
        self.region.leader_id = self.board.leader_id = False
        self.assertEqual(self._asked(case), [self.committee])

    def test_with_nobody_left_it_says_what_to_configure(self):
        self._rule(name="Head reviews", approver='department_head')
        case = self._case(department_id=False)
        (self.team | self.region | self.board).leader_id = False
        self.group.user_ids = [Command.clear()]
        with self._refused("Nobody can approve “Head reviews”.*names a head of the department"):
            case._request_approval('solution')
        self.assertFalse(case.sudo().approval_ids)

    def test_who_left_or_has_no_role_is_not_asked(self):
        self._rule(approver='team_leader')
        case = self._case()
        self.manager.active = False
        self.assertEqual(self._asked(case), [self.region_leader])
        self.region_leader.group_ids = [Command.set([self.env.ref('base.group_user').id])]
        self.assertEqual(self._asked(case), [self.board_leader])

    def test_a_rule_that_makes_no_sense_is_refused(self):
        for values, sentence in (
            ({'approver': 'group'}, "Choose the group"),
            ({'approver': 'user', 'user_id': self.outsider.id}, "has no role"),
            ({'amount_from': 10, 'amount_to': 5}, "must exceed"),
            ({'amount_from': -1}, "negative"),
            ({'domain': "[('no_such_field', '=', 1)]"}, "cannot be read"),
        ):
            with self._refused(sentence, ValidationError):
                self._rule(**values)

    def test_only_administrators_configure(self):
        rule = self._rule()
        for user in (self.handler, self.manager, self.committee):
            rule.with_user(user).read(['name'])
            with self.assertRaises(AccessError):
                rule.with_user(user).write({'active': False})
        rule.with_user(self.admin).active = False

    def test_rules_travel_with_their_procedure(self):
        """Design 8: a preset carries rules, criteria and their translations."""
        criteria = self.env.ref('complaint_management.approval_criterion_fair')
        rule = self._rule(
            name="Team reviews",
            approver='group',
            group_id=self.group.id,
            criterion_ids=[Command.link(criteria.id)],
            domain=f"[('grade_id', '=', {self.grade.id})]",
            amount_from=100,
        )
        exporter = self.env['complaint.preset.exporter']
        records = exporter._collect(self.procedure.with_context(active_test=False))
        self.assertIn(rule, records['complaint.approval.rule'])
        _headers, rows = exporter._get_rows(
            records['complaint.approval.rule'], exporter._get_ids(self.procedure, records)
        )
        row = rows[-1]
        self.assertEqual(row['criterion_ids'], 'complaint_management.approval_criterion_fair')
        self.assertIn("ref(", row['domain'])
