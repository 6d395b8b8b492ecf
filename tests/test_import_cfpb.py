import os
import time
from collections import Counter, defaultdict
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cfpb_converter import (
    CASE_COLUMNS,
    CATEGORY_COLUMNS,
    convert_cases,
    convert_categories,
    read_rows,
    write_csv,
)

from odoo.tests import TransactionCase, new_test_user, tagged

pytestmark = pytest.mark.once

REPO = Path(__file__).resolve().parent.parent
SAMPLE = REPO / 'tests' / 'samples' / 'cfpb_sample.csv'
# As many rows at once as Odoo's import dialog sends.
BATCH = 2000
OPTIONS = {
    'quoting': '"',
    'separator': ',',
    'encoding': 'utf-8',
    'has_headers': True,
    'date_format': '%Y-%m-%d',
    'datetime_format': '%Y-%m-%d %H:%M:%S',
}
SILENT_MODELS = ('mail.mail', 'mail.notification', 'mail.activity')


def _get_path():
    """Return the whole set where it is at hand (COMPLAINT_DATA), else the sample of it."""
    if folder := os.environ.get('COMPLAINT_DATA'):
        return REPO / folder / 'cfpb' / 'cfpb_2015_2020.csv'
    return SAMPLE


@tagged('post_install', '-at_install')
class TestImportCfpb(TransactionCase):
    """Issue 2: thousands of real complaints come in as history through Odoo's own import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, 'cfpb_admin', groups='complaint_management.group_complaint_admin'
        )
        cls.admin.tz = 'America/New_York'
        cls.auditor = new_test_user(
            cls.env, 'cfpb_auditor', groups='complaint_management.group_complaint_auditor'
        )
        cls.rows = read_rows(_get_path())
        cls.before = cls._count_silent()
        cls._import('complaint.category', CATEGORY_COLUMNS, convert_categories(cls.rows))
        started, queries = time.process_time(), cls.env.cr.sql_log_count
        cls.cases = cls._import('complaint.case', CASE_COLUMNS, convert_cases(cls.rows))
        cls.env.flush_all()
        cls.seconds = time.process_time() - started
        cls.queries = cls.env.cr.sql_log_count - queries

    @classmethod
    def _import(cls, model, columns, rows):
        """Import rows as the dialog does, batch after batch; return the records."""
        wizard = cls.env['base_import.import'].with_user(cls.admin)
        wizard = wizard.with_context(complaint_import='history', tracking_disable=True).create(
            {
                'res_model': model,
                'file': write_csv(columns, rows),
                'file_name': 'cfpb.csv',
                'file_type': 'text/csv',
            }
        )
        ids, skip = [], 0
        while True:
            options = {**OPTIONS, 'limit': BATCH, 'skip': skip}
            result = wizard.execute_import(columns, columns, options)
            assert not result['messages'], result['messages'][:3]
            ids += result['ids']
            skip = result['nextrow']
            if not skip:
                return cls.env[model].browse(ids)

    @classmethod
    def _count_silent(cls):
        return [cls.env[model].sudo().search_count([]) for model in SILENT_MODELS]

    def test_no_row_is_lost_and_none_doubled(self):
        self.assertEqual(len(set(self.cases.ids)), len(self.rows))
        self.assertEqual(self.cases.mapped('number'), [row['Complaint ID'] for row in self.rows])
        counts = self.cases.mapped('event_count')
        again = self._import('complaint.case', CASE_COLUMNS, convert_cases(self.rows))
        self.assertEqual(again, self.cases)
        numbers = [row['Complaint ID'] for row in self.rows]
        self.assertEqual(self.cases.search_count([('number', 'in', numbers)]), len(self.rows))
        self.assertEqual(self.cases.mapped('event_count'), counts, "Nothing changed, nothing new")

    def test_texts_are_equal_to_the_letter(self):
        self.env.invalidate_all()
        columns = {
            'description': 'Consumer complaint narrative',
            'basis': 'Company public response',
            'closing_note': 'Company response to consumer',
        }
        for case, row in zip(self.cases, self.rows, strict=True):
            for field_name, column in columns.items():
                self.assertEqual(case[field_name] or '', row[column])
            self.assertEqual(case.name, row['Sub-issue'] or row['Issue'])

    def test_dates_are_kept(self):
        self.env.invalidate_all()
        zone = ZoneInfo(self.admin.tz)
        columns = {'received_at': 'Date received', 'registered_at': 'Date sent to company'}
        for case, row in zip(self.cases, self.rows, strict=True):
            for field_name, column in columns.items():
                moment = case[field_name].replace(tzinfo=UTC).astimezone(zone)
                self.assertEqual(moment.date(), date.fromisoformat(row[column]))

    def test_the_history_tells_the_dates_and_verifies(self):
        events = self.cases.event_ids
        self.assertEqual(
            set(events.mapped('milestone_id.code')), {'received', 'registered', 'closed'}
        )
        self.assertTrue(all(event.payload == {'imported': True} for event in events))
        for case, own in events.grouped('case_id').items():
            expected = [case.received_at, case.registered_at]
            expected += [case.closed_at] if case.is_closed else []
            self.assertEqual(own.sorted('sequence').mapped('occurred_at'), expected)
        self.assertFalse(self.cases[::20]._find_broken_histories())

    def test_nobody_is_told(self):
        self.env.cr.precommit.run()
        self.assertEqual(self._count_silent(), self.before)

    def test_rows_come_in_batches(self):
        self.assertLess(self.queries, 600 + 0.5 * len(self.rows))
        self.assertLess(self.seconds, 20 + 0.03 * len(self.rows))

    # === ANALYSIS (issue 9, item 3) === #

    def _count_groups(self, groupby):
        """Return {value of the group: number of rows} as the analysis counts for an auditor."""
        analysis = self.env['complaint.case.analysis'].with_user(self.auditor)
        groups = analysis.with_context(tz=self.admin.tz)._read_group(
            [('case_id', 'in', self.cases.ids), ('is_latest', '=', True)], groupby, ['__count']
        )
        return {tuple(values): count for *values, count in groups}

    def test_analysis_counts_by_month_and_category_as_the_file_does(self):
        """The oracle is the file itself, whose dates are of the importer's zone."""
        counted = Counter()
        for (month, category), count in self._count_groups(
            ['received_at:month', 'category_id']
        ).items():
            counted[month.date().replace(day=1), category.sudo().display_name] += count
        told = Counter(
            (
                date.fromisoformat(row['Date received']).replace(day=1),
                f"{row['Product']} / {row['Issue'].replace(' / ', '/')}",
            )
            for row in self.rows
        )
        self.assertEqual(counted, told)

    def test_analysis_measures_equal_what_python_makes_of_the_rows(self):
        """Days to register and to close, the age, who is justified, and what is never there."""
        self.env.invalidate_all()
        now = self.env['complaint.sla.clock']._get_now()
        days = defaultdict(lambda: defaultdict(list))
        for case in self.cases:
            figures = days[case.category_id]
            figures['age_days'].append((case.closed_at or now) - case.received_at)
            figures['days_to_register'].append(case.registered_at - case.received_at)
            if case.is_closed:
                figures['days_to_close'].append(case.closed_at - case.received_at)
        names = ('age_days', 'days_to_register', 'days_to_close')
        groups = self.env['complaint.case.analysis']._read_group(
            [('case_id', 'in', self.cases.ids)],
            ['category_id'],
            [*(f'{name}:avg' for name in names), 'days_to_answer:avg', 'justified_rate:avg'],
        )
        self.assertEqual(len(groups), len(days))
        for category, *means, days_to_answer, justified in groups:
            for name, mean in zip(names, means, strict=True):
                spans = [span.total_seconds() / 86400 for span in days[category][name]]
                expected = sum(spans) / len(spans) if spans else 0
                self.assertAlmostEqual(mean or 0, expected, 5, f'{category.name}: {name}')
            self.assertFalse(days_to_answer, "No answer stands in the file")
            self.assertEqual(justified, 0)
