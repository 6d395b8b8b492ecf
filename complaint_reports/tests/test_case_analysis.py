from odoo.tests import tagged

from .common import ReportsCommon


@tagged('post_install', '-at_install')
class TestCaseAnalysis(ReportsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analysis = cls.env['complaint.case.analysis']

    def _get_rows(self, cases):
        self.env.invalidate_all()
        return self.analysis.search([('case_id', 'in', cases.ids)])

    def test_one_row_a_case_with_its_values(self):
        case = self._create_worked_case(department_id=self.department.id)
        row = self._get_rows(case)
        self.assertEqual(row.id, case.id)
        self.assertEqual(row.case_id, case)
        for name in (
            'number',
            'name',
            'received_at',
            'company_id',
            'procedure_id',
            'team_id',
            'department_id',
            'handler_id',
            'kind_id',
            'category_id',
            'cause_id',
            'grade_id',
            'channel_id',
            'priority',
            'validity',
            'stage_id',
            'phase',
            'is_closed',
            'round',
            'event_count',
        ):
            self.assertEqual(row[name], case[name], name)

    def test_time_to_close(self):
        with self._at('2025-03-03 09:00'):
            closed, still_open = self._create_worked_case(), self._create_case()
        with self._at('2025-03-05 21:00'):
            closed.with_user(self.manager)._move_to(self.stages['closed'])
        row = self._get_rows(closed)
        self.assertAlmostEqual(row.hours_to_close, 60)
        self.assertAlmostEqual(row.days_to_close, 2.5)
        # An open case is not counted as closed in no time.
        [(hours, count)] = self.analysis._read_group(
            [('case_id', 'in', (closed | still_open).ids)], [], ['hours_to_close:avg', '__count']
        )
        self.assertAlmostEqual(hours, 60)
        self.assertEqual(count, 2)

    def test_late_count(self):
        with self._at('2025-03-03 09:00'):
            late, met = self._create_case(), self._create_case()
            met.with_user(self.manager)._stamp('answered')
        with self._at('2025-03-03 16:00'):
            self.assertEqual(self._get_rows(late).late_count, 1)
            self.assertEqual(self._get_rows(met).late_count, 0)
            for case in late | met:
                self.assertEqual(self._get_rows(case).late_count, case.sla_late_count)
            self.assertEqual(
                self.analysis.search(
                    [('case_id', 'in', (late | met).ids), ('late_count', '>', 0)]
                ).case_id,
                late,
            )

    def test_figures_equal_direct_counts(self):
        for values in ({}, {'category_id': False}, {'grade_id': self.grade.id}, {'priority': '1'}):
            self._create_worked_case(**values)
        cases = self.env['complaint.case']
        for name in (
            'category_id',
            'escape_cause_id',
            'grade_id',
            'team_id',
            'handler_id',
            'stage_id',
            'phase',
            'received_at:month',
            'company_id',
            'channel_id',
            'kind_id',
        ):
            self.assertEqual(
                self.analysis._read_group([('is_latest', '=', True)], [name], ['__count']),
                cases._read_group([], [name], ['__count']),
                name,
            )

    def test_month_is_the_local_one(self):
        with self._at('2025-04-01 07:30'):  # still March in UTC
            case = self._create_case()
        [group] = self.analysis.with_context(tz='Asia/Shanghai', lang='en_US').formatted_read_group(
            [('case_id', '=', case.id)], ['received_at:month'], ['__count']
        )
        self.assertEqual(group['received_at:month'][1], "April 2025")

    def test_every_figure_leads_to_its_cases(self):
        """A click in the pivot searches with the domain of the cell; a row opens its case."""
        self._create_worked_case(priority='1')
        self._create_case()
        analysis = self.analysis.with_user(self.manager)
        total = 0
        for group in analysis.formatted_read_group(
            [('is_latest', '=', True)], ['category_id', 'received_at:month'], ['__count']
        ):
            rows = analysis.search(group['__extra_domain'])
            self.assertEqual(len(rows), group['__count'])
            total += len(rows)
            for row in rows:
                action = row.action_open_case()
                self.assertEqual(
                    (action['res_model'], action['res_id']), ('complaint.case', row.case_id.id)
                )
        self.assertEqual(total, self.env['complaint.case'].with_user(self.manager).search_count([]))

    def test_grouped_read_costs_the_same_for_many_cases(self):
        analysis = self.analysis.with_user(self.manager)

        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            analysis._read_group(
                [],
                ['category_id', 'received_at:month'],
                ['__count', 'days_to_close:avg', 'late_count:sum'],
            )
            return self.cr.sql_log_count - before

        self._create_worked_case()
        count_queries()  # fills the caches of the process
        few = count_queries()
        for number in range(12):
            self._create_case(name=f"Case {number}")
        self.assertEqual(count_queries(), few)
        self.assertLessEqual(few, 12)
