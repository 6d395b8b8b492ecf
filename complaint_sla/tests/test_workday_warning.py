from odoo.tests import tagged

from .common_workday import WorkdayCommon


@tagged('post_install', '-at_install')
class TestWorkdayWarning(WorkdayCommon):
    """Administrators hear in time that the coming year has no working days yet."""

    def _run(self, text):
        with self._at(text):
            self.workdays._cron_warn()
        return self._warnings()

    def _warnings(self):
        return self.env['mail.activity'].search([('res_model', '=', 'complaint.workday')])

    def test_november_warns_once(self):
        self._create_workday('2026-10-01', 'off')
        self.assertFalse(self._run('2026-10-31 12:00'))
        warnings = self._run('2026-11-01 12:00')
        self.assertIn(self.admin, warnings.user_id)
        self.assertNotIn(self.manager, warnings.user_id)
        mine = warnings.filtered(lambda activity: activity.user_id == self.admin)
        self.assertRegex(mine.summary, "China.*2027")
        self.assertEqual(self._run('2026-11-02 12:00'), warnings)
        mine.action_done()
        self.assertEqual(self._run('2026-12-02 12:00'), warnings - mine)

    def test_loaded_year_needs_no_warning_and_takes_it_back(self):
        self._create_workday('2026-10-01', 'off')
        warnings = self._run('2026-11-01 12:00')
        self.assertTrue(warnings)
        source = self.workdays._read_source(
            self.china, 2027, content=b"2027-01-01,off,New Year\n", filename='2027.csv'
        )
        calendars = self.env['resource.calendar']
        lines = self.workdays._compare(source, self.china, calendars)
        self.workdays._load(lines, source.title, source.year, self.china, calendars)
        self.assertFalse(self._warnings())
        self.assertFalse(self._run('2026-12-01 12:00'))

    def test_january_warns_when_nobody_was_told(self):
        self._create_workday('2026-10-01', 'off')
        self.assertRegex(self._run('2027-01-05 12:00')[0].summary, "2027")

    def test_country_without_exceptions_is_left_alone(self):
        self.assertFalse(self._run('2026-11-15 12:00'))
        self._create_workday('2026-10-01', 'off', country_id=self.env.ref('base.fr').id)
        self.assertFalse(self._run('2026-11-15 12:00'))
