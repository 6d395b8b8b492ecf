from datetime import date

import pytest

# The module, not its class: a class that is named here would be run here once more.
import test_import_cfpb
from cfpb_converter import (
    CASE_COLUMNS,
    CATEGORY_COLUMNS,
    convert_cases,
    convert_categories,
    read_rows,
)

from odoo.tests import tagged

from odoo.addons.complaint_reports.tests.common_period import ALL_TABLES, PeriodCommon

pytestmark = pytest.mark.once

GROUPINGS = ('category_id', 'cause_id', 'department_id', 'channel_id', 'stage_id', 'handler_id')


@tagged('post_install', '-at_install')
class TestPeriodReportCfpb(PeriodCommon):
    """Issue 9: on real complaints every cell of a report equals the rows behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin.tz = 'America/New_York'
        cls.rows = read_rows(test_import_cfpb._get_path())
        load = test_import_cfpb.TestImportCfpb._import.__func__
        load(cls, 'complaint.category', CATEGORY_COLUMNS, convert_categories(cls.rows))
        cls.cases = load(cls, 'complaint.case', CASE_COLUMNS, convert_cases(cls.rows))
        calendar = cls.london.copy({'tz': 'America/New_York', 'company_id': cls.env.company.id})
        cls.env.company.resource_calendar_id = calendar
        cls.env.flush_all()

    def _create_report(self, period):
        return self._create_schedule(
            *ALL_TABLES,
            *({'kind': 'breakdown', 'group_field': name} for name in GROUPINGS),
            period=period,
        )

    def _count_rows(self, period):
        days = [date.fromisoformat(row['Date received']) for row in self.rows]
        return sum(period.first <= day <= period.last for day in days)

    def test_years_add_up_to_all(self):
        schedule = self._create_report('year')
        years = {row['Date received'][:4] for row in self.rows}
        total = 0
        for year in sorted(years):
            run = self._open(schedule, f'{year}-05-05')
            expected = self._count_rows(schedule._get_period(run.date_from))
            self.assertEqual(self._numbers(run)['received'], expected)
            self.assertGreater(self._assert_cells_equal_rows(run), 100)
            self._assert_tables_add_up(run, expected)
            total += expected
        self.assertEqual(total, len(self.rows))

    def _assert_tables_add_up(self, run, expected):
        numbers = self._numbers(run)
        self.assertEqual(
            numbers['open_before'] + numbers['received'] - numbers['closed'], numbers['open']
        )
        for table in run.sudo().figures['sections']:
            if table['kind'] == 'breakdown':
                found = [row['cells'][0]['v'] for row in table['rows']]
                self.assertEqual(sum(found[:-1]), expected)
                self.assertEqual(found[-1], expected)
            if table['kind'] == 'case_list':
                self.assertEqual(table['all']['v'], expected)

    def test_month_and_empty_period(self):
        schedule = self._create_report('month')
        day = max(row['Date received'] for row in self.rows)
        run = self._open(schedule, day)
        expected = self._count_rows(schedule._get_period(date.fromisoformat(day)))
        self.assertEqual(self._numbers(run)['received'], expected)
        self.assertGreater(self._assert_cells_equal_rows(run), 100)
        self._assert_tables_add_up(run, expected)
        empty = self._open(schedule, '1999-05-05')
        self.assertTrue(empty.is_nil)
        self._assert_cells_equal_rows(empty)
        self._assert_tables_add_up(empty, 0)
