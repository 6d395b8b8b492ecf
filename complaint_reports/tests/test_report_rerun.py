from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..tools import id_ranges
from .common_period import PeriodCommon


@tagged('post_install', '-at_install')
class TestReportRerun(PeriodCommon):
    """Anchors C8 and C9: a report never changes; what is known later is told as a difference."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schedule = cls._create_schedule(
            'totals', {'kind': 'breakdown', 'group_field': 'grade_id'}, 'case_list'
        )

    def _make_report(self):
        with self._at('2026-03-10 09:00'):
            self.case = self._create_worked_case()
            self.other = self._create_worked_case()
        with self._at('2026-04-01 09:00'):
            return self._open(self.schedule, '2026-03-10')

    def _again(self, run, now=True):
        action = run.with_user(self.manager)
        self.env.flush_all()
        action = action.action_rerun_now() if now else action.action_rerun_then()
        return self.runs.browse(action['res_id'])

    def _get_difference(self, run, row):
        return next(d for d in run.sudo().differences if d['row'] == row)

    def test_as_of_then_is_identical(self):
        run = self._make_report()
        with self._at('2026-04-05 09:00'):
            again = self._again(run, now=False)
        self.assertEqual(again.digest, run.digest)
        self.assertFalse(again.differences_view)
        self.assertEqual(again.as_of, run.as_of)

    def test_a_complaint_registered_late_is_a_correction(self):
        run = self._make_report()
        before = run.sudo().figures
        with self._at('2026-04-03 09:00'):
            late = self._create_worked_case(received_at='2026-03-20 02:00:00')
        with self._at('2026-04-05 09:00'):
            then, now = self._again(run, now=False), self._again(run)
        self.assertEqual(run.sudo().figures, before)
        self.assertFalse(then.differences_view)
        self.assertEqual(self._numbers(now)['received'], 3)
        difference = self._get_difference(now, 'received')
        self.assertEqual(id_ranges.unpack(difference['added']), late.ids)
        self.assertEqual(difference['reasons'], {'late': 1})
        self.assertIn(
            "1 entered after the report", [line['reasons'] for line in now.differences_view]
        )
        # The next report tells it apart and does not count it as its own.
        with self._at('2026-05-01 09:00'):
            april = self._open(self.schedule, '2026-04-10')
        self.assertEqual(self._numbers(april)['received'], 0)
        corrections = self._table(april, 'corrections')
        self.assertEqual([row['id'] for row in corrections['rows']], late.ids)
        # And the one after it not again.
        with self._at('2026-06-01 09:00'):
            may = self._open(self.schedule, '2026-05-10')
        self.assertNotIn('corrections', [t['kind'] for t in may.sudo().figures['sections']])

    def test_changes_are_explained(self):
        run = self._make_report()
        with self._at('2026-04-02 09:00'):
            self.case.with_user(self.manager).grade_id = self.env['complaint.grade'].create(
                {'name': "Grave", 'rank': 9}
            )
            self.other.with_user(self.manager)._move_to(self.stages['closed'])
            self.env.flush_all()
            self.env.cr.precommit.run()
        with self._at('2026-04-05 09:00'):
            now = self._again(run)
        moved = self._get_difference(now, "Grave")
        self.assertEqual(moved['reasons'], {'moved': 1})
        closed = [d for d in now.sudo().differences if d['column'] == 'closed']
        self.assertTrue(closed)
        self.assertIn('closed', closed[0]['reasons'])
        with self._at('2026-04-05 09:10'):
            then = self._again(run, now=False)
        self.assertFalse([d for d in then.sudo().differences or [] if d['column'] == 'closed'])

    def test_differences_open_what_the_reader_may_see(self):
        run = self._make_report()
        with self._at('2026-04-03 09:00'):
            late = self._create_worked_case(received_at='2026-03-20 02:00:00')
        with self._at('2026-04-05 09:00'):
            now = self._again(run).with_user(self.manager)
            action = now.action_open_difference(0)
            self.assertEqual(self.env['complaint.case'].search(action['domain']), late)
            with self._refused("nothing behind"):
                now.action_open_difference(99)
        with self.assertRaises(AccessError):
            now.with_user(self.outsider).action_open_difference(0)

    def test_a_share_is_told_by_the_numbers_that_it_follows_from(self):
        run = self._make_report()
        with self._at('2026-04-03 09:00'):
            self._create_worked_case(received_at='2026-03-20 02:00:00')
        with self._at('2026-04-05 09:00'):
            now = self._again(run)
        columns = {difference['column'] for difference in now.sudo().differences}
        self.assertIn('number', columns)
        self.assertNotIn('share', columns)

    def test_the_rates_of_a_kpi_sheet_are_told(self):
        """There no number stands beside them."""
        self.schedule = self._create_schedule('kpi')
        run = self._make_report()
        with self._at('2026-04-03 09:00'):
            self._create_case(received_at='2026-03-20 02:00:00')
        with self._at('2026-04-05 09:00'):
            now = self._again(run)
        difference = self._get_difference(now, 'justified_rate')
        self.assertEqual((difference['before'], difference['after']), (1, 2 / 3))

    def test_a_later_count_is_not_counted_anew(self):
        """Else it would no longer be what its differences tell."""
        run = self._make_report()
        with self._at('2026-04-05 09:00'):
            then = self._again(run, now=False).with_user(self.manager)
            with self._refused("stays as it is"):
                then.action_refresh()

    def test_only_issued_reports_run_again(self):
        schedule = self._create_schedule('totals', 'narrative')
        run = self._open(schedule, '2026-03-10').with_user(self.manager)
        with self._refused("Only an issued report"):
            run.action_rerun_now()
        with self.assertRaises(AccessError):
            self._make_report().with_user(self.auditor).action_rerun_now()
