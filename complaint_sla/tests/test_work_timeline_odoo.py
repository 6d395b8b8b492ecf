from datetime import datetime, timedelta
from random import Random

import pytz

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..tools.adjustments import Extension, Pause
from ..tools.reckoning import Limit, reckon
from ..tools.work_timeline import to_moment, to_seconds

ZONES = (
    'UTC',
    'Asia/Shanghai',
    'Europe/London',
    'America/New_York',
    'America/Havana',
    'Australia/Lord_Howe',
    'Europe/Dublin',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Africa/Cairo',
)
LAST_MICROSECOND = timedelta(microseconds=1)


@tagged('post_install', '-at_install')
class TestWorkTimelineOdoo(TransactionCase):
    """The engine agrees with Odoo's own calendars to the second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Other companies' closures are no part of the comparison.
        cls.env['resource.calendar.leaves'].search([('resource_id', '=', False)]).unlink()

    def _make_calendar(self, random):
        two_weeks = random.random() < 0.3
        attendances = []
        for week_type in ('0', '1') if two_weeks else (False,):
            for weekday in range(7):
                attendances += self._make_day(random, weekday, week_type)
        return self.env['resource.calendar'].create(
            {
                'name': "Random",
                'tz': random.choice(ZONES),
                'two_weeks_calendar': two_weeks,
                'attendance_ids': [Command.clear()]
                + [Command.create(vals) for vals in attendances],
            }
        )

    def _make_day(self, random, weekday, week_type):
        """Return up to three work periods and a break, on quarters of an hour."""
        marks = sorted(random.sample(range(97), 8))
        count = random.choice((0, 1, 1, 2, 2, 3))
        windows = [(marks[2 * i], marks[2 * i + 1], 'morning') for i in range(count)]
        if count and random.random() < 0.2:
            windows[-1] = (windows[-1][0], 96, 'afternoon')
        elif random.random() < 0.3:
            windows.append((marks[6], marks[7], 'lunch'))
        return [
            {
                'name': f'{weekday} {start}',
                'dayofweek': str(weekday),
                'day_period': period,
                'hour_from': start / 4,
                'hour_to': end / 4,
                'week_type': week_type,
            }
            for start, end, period in windows
        ]

    def _make_leaves(self, random, calendar, first):
        vals_list = []
        for _count in range(random.randrange(8)):
            start = first + timedelta(seconds=random.randrange(400 * 86400))
            vals_list.append(
                {
                    'name': "Closed",
                    'calendar_id': calendar.id if random.random() < 0.7 else False,
                    'resource_id': False,
                    'time_type': random.choice(('leave', 'leave', 'other')),
                    'date_from': start,
                    'date_to': start + timedelta(seconds=random.randrange(60, 6 * 86400)),
                }
            )
        return self.env['resource.calendar.leaves'].create(vals_list)

    def _ask_odoo(self, calendar, start, end):
        """Return Odoo's work intervals, merged, in seconds; 23:59:59.999999 is 24:00."""
        intervals = calendar._work_intervals_batch(pytz.utc.localize(start), pytz.utc.localize(end))
        result = []
        for begin, stop, _attendance in intervals[False]:
            begin, stop = (
                moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (begin, stop)
            )
            if stop.microsecond == 999999:
                stop += LAST_MICROSECOND
            begin, stop = to_seconds(begin), to_seconds(stop)
            if result and result[-1][1] >= begin:
                result[-1] = (result[-1][0], max(result[-1][1], stop))
            elif begin < stop:
                result.append((begin, stop))
        return result

    def _ask_engine(self, calendar, start, end):
        result = []
        for begin, stop in calendar._get_work_timeline(self.env.company).intervals(start, end):
            begin, stop = to_seconds(begin), to_seconds(stop)
            if result and result[-1][1] >= begin:
                result[-1] = (result[-1][0], max(result[-1][1], stop))
            else:
                result.append((begin, stop))
        return result

    def test_intervals_agree_on_random_calendars(self):
        random = Random(20261120)
        for number in range(40):
            calendar = self._make_calendar(random)
            first = datetime(random.randrange(2008, 2030), random.randrange(1, 13), 1)
            self._make_leaves(random, calendar, first)
            for _count in range(3):
                start = first + timedelta(seconds=random.randrange(300 * 86400))
                end = start + timedelta(seconds=random.randrange(120 * 86400))
                with self.subTest(number=number, tz=calendar.tz, start=start, end=end):
                    self.assertEqual(
                        self._ask_engine(calendar, start, end), self._ask_odoo(calendar, start, end)
                    )

    def test_sums_are_inverse_to_odoo_on_random_calendars(self):
        """What Odoo counts from the start to our deadline is what was asked for."""
        random = Random(7)
        for number in range(25):
            calendar = self._make_calendar(random)
            if not calendar._is_countable():
                continue
            start = datetime(2026, random.randrange(1, 13), 5, random.randrange(24))
            seconds = random.randrange(1, 200 * 3600)
            deadline = (
                calendar._get_work_timeline(self.env.company).add_work(start, seconds).deadline
            )
            intervals = self._ask_odoo(calendar, start, deadline)
            with self.subTest(number=number, tz=calendar.tz, start=start, seconds=seconds):
                self.assertEqual(sum(stop - begin for begin, stop in intervals), seconds)
                # It ends while people work, not at a later opening.
                self.assertEqual(to_moment(intervals[-1][1]), deadline)

    def test_sums_with_pauses_are_inverse_to_odoo_on_random_calendars(self):
        """What Odoo counts outside the pauses is what was asked for, extensions included."""
        random = Random(11)
        for number in range(25):
            calendar = self._make_calendar(random)
            if not calendar._is_countable():
                continue
            start = datetime(2026, random.randrange(1, 13), 5, random.randrange(24))
            pauses = []
            for _count in range(random.randrange(6)):
                begin = start + timedelta(seconds=random.randrange(-86400, 30 * 86400))
                end = begin + timedelta(seconds=random.randrange(1, 5 * 86400))
                pauses.append(Pause(begin, end, ""))
            hours, more = random.randrange(1, 100), random.randrange(1, 50)
            deadline = reckon(
                calendar._get_work_timeline(self.env.company),
                Limit('work_time', hours, 'hour'),
                start,
                pauses,
                [Extension(more, 'hour', None, "")],
            ).deadline
            seconds = sum(
                self._count_outside(begin, stop, pauses)
                for begin, stop in self._ask_odoo(calendar, start, deadline)
            )
            with self.subTest(number=number, tz=calendar.tz, start=start, pauses=pauses):
                self.assertEqual(seconds, (hours + more) * 3600)

    def _count_outside(self, begin, stop, pauses):
        """Return the seconds between two moments (in seconds) that lie in no pause."""
        marks = {to_seconds(moment) for pause in pauses for moment in pause[:2]}
        cuts = sorted({begin, stop, *(mark for mark in marks if begin < mark < stop)})
        return sum(
            last - first
            for first, last in zip(cuts, cuts[1:], strict=False)
            if not any(to_seconds(p.begin) <= first < to_seconds(p.end) for p in pauses)
        )

    def test_break_is_no_work(self):
        calendar = self.env['resource.calendar'].create(
            {
                'name': "With a break",
                'tz': 'UTC',
                'attendance_ids': [Command.clear()]
                + [
                    Command.create(
                        {
                            'name': period,
                            'dayofweek': '0',
                            'day_period': period,
                            'hour_from': start,
                            'hour_to': end,
                        }
                    )
                    for period, start, end in (
                        ('morning', 8, 12),
                        ('lunch', 12, 13),
                        ('afternoon', 13, 17),
                    )
                ],
            }
        )
        timeline = calendar._get_work_timeline(self.env.company)
        monday = datetime(2026, 11, 23)
        self.assertEqual(timeline.work_seconds(monday, monday + timedelta(days=1)), 8 * 3600)
        self.assertEqual(timeline.schedule.day_seconds, 8 * 3600)
