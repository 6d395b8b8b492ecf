import csv
import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools.work_timeline import Schedule, WorkTimeline, to_seconds
from .common import to_utc

HOUR = 3600
SAMPLES = Path(__file__).parent / 'samples'
SCHEDULES = {
    '0900-1700': ((9 * HOUR, 17 * HOUR),),
    '0900-1200_1300-1800': ((9 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR)),
}


def get_folder():
    """Return the folder of the large tables, or of the samples of the same shape in this addon."""
    data = os.environ.get('COMPLAINT_DATA')
    return Path(data) if data else SAMPLES


def read_rows(*parts):
    with get_folder().joinpath(*parts).open(encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def make_timeline(tz, windows, holidays=(), exceptions=None):
    """Return Monday to Friday in these windows, closed on holidays (dates)."""
    week = tuple(windows if weekday < 5 else () for weekday in range(7))
    closures = tuple(
        (to_seconds(to_utc(f'{day} 00:00:00', tz)), to_seconds(to_utc(f'{day} 23:59:59', tz)), '')
        for day in sorted(holidays)
    )
    return WorkTimeline(Schedule(tz, week * 2, closures, exceptions or {}))


def get_nth_weekday(year, month, weekday, number):
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (number - 1))


def get_us_holidays(year):
    """Return the federal holidays of the United States and the days on which they are kept."""
    last_of_may = date(year, 5, 31)
    days = [
        date(year, 1, 1),
        get_nth_weekday(year, 1, 0, 3),
        get_nth_weekday(year, 2, 0, 3),
        last_of_may - timedelta(last_of_may.weekday()),
        date(year, 7, 4),
        get_nth_weekday(year, 9, 0, 1),
        get_nth_weekday(year, 10, 0, 2),
        date(year, 11, 11),
        get_nth_weekday(year, 11, 3, 4),
        date(year, 12, 25),
    ]
    if year >= 2021:
        days.append(date(year, 6, 19))
    shifts = {5: timedelta(-1), 6: timedelta(1)}
    kept = [day + shifts.get(day.weekday(), timedelta()) for day in days]
    return {*days, *kept}


@tagged('post_install', '-at_install', 'once')
class TestDeadlineTables(BaseCase):
    """Tables that other software computed, row by row.

    COMPLAINT_DATA names the folder of the large tables; without it the same tests read the
    samples of this addon, which were worked out by hand.
    """

    def _check_rows(self, rows, get_expected, get_answer):
        self.assertTrue(rows)
        wrong = [(row, answer) for row in rows if (answer := get_answer(row)) != get_expected(row)]
        self.assertFalse(wrong, f"{len(wrong)} of {len(rows)} rows differ")

    def _make_us_timelines(self, tz):
        holidays = {day for year in range(2005, 2031) for day in get_us_holidays(year)}
        return {name: make_timeline(tz, windows, holidays) for name, windows in SCHEDULES.items()}

    def test_sums_of_business_hours(self):
        rows = read_rows('business_hours', 'add_business_hours_dev.csv')
        for tz in ('UTC', 'America/New_York'):
            timelines = self._make_us_timelines(tz)
            with self.subTest(tz=tz):
                self._check_rows(
                    rows,
                    lambda row, tz=tz: to_utc(row['due_close_of_period'], tz),
                    lambda row, tz=tz, timelines=timelines: (
                        timelines[row['schedule']]
                        .add_work(to_utc(row['start'], tz), int(row['hours']) * HOUR)
                        .deadline
                    ),
                )

    def test_business_minutes_between(self):
        rows = read_rows('business_hours', 'elapsed_business_minutes_dev.csv')
        timeline = self._make_us_timelines('UTC')['0900-1700']
        for row in rows:
            seconds = timeline.work_seconds(to_utc(row['start']), to_utc(row['end']))
            expected = float(row['business_minutes_0900_1700_us_holidays'])
            # The table is rounded to hundredths of a minute.
            self.assertLessEqual(abs(seconds / 60 - expected), 0.02, row)

    def test_working_days_of_england_and_wales(self):
        text = get_folder().joinpath('cal_uk', 'gov_uk_bank_holidays.json').read_text('utf-8')
        years = json.loads(text)['divisions']['common.nations.england-and-wales_slug'].values()
        holidays = {
            datetime.strptime(entry['date'], '%d/%m/%Y').date()
            for year in years
            if isinstance(year, list)
            for entry in year
        }
        timeline = make_timeline('Europe/London', ((9 * HOUR, 17 * HOUR + 1800),), holidays)
        rows = read_rows('cal_uk', 'uk_ew_deadlines_2024_2025.csv')
        for time in ('00:00:00', '10:00:00', '23:59:59'):
            self._check_rows(
                rows,
                lambda row: to_utc(f"{row['due_strictly_after']} 17:30", 'Europe/London'),
                lambda row, time=time: (
                    timeline.close_of_workday(
                        to_utc(f"{row['start_date']} {time}", 'Europe/London'),
                        int(row['n_working_days']),
                    ).deadline
                ),
            )

    def test_working_days_of_china_with_make_up_days(self):
        windows = SCHEDULES['0900-1200_1300-1800']
        exceptions = {}
        for path in sorted(get_folder().joinpath('cal_cn').glob('holiday-cn_*.json')):
            for day in json.loads(path.read_text('utf-8'))['days']:
                exceptions[date.fromisoformat(day['date'])] = (
                    day['name'],
                    () if day['isOffDay'] else windows,
                )
        timeline = make_timeline('Asia/Shanghai', windows, (), exceptions)
        self._check_rows(
            read_rows('cal_cn', 'cn_workdays_2024_2025.csv'),
            lambda row: row['workday'] == '1',
            lambda row: timeline.is_workday(date.fromisoformat(row['date'])),
        )
        self._check_rows(
            read_rows('cal_cn', 'cn_deadlines_2024_2025.csv'),
            lambda row: to_utc(f"{row['due_strictly_after']} 18:00", 'Asia/Shanghai'),
            lambda row: (
                timeline.close_of_workday(
                    to_utc(f"{row['start_date']} 10:00", 'Asia/Shanghai'),
                    int(row['n_working_days']),
                ).deadline
            ),
        )
