from itertools import count, cycle

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestQueriesWithoutPolicy(SlaCommon):
    """Who has no policies pays next to nothing for the addons above: three queries at most."""

    def _values(self, number):
        return {
            'name': f"Case {number}",
            'description': "The lift stands still.",
            'complainant_name': "Zhang Min",
            'complainant_phone': "12345",
            'category_id': self.category.id,
            'team_id': self.team.id,
        }

    def test_registering_one_complaint(self):
        cases, number = self.env['complaint.case'].with_user(self.receiver), count()
        queries = self._count_queries(lambda: cases.create(self._values(next(number))))
        self.assertLessEqual(queries, 22 + 3)

    def test_registering_a_hundred_complaints(self):
        cases = self.env['complaint.case'].with_user(self.receiver)
        queries = self._count_queries(
            lambda: cases.create([self._values(number) for number in range(100)])
        )
        self.assertLessEqual(queries, 100)

    def test_changing_the_stage(self):
        case = self._create_case()
        turn = cycle([self.stages['acknowledgement'].id, self.stages['assessment'].id])
        queries = self._count_queries(
            lambda: case.web_save({'stage_id': next(turn)}, {'stage_id': {}})
        )
        self.assertLessEqual(queries, 16 + 3)


@tagged('post_install', '-at_install')
class TestQueriesWithPolicies(SlaCommon):
    """Issue 4: what time limits may cost. The best peer needs 46 queries to create one ticket with
    five policies, and 26.2 for each of a batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env['complaint.case'].with_user(cls.receiver)
        cls._create_policies(5)

    @classmethod
    def _create_policies(cls, count):
        for number in range(count):
            cls._create_policy(
                'received',
                'answered' if number % 2 else 'closed',
                limit_value=1 + number,
                pause_allowed=True,
                extension_max=1,
                domain=f"[('category_id', '=', {cls.category.id})]",
            )

    def _values(self, number):
        return {
            'name': f"Case {number}",
            'description': "The lift stands still.",
            'complainant_name': "Zhang Min",
            'complainant_phone': "12345",
            'category_id': self.category.id,
            'team_id': self.team.id,
        }

    def _count_creating(self, size):
        created = []
        queries = self._count_queries(
            lambda: created.append(self.cases.create([self._values(n) for n in range(size)]))
        )
        policies = self.env['complaint.sla.policy'].search_count([('state', '=', 'active')])
        self.assertEqual(len(created[-1].sla_clock_ids), size * policies)
        return queries

    def test_registering_one_complaint_with_five_policies(self):
        five = self._count_creating(1)
        self.assertLessEqual(five, 26)
        self._create_policies(5)
        self.assertLessEqual(self._count_creating(1), five)

    def test_registering_a_hundred_complaints_with_five_policies(self):
        five = self._count_creating(100)
        self.assertLessEqual(five, 150)
        self._create_policies(5)
        # Core inserts a hundred rows at a time: five policies more are five inserts of clocks
        # and five of planned reminders more.
        ten = self._count_creating(100)
        self.assertLessEqual(ten, five + 10)
        self.assertLessEqual(ten, 150)

    def test_opening_the_board(self):
        stages = self.procedure.stage_ids.filtered(lambda stage: not stage.fold)[:10]
        cases = self.cases.create([self._values(number) for number in range(40 * len(stages))])
        cases.write({'flag_ids': [Command.set(self.env.ref('complaint_management.flag_mass').ids)]})
        for case, stage in zip(cases, cycle(stages.ids), strict=False):
            self.env.cr.execute(
                SQL("UPDATE complaint_case SET stage_id = %s WHERE id = %s", stage, case.id)
            )
        cases[::3].activity_schedule('mail.mail_activity_data_todo', user_id=self.receiver.id)
        names = self.cases.get_view(view_type='kanban')['models']['complaint.case']
        types = self.cases.fields_get(names, ['type'])
        specification = {
            name: {'fields': {'display_name': {}}} if types[name]['type'].endswith('2many') else {}
            for name in names
        }
        board = self.cases.with_context(
            default_procedure_id=self.procedure.id, read_group_expand=True
        )
        shown = []
        queries = self._count_queries(
            lambda: shown.append(
                board.web_read_group(
                    [('id', 'in', cases.ids)],
                    ['stage_id'],
                    ['__count'],
                    auto_unfold=True,
                    unfold_read_specification=specification,
                    unfold_read_default_limit=40,
                )
            )
        )
        cards = [card for group in shown[-1]['groups'] for card in group.get('__records', [])]
        self.assertEqual(len(cards), len(cases))
        self.assertTrue(all(card['sla_time_left'] for card in cards))
        # One of them reads the user's own row, as every request of a web client does before.
        self.assertLessEqual(queries, 23)

    def test_a_change_of_stage_that_stops_one_clock_and_starts_another(self):
        stages = self.stages
        stop, start = stages['acknowledgement'], stages['assessment']
        stop.mail_template_id = False  # what telling the customer costs is measured by itself
        self._create_policy('received', stop.milestone_id.code)
        self._create_policy(stop.milestone_id.code, start.milestone_id.code)
        moved = [self.cases.create(self._values(number)) for number in range(3)]
        before = [case.sla_clock_ids.mapped('state') for case in moved]
        turn = iter(moved)
        queries = self._count_queries(
            lambda: next(turn).web_save({'stage_id': stop.id}, {'stage_id': {}})
        )
        self.assertLessEqual(queries, 24)
        for case, states in zip(moved, before, strict=True):
            self.assertEqual(case.sla_clock_ids.mapped('state').count('met'), 1)
            self.assertEqual(len(case.sla_clock_ids), len(states) + 1)

    def test_a_paused_complaint_moves_as_cheaply(self):
        case = self.cases.create(self._values(1))
        case._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))
        turn = cycle([self.stages['acknowledgement'].id, self.stages['assessment'].id])
        queries = self._count_queries(
            lambda: case.web_save({'stage_id': next(turn)}, {'stage_id': {}})
        )
        self.assertLessEqual(queries, 24)
