from datetime import timedelta

from odoo.tests import tagged

from .common import ReportsCommon


@tagged('post_install', '-at_install')
class TestSlaAnalysis(ReportsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analysis = cls.env['complaint.sla.analysis']

    def _create_four(self):
        """Return clocks of cases received at nine: met, missed, running late, cancelled."""
        with self._at('2025-03-03 09:00'):
            cases = [self._create_worked_case() for _number in range(4)]
            met, missed, running, cancelled = cases
            met.with_user(self.manager)._stamp('answered')
        with self._at('2025-03-03 10:00'):
            cancelled.with_user(self.manager)._stamp('closed')
        with self._at('2025-03-03 14:00'):
            missed.with_user(self.manager)._stamp('answered')
        clocks = [self._clock(case, self.answer_limit) for case in cases]
        self.assertEqual(
            [clock.state for clock in clocks], ['met', 'missed', 'running', 'cancelled']
        )
        return clocks

    def _get_rows(self, clocks):
        self.env.invalidate_all()
        return [self.analysis.browse(clock.id) for clock in clocks]

    def test_one_row_a_clock_with_its_values(self):
        clocks = self._create_four()
        for row, clock in zip(self._get_rows(clocks), clocks, strict=True):
            for name in (
                'case_id',
                'company_id',
                'policy_id',
                'policy_version',
                'round',
                'state',
                'started_at',
                'deadline',
                'stopped_at',
                'responsible_id',
                'department_id',
            ):
                self.assertEqual(row[name], clock[name], name)
            for name in ('number', 'team_id', 'category_id', 'grade_id', 'procedure_id'):
                self.assertEqual(row[name], clock.case_id[name], name)

    def test_late_as_the_clock_says_it(self):
        clocks = self._create_four()
        with self._at('2025-03-03 16:00'):
            rows = self._get_rows(clocks)
            self.assertEqual([row.is_late for row in rows], [False, True, True, False])
            self.assertEqual([row.is_late for row in rows], [clock.is_late for clock in clocks])
            late = self.clocks.search([('is_late', '=', True)])
            self.assertEqual(
                self.analysis.search([('is_late', '=', True)]).ids,
                late.sorted(lambda c: (c.deadline, c.id), reverse=True).ids,
            )

    def test_at_risk_as_the_clock_says_it(self):
        """Neither what has ended nor what is late is at risk."""
        clocks = self._create_four()
        running = clocks[2]
        for moment in (running.warn_at, running.deadline):
            with self._at(str(moment), tz='UTC'):
                self.assertEqual(
                    [row.is_at_risk for row in self._get_rows(clocks)], [False, False, True, False]
                )
        for moment in (running.warn_at - timedelta(seconds=1), running.deadline + timedelta(1)):
            with self._at(str(moment), tz='UTC'):
                self.assertFalse(any(row.is_at_risk for row in self._get_rows(clocks)))
                now = self.clocks._get_now()
                self.assertNotEqual(running._get_bar_state(now), 'at_risk')

    def test_hours_and_share(self):
        clocks = self._create_four()
        with self._at('2025-03-03 16:00'):
            met, missed, running, cancelled = self._get_rows(clocks)
            self.assertAlmostEqual(missed.hours_late, 3)  # from eleven to two
            self.assertAlmostEqual(running.hours_late, 5)
            self.assertFalse(met.hours_late or cancelled.hours_late)
            self.assertAlmostEqual(missed.hours_taken, 5)
            [(kept, late)] = self.analysis._read_group(
                [('id', 'in', [clock.id for clock in clocks])],
                [],
                ['on_time_rate:avg', 'hours_late:avg'],
            )
        self.assertAlmostEqual(kept, 100 / 3)
        self.assertAlmostEqual(late, 4)

    def test_figures_equal_direct_counts(self):
        self._create_four()
        for name in ('policy_id', 'state', 'responsible_id', 'department_id', 'deadline:month'):
            self.assertEqual(
                self.analysis._read_group([], [name], ['__count']),
                self.clocks._read_group([], [name], ['__count']),
                name,
            )

    def test_row_opens_its_case(self):
        clock = self._create_four()[0]
        action = self.analysis.browse(clock.id).with_user(self.manager).action_open_case()
        self.assertEqual(
            (action['res_model'], action['res_id']), ('complaint.case', clock.case_id.id)
        )
