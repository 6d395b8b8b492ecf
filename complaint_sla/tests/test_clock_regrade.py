from odoo.fields import Command
from odoo.tests import tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestClockRegrade(SlaCommon):
    """Clocks when a field changes that policies ask for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.major = cls.env['complaint.grade'].create({'name': "Grave", 'rank': 90})
        cls.slow = cls._create_policy(limit_value=5, domain=f"[('grade_id', '!=', {cls.major.id})]")
        cls.fast = cls._create_policy(
            limit_value=4,
            limit_unit='hour',
            domain=f"[('grade_id', '=', {cls.major.id})]",
            grace_value=2,
        )

    def _receive(self, **values):
        with self._at('2026-11-20 09:00'):
            return self._create_worked_case(**values)

    def test_only_what_applies_starts(self):
        self.assertEqual(self._receive().sla_clock_ids.policy_id, self.slow)
        self.assertEqual(self._receive(grade_id=self.major.id).sla_clock_ids.policy_id, self.fast)

    def test_old_clock_is_superseded_and_new_one_has_the_same_start(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.grade_id = self.major
            old, new = self._clock(case, self.slow), self._clock(case, self.fast)
            self.assertEqual(old.state, 'superseded')
            self.assertMoment(old.stopped_at, '2026-11-20 10:00')
            self.assertEqual(new.state, 'running')
            self.assertMoment(new.started_at, '2026-11-20 09:00')
            self.assertMoment(new.deadline, '2026-11-20 14:00')
            self.assertFalse(new.has_grace)
            self.assertMoment(case.sla_deadline, '2026-11-20 14:00')

    def test_limit_that_is_already_past_gets_grace_and_says_so(self):
        case = self._receive()
        with self._at('2026-11-20 16:30'):
            case.grade_id = self.major
            new = self._clock(case, self.fast)
            self.assertTrue(new.has_grace)
            self.assertMoment(new.deadline, '2026-11-23 09:30')
            self.assertEqual([step['code'] for step in new.trace][-2:], ['grace', 'result'])
            self.assertFalse(new.is_late)

    def test_graded_back_the_old_clock_runs_on(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.grade_id = self.major
        with self._at('2026-11-20 11:00'):
            case.grade_id = self.grade
            old, new = self._clock(case, self.slow), self._clock(case, self.fast)
            self.assertEqual((old.state, new.state), ('running', 'superseded'))
            self.assertMoment(old.deadline, '2026-11-26 18:00')
            self.assertFalse(old.stopped_at)
            self.assertEqual(len(case.sla_clock_ids), 2)

    def test_superseded_clock_is_not_met_by_a_later_answer(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.grade_id = self.major
        with self._at('2026-11-20 11:00'):
            case._stamp('answered')
        self.assertEqual(self._clock(case, self.slow).state, 'superseded')
        self.assertEqual(self._clock(case, self.fast).state, 'met')

    def test_result_stays_when_the_grade_changes_afterwards(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._stamp('answered')
        with self._at('2026-11-25 10:00'):
            case.grade_id = self.major
        self.assertEqual(self._clock(case, self.slow).state, 'met')
        # What was done before the rule applied cannot be late under it.
        self.assertEqual(self._clock(case, self.fast).state, 'met')

    def test_lateness_is_not_wiped_out_by_regrading(self):
        case = self._receive(grade_id=self.major.id)
        with self._at('2026-11-23 10:00'):
            case.grade_id = self.grade
            old = self._clock(case, self.fast)
            self.assertEqual(old.state, 'superseded')
            self.assertTrue(old.is_late)
            self.assertIn(old, self.clocks.search([('is_late', '=', True)]))
            self.assertNotIn(old, self.clocks.search([('is_late', '=', False)]))

    def test_grade_and_stage_in_one_write(self):
        case = self._receive()
        with self._at('2026-11-20 16:30'):
            case.write({'grade_id': self.major.id, 'stage_id': self.stages['assessment'].id})
        self.assertEqual(self._clock(case, self.slow).state, 'superseded')
        self.assertTrue(self._clock(case, self.fast).has_grace)

    def test_computed_grade_is_noticed_too(self):
        category = self.env['complaint.category'].create(
            {'name': "Injury", 'grade_id': self.major.id}
        )
        case = self._receive(grade_id=False, category_id=False)
        with self._at('2026-11-20 10:00'):
            case.category_id = category
        self.assertEqual(self._clock(case, self.slow).state, 'superseded')
        self.assertEqual(self._clock(case, self.fast).state, 'running')

    def test_flags_are_noticed(self):
        flag = self.env['complaint.flag'].create({'name': "Press"})
        policy = self._create_policy(
            'received', 'contacted', domain=f"[('flag_ids', 'in', [{flag.id}])]"
        )
        case = self._receive()
        self.assertFalse(self._clock(case, policy))
        with self._at('2026-11-20 10:00'):
            case.flag_ids = [Command.link(flag.id)]
        self.assertEqual(self._clock(case, policy).state, 'running')

    def test_policy_made_later_applies_when_the_case_changes_into_it(self):
        case = self._receive()
        policy = self._create_policy(
            'received', 'closed', limit_value=9, domain=f"[('grade_id', '=', {self.major.id})]"
        )
        with self._at('2026-11-20 10:00'):
            case.grade_id = self.major
        self.assertMoment(self._clock(case, policy).started_at, '2026-11-20 09:00')

    def test_change_of_procedure(self):
        other = self.procedure.copy({'code': 'other'})
        self.env['complaint.stage'].create(
            {'name': "Start", 'procedure_id': other.id, 'phase': 'intake'}
        )
        policy = self._create_policy('received', 'closed', procedure_id=other.id)
        case = self._receive()
        self.assertFalse(self._clock(case, policy))
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager).procedure_id = other
        self.assertEqual(self._clock(case, policy).state, 'running')
        own = self._create_policy('contacted', 'answered', procedure_id=self.procedure.id)
        with self._at('2026-11-20 11:00'):
            case._stamp('contacted')
        self.assertFalse(self._clock(case, own))

    def test_batch_costs_the_same_number_of_queries_as_one(self):
        for number in range(6):
            self._create_policy('received', 'closed', limit_value=10 + number)

        def count(cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.clocks._reconcile(cases)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = self._receive() | self._receive()
        many = few | self.env['complaint.case'].union(*[self._receive() for _n in range(20)])
        with self._at('2026-11-20 09:30'):
            count(few)
            self.assertEqual(count(many), count(few))
            # One more policy, for which every case needs a clock.
            self._create_policy('received', 'investigated', limit_value=30).last_event_id = 0
            count(many[:1])  # fills what the new policy emptied
            one = count(many[1:2])
            self.assertLessEqual(count(many[2:]), one + 1)
            self.assertEqual(len(many.sla_clock_ids), len(many) * 8)
