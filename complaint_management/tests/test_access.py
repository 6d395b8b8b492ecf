from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon


class AccessCommon(ComplaintCommon):
    """Helpers that try every road to a record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Else nobody but administrators exports anything, and the rules would not be asked.
        cls.env.ref('base.group_user').implied_ids |= cls.env.ref('base.group_allow_export')

    def _roads(self, user, record):
        """Return {road: whether the user finds or reads this record on it}."""
        is_case = record._name == 'complaint.case'
        name = record.sudo().number if is_case else record.sudo().milestone_id.name
        domain = [('id', '=', record.id)]
        model = self.env[record._name].with_user(user)
        record = record.with_user(user)
        roads = {
            'read': lambda: record.read(['display_name']),
            'field': lambda: record.event_head if is_case else record.hash,
            'search': lambda: model.search(domain),
            'search_read': lambda: model.search_read(domain, ['id']),
            'search_count': lambda: model.search_count(domain),
            'web_search_read': lambda: model.web_search_read(domain, {'id': {}})['records'],
            'web_read': lambda: record.web_read({'display_name': {}}),
            '_read_group': lambda: model._read_group(domain, [], ['__count'])[0][0],
            'formatted_read_group': lambda: model.formatted_read_group(
                domain, ['handler_id' if is_case else 'user_id'], ['__count']
            ),
            'formatted_read_grouping_sets': lambda: model.formatted_read_grouping_sets(
                domain, [['round']], ['__count']
            )[0],
            'web_read_group': lambda: model.web_read_group(domain, ['round'], ['__count'])[
                'groups'
            ],
            'name_search': lambda: model.name_search(name, domain=domain),
            'export_data': lambda: record.export_data(['round'])['datas'],
            'search by value': lambda: model.search([('round', '=', 1), *domain]),
        }
        if is_case:
            bar = {'field': 'priority', 'colors': {'0': 'success', '1': 'danger'}}
            roads['read_progress_bar'] = lambda: model.read_progress_bar(domain, 'stage_id', bar)
        return {road: self._succeeds(call) for road, call in roads.items()}

    def _succeeds(self, call):
        self.env.invalidate_all()  # what another user has read is not asked about again
        try:
            with self.env.cr.savepoint(flush=False):
                return bool(call())
        except UserError:
            return False

    def _assert_open(self, user, record, is_open):
        for road, found in self._roads(user, record).items():
            self.assertEqual(
                found,
                is_open,
                f"{user.name}, {record._name}, {road}: {'found' if found else 'not found'}",
            )


@tagged('post_install', '-at_install')
class TestAccessMatrix(AccessCommon):
    """Design 6: who may do what with which case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(handler_id=cls.handler.id, department_id=cls.department.id)
        cls.stranger = cls.env['complaint.team'].create({'name': "Stranger"})
        cls.foreign = cls._create_case(user=cls.env.user, team_id=cls.stranger.id)
        cls.legal_flag = cls.env['complaint.flag'].create(
            {'name': "Law suit", 'requires_legal_opinion': True}
        )
        cls.secret_flag = cls.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )

    def _rights(self, user, record):
        self.env.invalidate_all()
        record = record.with_user(user)
        operations = ('read', 'write', 'create', 'unlink')
        return ''.join(name[0] for name in operations if record.has_access(name))

    def test_rights_on_a_case_of_the_own_team_or_department(self):
        expected = {
            self.handler: 'rwc',
            self.receiver: 'rwc',
            self.manager: 'rwc',
            self.department_head: 'rwc',
            self.committee: 'rwc',
            self.legal: '',
            self.auditor: 'r',
            self.admin: 'rwcu',
            self.outsider: '',
        }
        self.assertEqual({user: self._rights(user, self.case) for user in expected}, expected)

    def test_rights_on_a_case_of_strangers(self):
        expected = {
            self.handler: '',
            self.receiver: '',
            self.manager: '',
            self.department_head: '',
            self.committee: 'rwc',
            self.legal: '',
            self.auditor: 'r',
            self.admin: 'rwcu',
            self.outsider: '',
        }
        self.assertEqual({user: self._rights(user, self.foreign) for user in expected}, expected)

    def test_events_are_read_by_whom_the_case_is_read_and_changed_by_nobody(self):
        for case in (self.case, self.foreign):
            event = case.sudo().event_ids[:1]
            for user in (
                self.handler,
                self.receiver,
                self.manager,
                self.department_head,
                self.committee,
                self.legal,
                self.auditor,
                self.admin,
                self.outsider,
            ):
                readable = 'r' in self._rights(user, case)
                self.assertEqual(self._rights(user, event), 'r' if readable else '', user.name)

    def test_every_road_to_case_and_event_obeys_the_rules(self):
        own = (self.handler, self.receiver, self.manager, self.department_head)
        every = (self.committee, self.auditor, self.admin)
        for user in own + every:
            self._assert_open(user, self.case, True)
            self._assert_open(user, self.case.sudo().event_ids[:1], True)
        for user in (*own, self.legal, self.outsider):
            self._assert_open(user, self.foreign, False)
            self._assert_open(user, self.foreign.sudo().event_ids[:1], False)

    def test_a_handler_finds_his_cases_by_each_of_his_parts(self):
        clerk = new_test_user(
            self.env, 'complaint_clerk', groups='complaint_management.group_complaint_user'
        )
        case = self.foreign
        self._assert_open(clerk, case, False)
        for name in ('handler_id', 'contact_owner_id', 'followup_user_id'):
            case[name] = clerk
            self._assert_open(clerk, case, True)
            case[name] = False
            self._assert_open(clerk, case, False)
        mine = self._create_case(
            user=clerk, team_id=self.stranger.id, contact_owner_id=self.receiver.id
        )
        self._assert_open(clerk, mine, True)

    def test_legal_staff_see_what_needs_a_legal_opinion(self):
        self._assert_open(self.legal, self.foreign, False)
        self.foreign.flag_ids = self.legal_flag
        self._assert_open(self.legal, self.foreign, True)
        self._assert_open(self.legal, self.foreign.sudo().event_ids[:1], True)
        self.legal_flag.requires_legal_opinion = False
        self._assert_open(self.legal, self.foreign, False)

    def test_a_restricted_flag_narrows_the_case(self):
        self.case.flag_ids = self.secret_flag
        event = self.case.sudo().event_ids[:1]
        self.assertEqual(self.case.contact_owner_id, self.receiver)
        for user, is_open in {
            self.handler: True,  # handles it
            self.receiver: True,  # first-contact owner
            self.manager: True,  # leads the team
            self.committee: True,
            self.auditor: True,
            self.department_head: False,
            self.admin: False,
            self.legal: False,
            self.outsider: False,
        }.items():
            self._assert_open(user, self.case, is_open)
            self._assert_open(user, event, is_open)
        colleague = new_test_user(
            self.env, 'complaint_desk', groups='complaint_management.group_complaint_receiver'
        )
        self.team.member_ids |= colleague
        self._assert_open(colleague, self.case, False)
        self.case.flag_ids |= self.legal_flag
        self._assert_open(self.legal, self.case, True)

    def test_a_flag_that_begins_to_restrict_narrows_at_once(self):
        self.case.flag_ids = self.secret_flag
        self.secret_flag.restricts_access = False
        self._assert_open(self.department_head, self.case, True)
        self.secret_flag.restricts_access = True
        self._assert_open(self.department_head, self.case, False)

    def test_a_child_team_belongs_to_the_manager_of_its_parent(self):
        child = self.env['complaint.team'].create(
            {'name': "Night shift", 'parent_id': self.team.id}
        )
        case = self._create_case(user=self.env.user, team_id=child.id)
        self._assert_open(self.manager, case, True)
        self._assert_open(self.receiver, case, False)
        child.parent_id = False
        self._assert_open(self.manager, case, False)

    def test_a_child_department_belongs_to_the_head_of_its_parent(self):
        child = self.env['hr.department'].create({'name': "Lifts", 'parent_id': self.department.id})
        case = self._create_case(
            user=self.env.user, team_id=self.stranger.id, department_id=child.id
        )
        self._assert_open(self.department_head, case, True)
        self._assert_open(self.handler, case, False)

    def test_public_and_portal_users_have_no_rights_at_all(self):
        """F12 of the peers: there visitors could write stages."""
        portal = new_test_user(self.env, 'complaint_portal', groups='base.group_portal')
        portal.partner_id = portal.partner_id
        case = self._create_case(partner_id=portal.partner_id.id)
        models = [name for name in self.registry if name.startswith('complaint.')]
        self.assertGreater(len(models), 15)
        for user in (portal, self.env.ref('base.public_user')):
            self._assert_open(user, case, False)
            for name in models:
                for operation in ('read', 'write', 'create', 'unlink'):
                    self.assertFalse(
                        self.env[name].with_user(user).has_access(operation),
                        f"{user.login} {operation} {name}",
                    )

    def test_the_auditor_changes_nothing(self):
        case = self.case.with_user(self.auditor)
        for call in (
            lambda: case.write({'name': "x"}),
            lambda: case.write({'stage_id': self.stages['acknowledgement'].id}),
            lambda: case.copy(),
            lambda: case.create({'name': "x"}),
            lambda: case.action_register(),
            lambda: case.unlink(),
            lambda: (
                self.env['complaint.case.close']
                .with_user(self.auditor)
                .create({'case_id': case.id})
            ),
            lambda: (
                self.env['complaint.case.record.milestone']
                .with_user(self.auditor)
                .create({'case_id': case.id})
            ),
        ):
            with self.assertRaises(AccessError):
                call()


@tagged('post_install', '-at_install')
class TestAccessAtOnce(AccessCommon):
    """The rules hold ids of teams and departments in a cache: every change is seen at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env['complaint.team'].create({'name': "Stranger"})
        cls.other = cls.env['hr.department'].create({'name': "Elsewhere"})
        cls.clerk = new_test_user(
            cls.env, 'complaint_clerk', groups='complaint_management.group_complaint_manager'
        )
        cls.employee = cls.env['hr.employee'].create({'name': "Clerk", 'user_id': cls.clerk.id})
        cls.case = cls._create_case(
            user=cls.env.user, team_id=cls.stranger.id, department_id=cls.other.id
        )

    def setUp(self):
        super().setUp()
        self._assert_open(self.clerk, self.case, False)  # and the rule is cached

    def test_a_new_member_of_the_team(self):
        self.stranger.member_ids = self.clerk
        self._assert_open(self.clerk, self.case, True)
        self.stranger.member_ids = False
        self._assert_open(self.clerk, self.case, False)

    def test_a_new_leader_of_the_team_and_of_its_parent(self):
        self.stranger.leader_id = self.clerk
        self._assert_open(self.clerk, self.case, True)
        self.stranger.leader_id = False
        self._assert_open(self.clerk, self.case, False)
        parent = self.env['complaint.team'].create({'name': "Parent", 'leader_id': self.clerk.id})
        self.stranger.parent_id = parent
        self._assert_open(self.clerk, self.case, True)

    def test_the_case_goes_to_another_team(self):
        team = self.env['complaint.team'].create(
            {'name': "Mine", 'member_ids': [Command.link(self.clerk.id)]}
        )
        self.case.team_id = team
        self._assert_open(self.clerk, self.case, True)

    def test_an_employee_joins_the_department(self):
        self.employee.department_id = self.other
        self._assert_open(self.clerk, self.case, True)
        self.employee.department_id = False
        self._assert_open(self.clerk, self.case, False)

    def test_a_version_of_the_employee_joins_the_department(self):
        self.employee.version_id.department_id = self.other
        self._assert_open(self.clerk, self.case, True)

    def test_an_employee_is_made_in_the_department(self):
        self.employee.user_id = False
        self._assert_open(self.clerk, self.case, False)
        self.env['hr.employee'].create(
            {'name': "Clerk", 'user_id': self.clerk.id, 'department_id': self.other.id}
        )
        self._assert_open(self.clerk, self.case, True)

    def test_an_employee_of_the_department_gets_the_user(self):
        colleague = self.env['hr.employee'].create(
            {'name': "Colleague", 'department_id': self.other.id}
        )
        self.employee.user_id = False
        self._assert_open(self.clerk, self.case, False)
        colleague.user_id = self.clerk
        self._assert_open(self.clerk, self.case, True)
        colleague.resource_id.user_id = False
        self._assert_open(self.clerk, self.case, False)

    def test_a_new_head_of_the_department(self):
        self.other.manager_id = self.employee
        self._assert_open(self.clerk, self.case, True)

    def test_a_department_comes_below_the_head(self):
        parent = self.env['hr.department'].create({'name': "Parent"})
        parent.manager_id = self.employee
        self._assert_open(self.clerk, self.case, False)
        self.other.parent_id = parent
        self._assert_open(self.clerk, self.case, True)

    def test_a_department_is_made_with_its_head(self):
        new = self.env['hr.department'].create({'name': "New", 'manager_id': self.employee.id})
        self.case.department_id = new
        self._assert_open(self.clerk, self.case, True)

    def test_a_user_joins_a_group(self):
        self.clerk.group_ids |= self.env.ref('complaint_management.group_complaint_committee')
        self._assert_open(self.clerk, self.case, True)

    def test_a_group_takes_in_a_user(self):
        group = self.env.ref('complaint_management.group_complaint_auditor')
        group.user_ids |= self.clerk
        self._assert_open(self.clerk, self.case, True)
        self.case.flag_ids = self.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )
        self._assert_open(self.clerk, self.case, True)
        group.user_ids -= self.clerk
        self._assert_open(self.clerk, self.case, False)


@tagged('post_install', '-at_install')
class TestAccessCompanies(AccessCommon):
    """Design 6: multi-company rules everywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env['res.company'].create({'name': "Branch"})
        cls.branch_team = cls.env['complaint.team'].create(
            {
                'name': "Branch team",
                'company_id': cls.branch.id,
                'member_ids': [Command.link(cls.receiver.id)],
                'leader_id': cls.manager.id,
            }
        )
        cls.case = cls.env['complaint.case'].create(
            {'name': "At the branch", 'team_id': cls.branch_team.id}
        )

    def test_a_case_of_another_company_is_out_of_reach(self):
        self.assertEqual(self.case.company_id, self.branch)
        event = self.case.event_ids[:1]
        for user in (self.receiver, self.manager, self.committee, self.auditor, self.admin):
            self._assert_open(user, self.case, False)
            self._assert_open(user, event, False)

    def test_a_user_of_both_companies_sees_those_that_are_switched_on(self):
        self.receiver.company_ids |= self.branch
        both = self.case.with_user(self.receiver).with_context(
            allowed_company_ids=[self.env.company.id, self.branch.id]
        )
        self.assertTrue(both.has_access('read'))
        self.assertTrue(both.event_ids)
        one = both.with_context(allowed_company_ids=self.env.company.ids)
        self.assertFalse(one.has_access('read'))

    def test_configuration_of_another_company_is_hidden(self):
        values = {'company_id': self.branch.id, 'name': "Branch's"}
        procedure = self.env['complaint.procedure'].create({**values, 'code': 'branch'})
        stage = self.env['complaint.stage'].create(
            {'name': "Branch's", 'procedure_id': procedure.id}
        )
        category = self.env['complaint.category'].create(values)
        for record in (procedure, stage, category, self.branch_team):
            self.assertFalse(record.with_user(self.admin).has_access('read'), record._name)

    def test_a_case_cannot_mix_companies(self):
        with self.assertRaises(UserError):
            self._create_case(
                user=self.env.user, company_id=self.env.company.id, team_id=self.branch_team.id
            )


@tagged('post_install', '-at_install')
class TestAccessCost(AccessCommon):
    """Design 12: the rules cost no query per record."""

    def test_reading_many_cases_costs_no_more_queries_than_few(self):
        cases = self.env['complaint.case'].create(
            [
                {
                    'name': f"Case {n}",
                    'team_id': self.team.id,
                    'handler_id': self.handler.id,
                    'partner_id': self.customer.id,
                }
                for n in range(60)
            ]
        )
        events = cases.event_ids

        def queries(user, records, names):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(user).read(names)
            return self.env.cr.sql_log_count - before

        for user in (self.handler, self.receiver, self.manager, self.auditor):
            for records, names in ((cases, ['name', 'stage_id']), (events, ['hash', 'note'])):
                queries(user, records, names)
                few, many = queries(user, records[:2], names), queries(user, records, names)
                self.assertEqual(few, many, f"{user.name} {records._name}")
                self.assertLessEqual(many, 6)
