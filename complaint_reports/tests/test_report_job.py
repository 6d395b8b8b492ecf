from odoo.tests import tagged

from .common_period import PeriodCommon


@tagged('post_install', '-at_install')
class TestReportJob(PeriodCommon):
    """Reports open by themselves when due; what an outage missed is made up, once each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['complaint.report.schedule'].search([]).action_archive()
        cls.cron = cls.env.ref('complaint_reports.ir_cron_report')

    def _run_report_job(self):
        self.env.flush_all()
        self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _create_daily(self, *kinds, **values):
        return self._create_schedule(
            *(kinds or ('totals',)), **{'period': 'day', 'next_date': '2026-03-02', **values}
        )

    def test_opens_when_due_and_not_before(self):
        schedule = self._create_daily()
        with self._at('2026-03-03 08:59'):
            self._run_report_job()
            self.assertFalse(schedule.run_ids)
        with self._at('2026-03-03 09:00'):
            self._run_report_job()
        [run] = schedule.run_ids
        self.assertEqual((str(run.date_from), run.state), ('2026-03-02', 'issued'))
        self.assertFalse(run.is_late)
        self.assertEqual(str(schedule.next_date), '2026-03-03')

    def test_an_outage_is_made_up_once_each(self):
        schedule = self._create_daily()
        with self._at('2026-03-12 07:00'):
            self._run_report_job()
            self._run_report_job()
        days = sorted(str(run.date_from) for run in schedule.run_ids)
        self.assertEqual(days, [f'2026-03-{number:02}' for number in range(2, 11)])
        self.assertTrue(all(schedule.run_ids.mapped('is_late')))
        self.assertEqual(str(schedule.next_date), '2026-03-11')

    def test_what_was_opened_by_hand_is_not_opened_again(self):
        schedule = self._create_daily()
        with self._at('2026-03-03 07:00'):
            action = schedule.action_open_now()
            self.assertEqual(action['res_id'], schedule.run_ids.id)
        with self._at('2026-03-03 10:00'):
            schedule.action_open_now()
            schedule.sudo().next_date = '2026-03-02'  # as if the worker had been killed here
            self._run_report_job()
        self.assertEqual(len(schedule.run_ids), 1)

    def test_one_failure_stops_no_other_report(self):
        broken, good = self._create_daily(), self._create_daily()
        broken.sudo().runs_as_id = self.committee
        self.committee.active = False
        with self._at('2026-03-03 10:00'):
            self._run_report_job()
        self.assertFalse(broken.run_ids)
        self.assertIn("cannot read complaints", broken.error)
        self.assertEqual(len(good.run_ids), 1)
        broken.action_take_over()
        with self._at('2026-03-03 11:00'):
            self._run_report_job()
        self.assertEqual(len(broken.run_ids), 1)
        self.assertFalse(broken.error)

    def test_archived_schedules_rest(self):
        schedule = self._create_daily()
        schedule.active = False
        with self._at('2026-03-10 10:00'):
            self._run_report_job()
        self.assertFalse(schedule.run_ids)

    def test_what_was_at_rest_makes_nothing_up(self):
        schedule = self._create_daily()
        schedule.active = False
        with self._at('2026-06-10 10:00'):
            schedule.active = True
            self._run_report_job()
            self.assertFalse(schedule.run_ids)
            self.assertEqual(str(schedule.next_date), '2026-06-10')

    def test_the_next_moment_wakes_the_job(self):
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', self.cron.id)])
        schedule = self._create_daily(next_date='2031-03-02')
        new = self.env['ir.cron.trigger'].search([('cron_id', '=', self.cron.id)]) - triggers
        self.assertIn(schedule.next_open_at, new.mapped('call_at'))

    def test_a_report_to_be_written_waits_for_its_author(self):
        schedule = self._create_daily(
            'totals', {'kind': 'narrative', 'name': "Plan"}, author_id=self.manager.id
        )
        with self._at('2026-03-03 10:00'):
            self._run_report_job()
        run = schedule.run_ids
        self.assertEqual(run.state, 'open')
        self.assertEqual(run.activity_ids.user_id, self.manager)
        self.assertTrue(run.as_of)
