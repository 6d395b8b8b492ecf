from datetime import date, datetime
from unittest import TestCase

from odoo.tests import tagged

from ..tools.report_period import Period, get_due_day, get_period, get_workday_after, roll, to_utc


def day(text):
    return date.fromisoformat(text)


def span(first, last):
    return Period(day(first), day(last))


@tagged('post_install', '-at_install', 'once')
class TestReportPeriod(TestCase):
    """Borders of periods (issue 9): each day belongs to one period, whatever the clocks do."""

    def test_periods(self):
        for kind, at, expected in (
            ('day', '2024-02-29', span('2024-02-29', '2024-02-29')),
            ('week', '2026-01-01', span('2025-12-29', '2026-01-04')),
            ('ten_days', '2026-01-10', span('2026-01-01', '2026-01-10')),
            ('ten_days', '2026-01-11', span('2026-01-11', '2026-01-20')),
            ('ten_days', '2024-02-25', span('2024-02-21', '2024-02-29')),
            ('ten_days', '2026-01-31', span('2026-01-21', '2026-01-31')),
            ('month', '2024-02-01', span('2024-02-01', '2024-02-29')),
            ('month', '2025-02-28', span('2025-02-01', '2025-02-28')),
            ('quarter', '2026-05-31', span('2026-04-01', '2026-06-30')),
            ('half_year', '2026-06-30', span('2026-01-01', '2026-06-30')),
            ('half_year', '2026-07-01', span('2026-07-01', '2026-12-31')),
            ('year', '2024-12-31', span('2024-01-01', '2024-12-31')),
        ):
            with self.subTest(kind, at=at):
                self.assertEqual(get_period(kind, day(at)), expected)

    def test_month_from_the_26th_to_the_25th(self):
        """INS: over the end of the year, and in a February of 29 days."""
        for at, first, last in (
            ('2025-12-25', '2025-11-26', '2025-12-25'),
            ('2025-12-26', '2025-12-26', '2026-01-25'),
            ('2025-12-31', '2025-12-26', '2026-01-25'),
            ('2026-01-01', '2025-12-26', '2026-01-25'),
            ('2024-02-29', '2024-02-26', '2024-03-25'),
        ):
            with self.subTest(at):
                self.assertEqual(get_period('month', day(at), cutoff=25), span(first, last))

    def test_every_day_is_in_one_period(self):
        for kind, cutoff in (
            *(('week', 0), ('ten_days', 0), ('month', 0), ('month', 25), ('month', 28)),
            *(('quarter', 0), ('half_year', 0), ('year', 0), ('custom', 0)),
        ):
            at, end = day('2023-11-20'), day('2025-03-10')
            while at < end:
                period = get_period(kind, at, cutoff, day('2024-01-10'), 14)
                self.assertTrue(period.first <= at <= period.last, (kind, cutoff, at))
                following = get_period(
                    kind,
                    date.fromordinal(period.last.toordinal() + 1),
                    cutoff,
                    day('2024-01-10'),
                    14,
                )
                self.assertEqual(following.first.toordinal(), period.last.toordinal() + 1)
                at = following.first

    def test_bounds_in_utc(self):
        for tz, period, begin, end in (
            ('Asia/Shanghai', span('2026-03-01', '2026-03-31'), '02-28T16:00', '03-31T16:00'),
            # The clocks go forward in the night to the 29th: a day of 23 hours.
            ('Europe/London', span('2026-03-29', '2026-03-29'), '03-29T00:00', '03-29T23:00'),
            ('Europe/London', span('2026-10-25', '2026-10-25'), '10-24T23:00', '10-26T00:00'),
            ('America/New_York', span('2026-11-01', '2026-11-01'), '11-01T04:00', '11-02T05:00'),
        ):
            with self.subTest(tz, period=period):
                expected = tuple(datetime.fromisoformat(f'2026-{t}') for t in (begin, end))
                self.assertEqual(period.get_bounds(tz), expected)

    def test_midnight_that_the_clocks_skip(self):
        """In São Paulo midnight of 4 November 2018 did not exist: the day began at 1:00."""
        begin, end = span('2018-11-04', '2018-11-04').get_bounds('America/Sao_Paulo')
        self.assertEqual((end - begin).total_seconds(), 23 * 3600)
        before = span('2018-11-03', '2018-11-03').get_bounds('America/Sao_Paulo')
        self.assertEqual(before[1], begin)

    def test_due_days(self):
        month = span('2025-12-26', '2026-01-25')
        for rule, value, period, expected in (
            ('days_after', 0, month, '2026-01-25'),
            ('days_after', 1, month, '2026-01-26'),
            ('month_day', 27, month, '2026-01-27'),
            ('month_day', 25, month, '2026-02-25'),
            ('month_day', 31, span('2025-01-01', '2025-01-31'), '2025-02-28'),
            ('month_day', 31, span('2026-01-01', '2026-06-30'), '2026-07-31'),
            ('month_day', 31, span('2026-07-01', '2026-12-31'), '2027-01-31'),
            ('weekday', 0, span('2026-03-02', '2026-03-08'), '2026-03-09'),
            ('weekday', 6, span('2026-03-02', '2026-03-08'), '2026-03-15'),
        ):
            with self.subTest(rule, value=value, period=period):
                self.assertEqual(get_due_day(rule, value, period), day(expected))

    def test_working_days(self):
        def is_workday(at):
            return at.weekday() < 5

        friday = day('2026-03-13')
        self.assertEqual(get_workday_after(friday, 1, is_workday), day('2026-03-16'))
        self.assertEqual(get_workday_after(friday, 5, is_workday), day('2026-03-20'))
        self.assertIsNone(get_workday_after(friday, 1, lambda at: False))
        saturday = day('2026-03-14')
        self.assertEqual(roll(saturday, 'next', is_workday), day('2026-03-16'))
        self.assertEqual(roll(saturday, 'previous', is_workday), friday)
        self.assertEqual(roll(saturday, 'keep', is_workday), saturday)
        self.assertEqual(roll(saturday, 'next', lambda at: False), saturday)

    def test_midnight_ends_the_day(self):
        self.assertEqual(
            to_utc(day('2026-01-27'), 'Asia/Shanghai', 24), datetime(2026, 1, 27, 16, 0)
        )
