from odoo.tests import tagged
from odoo.tools import SQL

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestLateFilter(SlaCommon):
    """Late, at risk, on time: what a list shows is what its filter finds, without any job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_value=8, limit_unit='hour')
        cls.cases = cls.env['complaint.case']

    def _receive(self, text='2026-11-20 09:00'):
        with self._at(text):
            return self._create_worked_case()

    def _check_states(self, expected):
        """Check field and search of both the case and its clock at the frozen time."""
        case_ids = [case.id for case in expected]
        everybody = self.cases.browse(case_ids)
        everybody.invalidate_recordset()
        for case, state in expected.items():
            self.assertEqual(case.sla_state, state, case.name)
        for state in ('on_time', 'at_risk', 'late', 'none'):
            wanted = [case for case in expected if expected[case] == state]
            domain = [('id', 'in', case_ids)]
            self.assertCountEqual(self.cases.search(domain + [('sla_state', '=', state)]), wanted)
            self.assertEqual(
                self.cases.search_count(domain + [('sla_state', '!=', state)]),
                len(case_ids) - len(wanted),
            )
            self.assertCountEqual(everybody.filtered_domain([('sla_state', '=', state)]), wanted)
        late = everybody.filtered(lambda case: expected[case] == 'late')
        clocks = everybody.sla_clock_ids
        clocks.invalidate_recordset()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM complaint_sla_clock AS clock WHERE id IN %s AND %s",
                tuple(clocks.ids),
                self.clocks._get_late_condition('clock'),
            )
        )
        self.assertEqual({row[0] for row in rows}, set(clocks.filtered('is_late').ids))
        self.assertEqual(
            self.clocks.search([('id', 'in', clocks.ids), ('is_late', '=', True)]),
            late.sla_clock_ids.filtered('is_late'),
        )

    def test_time_alone_makes_it_late(self):
        case = self._receive()
        # Eight hours from 9:00: three quarters are used up at 16:00, all at 18:00.
        for moment, state in (
            ('2026-11-20 09:00', 'on_time'),
            ('2026-11-20 15:59:59', 'on_time'),
            ('2026-11-20 16:00', 'at_risk'),
            ('2026-11-20 18:00', 'at_risk'),
            ('2026-11-20 18:00:01', 'late'),
            ('2027-11-20 09:00', 'late'),
        ):
            with self.subTest(moment=moment), self._at(moment):
                self._check_states({case: state})

    def test_several_cases(self):
        late, fresh, answered = (
            self._receive('2026-11-18 09:00'),
            self._receive('2026-11-20 11:00'),
            self._receive('2026-11-18 09:00'),
        )
        with self._at('2026-11-18 10:00'):
            answered._stamp('answered')
        with self._at('2026-11-20 11:30'):
            self._check_states({late: 'late', fresh: 'on_time', answered: 'none'})
            self.assertEqual(late.sla_late_count, 1)

    def test_next_deadline_is_the_earliest_that_runs(self):
        self._create_policy('received', 'contacted', limit_value=2, limit_unit='hour')
        case = self._receive()
        self.assertMoment(case.sla_deadline, '2026-11-20 11:00')
        with self._at('2026-11-20 10:00'):
            case._stamp('contacted')
        self.assertMoment(case.sla_deadline, '2026-11-20 18:00')
        with self._at('2026-11-20 10:30'):
            case._stamp('answered')
        self.assertFalse(case.sla_deadline)

    def test_late_uses_the_index(self):
        case = self._receive()
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        with self._at('2026-11-21 09:00'):
            query = self.cases._search([('sla_state', '=', 'late')], order='sla_deadline')
            self.assertIn(case.id, query.get_result_ids())
            self.env.cr.execute(
                "EXPLAIN "
                + str(self.env.cr.mogrify(query.select().code, query.select().params), 'utf-8')
            )
        plan = '\n'.join(row[0] for row in self.env.cr.fetchall())
        self.assertIn('sla_deadline_index', plan)

    def test_time_left_is_working_time(self):
        case = self._receive('2026-11-20 17:00')  # Friday; due on Monday at 17:00
        for moment, seconds, words in (
            ('2026-11-20 17:00', 8 * 3600, "1 d"),
            ('2026-11-21 12:00', 7 * 3600, "7 h"),
            ('2026-11-23 12:30', 4 * 3600, "4 h"),
            ('2026-11-23 16:45', 900, "15 min"),
            ('2026-11-23 16:59:20', 40, "40 s"),
            ('2026-11-23 17:30', -1800, "30 min late"),
            ('2026-11-23 17:00', 0, "0 s"),
            ('2026-11-25 18:30', -17 * 3600, "2 d 1 h late"),
        ):
            with self.subTest(moment=moment), self._at(moment):
                case.invalidate_recordset()
                clock = self._clock(case, self.policy)
                clock.invalidate_recordset()
                self.assertEqual((clock.remaining, clock.time_left), (seconds, words))
                self.assertEqual((case.sla_remaining, case.sla_time_left), (seconds, words))

    def test_list_of_cases_costs_the_same_for_many(self):
        cases = self.cases.union(*[self._receive() for _number in range(12)])
        names = ['sla_deadline', 'sla_state', 'sla_time_left', 'sla_late_count']

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.read(names)
            return self.env.cr.sql_log_count - before

        count(cases)
        self.assertEqual(count(cases), count(cases[:2]))

    def test_views_open_for_every_role(self):
        case = self._receive()
        for user in (self.handler, self.receiver, self.manager, self.auditor, self.admin):
            records = case.with_user(user)
            for view in ('form', 'list', 'kanban', 'search'):
                records.get_view(view_type=view)
            values = records.web_read(
                {
                    'sla_state': {},
                    'sla_time_left': {},
                    'sla_deadline': {},
                    'sla_clock_ids': {
                        'fields': {
                            'policy_id': {'fields': {'display_name': {}}},
                            'time_left': {},
                            'explanation': {},
                        }
                    },
                }
            )
            self.assertEqual(len(values[0]['sla_clock_ids']), 1)

    def test_late_without_working_time_since(self):
        case = self._receive('2026-11-20 09:00')  # due on Friday at closing time
        with self._at('2026-11-22 12:00'):
            case.invalidate_recordset()
            self.assertEqual(case.sla_time_left, "late")
            self.assertEqual(case.sla_state, 'late')
