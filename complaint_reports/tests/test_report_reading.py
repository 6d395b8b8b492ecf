from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common_period import PeriodCommon

REPORT = 'complaint_reports.complaint_report_run'


@tagged('post_install', '-at_install')
class TestReportReading(PeriodCommon, HttpCase):
    """Issue 6, PAWN-4.4-b: a report taken away is listed, a restricted complaint in it, recorded.

    The manager leads the team of the restricted complaint; the administrator may not read it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.group_user').implied_ids |= cls.env.ref('base.group_allow_export')
        day = '2026-03-03 01:00:00'
        cls.restricted = cls._create_worked_case(name="Secret matter", received_at=day)
        cls.behind = cls._create_worked_case(name="Behind a measure", received_at=day)
        cls.plain = cls._create_worked_case(name="Late parcel", received_at=day)
        cls.env['complaint.measure'].create(
            {'case_id': cls.behind.id, 'name': "Check each cable", 'kind': 'corrective'}
        )
        cls.exports = cls.env['complaint.export.log']
        cls.readings = cls.env['complaint.read.log']

    def _make_run(self, *kinds, day='2026-03-03', **values):
        """Return a report whose complaints were restricted after it was made."""
        with self._at('2099-01-01 00:00'):
            run = self._open(self._create_schedule(*kinds, **values), day)
        sensitive = self.env.ref('complaint_management.flag_sensitive')
        (self.restricted | self.behind).write({'flag_ids': [Command.link(sensitive.id)]})
        self.env.flush_all()
        return run

    def _get_readings(self):
        """Return {(case, user, way)} of what was recorded."""
        cases = self.restricted | self.behind | self.plain
        rows = self.readings.search([('case_id', 'in', cases.ids)])
        return {(row.case_id, row.user_id, row.way) for row in rows}

    def test_a_workbook_is_listed_with_the_restricted_complaints_that_it_names(self):
        run = self._make_run('case_list')
        before = self.exports.search([])
        for user, named in ((self.admin, ()), (self.manager, self._get_named())):
            self.assertTrue(self._as(user, run)._take_workbook())
            row = self.exports.search([], limit=1)
            self.assertEqual((row.user_id, row.model_name), (user, 'complaint.report.run'))
            self.assertEqual((row.record_count, row.sample), (1, str(run.id)))
            readings = {(case, user, 'export') for case in named}
            self.assertEqual(self._get_readings(), readings, user.name)
        self.assertEqual(len(self.exports.search([]) - before), 2)

    def _get_named(self):
        return self.restricted | self.behind

    def test_a_list_of_measures_is_about_their_complaints(self):
        run = self._make_run('measure_list', day=self._get_today())
        listed = run.sudo()._get_listed_complaints()
        self.assertIn(self.behind, listed)
        self.assertNotIn(self.restricted, listed)

    def test_a_report_without_lists_names_nobody(self):
        self._as(self.manager, self._make_run('totals'))._take_workbook()
        self.assertEqual(self._get_readings(), set())

    def test_who_may_not_read_the_report_takes_nothing(self):
        run = self._make_run('case_list')
        before = self.exports.search_count([])
        with self.assertRaises(AccessError):
            self._as(self.outsider, run)._take_workbook()
        self.assertEqual(self.exports.search_count([]), before)

    def test_what_is_sent_by_the_schedule_is_nobodys_reading(self):
        run = self._make_run('case_list')
        before = self.exports.search_count([])
        self.assertTrue(run.sudo()._get_workbook(True))
        self.assertEqual(self.exports.search_count([]), before)
        self.assertEqual(self._get_readings(), set())

    def test_a_print_is_recorded_for_what_its_reader_is_shown(self):
        run = self._make_run('case_list')
        reports = self.env['ir.actions.report']
        for user, named in ((self.admin, set()), (self.manager, self._get_named())):
            self.env.invalidate_all()
            reports.with_user(user)._render_qweb_html(REPORT, run.ids)
            self.assertEqual(
                self._get_readings(), {(case, user, 'print') for case in named}, user.name
            )

    def test_the_shown_figures_are_an_export_the_name_of_a_report_is_not(self):
        run = self._as(self.manager, self._make_run('case_list'))
        run.export_data(['name'])
        self.assertEqual(self._get_readings(), set())
        run.export_data(['figures_view'])
        self.assertTrue(self._get_readings())

    def test_a_download_is_listed(self):
        """On a cursor that writes: else the reader would get an error in place of the file."""
        run = self._make_run('case_list')
        before = self.exports.search([])
        self.manager.password = 'complaint_manager'
        self.authenticate('complaint_manager', 'complaint_manager')
        response = self.url_open(run.with_user(self.manager).action_export()['url'])
        self.assertEqual(response.status_code, 200)
        self.assertEqual((self.exports.search([]) - before).user_id, self.manager)
        self.assertEqual(
            self._get_readings(), {(case, self.manager, 'export') for case in self._get_named()}
        )
        route = self.env['ir.http'].routing_map().bind('localhost')
        rule, _args = route.match(f'/complaint/report/{run.id}/xlsx', return_rule=True)
        self.assertFalse(rule.endpoint.routing.get('readonly'))
