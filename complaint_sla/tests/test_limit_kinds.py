from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ..tools.adjustments import Pause
from ..tools.reckoning import Limit, reckon
from ..tools.work_timeline import NoWorkingTime, Schedule, WorkTimeline
from .common import to_utc
from .test_work_timeline import HOUR, OFFICE, make_closure, make_schedule

SHANGHAI, NEW_YORK, LONDON = 'Asia/Shanghai', 'America/New_York', 'Europe/London'


def make_shanghai():
    """Return the office of the vectors.

    Mon-Fri 9-12 and 13-18. National Day: closed 1-7 October 2026, Saturday 10 October made up.
    """
    return WorkTimeline(
        make_schedule(
            SHANGHAI,
            closures=[make_closure('2026-10-01', '2026-10-07', "National Day", SHANGHAI)],
            exceptions={date(2026, 10, 10): ("Make-up day", OFFICE)},
        )
    )


class LimitCase(BaseCase):
    """Limits reckoned without a database, in local wall clocks of the timeline's zone."""

    def _moment(self, timeline, text):
        return to_utc(text, timeline.schedule.tz)

    def _pauses(self, timeline, *spans):
        return [
            Pause(self._moment(timeline, begin), self._moment(timeline, end), "Customer")
            for begin, end in spans
        ]

    def _check(self, timeline, limit, vectors, extensions=(), fixed_at=None):
        """Check (start, deadline, spans of pauses …) one by one."""
        for start, deadline, *spans in vectors:
            with self.subTest(limit=limit, start=start, pauses=spans):
                answer = reckon(
                    timeline,
                    limit,
                    self._moment(timeline, start),
                    self._pauses(timeline, *spans),
                    extensions,
                    fixed_at,
                )
                self.assertEqual(answer.deadline, self._moment(timeline, deadline))
                self.assertEqual(answer.trace[0]['code'], 'start')
                self.assertEqual(answer.trace[-1]['code'], 'result')
                self.assertEqual(answer.trace[-1]['at'], str(answer.deadline))
        return answer


@tagged('post_install', '-at_install', 'once')
class TestLimitKinds(LimitCase):
    """Every kind of limit, by hand, from three starts.

    Thursday 19 November 2026 15:20, Friday 20 November after hours, and Wednesday 30 September,
    the day before the Chinese National Day with its make-up Saturday.
    """

    WEEKDAY, FRIDAY_NIGHT, BEFORE = '2026-11-19 15:20', '2026-11-20 19:10', '2026-09-30 16:00'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = make_shanghai()

    def _check_starts(self, limit, *deadlines):
        starts = (self.WEEKDAY, self.FRIDAY_NIGHT, self.BEFORE)
        self._check(self.office, limit, zip(starts, deadlines, strict=True))

    def test_working_time(self):
        """DEVP 4小时内 as working hours, PROD 2个工作时 (TL-069), 8D 2个工作周 (TL-021)."""
        self._check_starts(
            Limit('work_time', 4, 'hour'),
            '2026-11-20 10:20',
            '2026-11-23 14:00',
            '2026-10-08 11:00',
        )
        self._check_starts(
            Limit('work_time', 90, 'minute'),
            '2026-11-19 16:50',
            '2026-11-23 10:30',
            '2026-09-30 17:30',
        )
        self._check_starts(
            Limit('work_time', 2, 'week'),
            '2026-12-03 15:20',
            '2026-12-04 18:00',
            # 2 h on 30 September, then 8, 9, 10 (made up), 12-16 and 19 October: 72 h, 6 h left
            '2026-10-20 16:00',
        )

    def test_close_of_working_day(self):
        """DEVG 两个工作日 (TL-023), INS 一个工作日 (TL-074), 8D 2个工作周 (TL-021)."""
        self._check_starts(
            Limit('workday_close', 2), '2026-11-23 18:00', '2026-11-24 18:00', '2026-10-09 18:00'
        )
        self._check_starts(
            Limit('workday_close', 3), '2026-11-24 18:00', '2026-11-25 18:00', '2026-10-10 18:00'
        )
        self._check_starts(
            Limit('workday_close', 2, 'week'),
            '2026-12-03 18:00',
            '2026-12-04 18:00',
            '2026-10-20 18:00',
        )
        self._check_starts(
            Limit('workday_close', 0), '2026-11-19 18:00', '2026-11-23 18:00', '2026-09-30 18:00'
        )

    def test_time_of_day_on_a_working_day(self):
        """DEVG 次日15:00前 (TL-043) when the next day means the next working day."""
        self._check_starts(
            Limit('workday_at', 1, clock=15 * HOUR),
            '2026-11-20 15:00',
            '2026-11-23 15:00',
            '2026-10-08 15:00',
        )
        # Without a time of day it is that of the start, also outside working hours.
        self._check_starts(
            Limit('workday_at', 2), '2026-11-23 15:20', '2026-11-24 19:10', '2026-10-09 16:00'
        )
        self._check_starts(
            Limit('workday_at', 1, clock=20 * HOUR),
            '2026-11-20 20:00',
            '2026-11-23 20:00',
            '2026-10-08 20:00',
        )
        self._check_starts(
            Limit('workday_at', 1, 'week', clock=86400),
            '2026-11-26 23:59:59',
            '2026-11-27 23:59:59',
            '2026-10-13 23:59:59',
        )
        # On the same day, while there is time.
        self._check_starts(
            Limit('workday_at', 0, clock=17 * HOUR),
            '2026-11-19 17:00',
            '2026-11-23 17:00',
            '2026-09-30 17:00',
        )
        self._check(
            self.office,
            Limit('workday_at', 0, clock=17 * HOUR),
            (
                ('2026-11-19 16:59:59', '2026-11-19 17:00'),
                ('2026-11-19 17:00', '2026-11-20 17:00'),
                ('2026-11-21 10:00', '2026-11-23 17:00'),
            ),
        )

    def test_cutoff_of_working_days(self):
        for kind, deadline in (('workday_close', '18:00'), ('workday_at', '15:00')):
            limit = Limit(kind, 1, cutoff=17 * HOUR, clock=15 * HOUR)
            self._check(
                self.office,
                limit,
                (
                    ('2026-11-19 16:59:59', f'2026-11-20 {deadline}'),
                    ('2026-11-19 17:00', f'2026-11-23 {deadline}'),
                    ('2026-11-20 17:00', f'2026-11-24 {deadline}'),
                ),
            )

    def test_time_of_day_on_a_calendar_day(self):
        """DEVG 次日15:00前 (TL-043) as it is written."""
        self._check_starts(
            Limit('day_at', 1, clock=15 * HOUR),
            '2026-11-20 15:00',
            '2026-11-21 15:00',
            '2026-10-01 15:00',
        )
        self._check_starts(
            Limit('day_at', 1), '2026-11-20 15:20', '2026-11-21 19:10', '2026-10-01 16:00'
        )
        self._check_starts(
            Limit('day_at', 1, clock=15 * HOUR, roll='next'),
            '2026-11-20 15:00',
            '2026-11-23 15:00',
            '2026-10-08 15:00',
        )
        self._check_starts(
            Limit('day_at', 1, 'month', clock=9 * HOUR),
            '2026-12-19 09:00',
            '2026-12-20 09:00',
            '2026-10-30 09:00',
        )
        # On the same day, while there is time; afterwards the next.
        self._check_starts(
            Limit('day_at', 0, clock=16 * HOUR),
            '2026-11-19 16:00',
            '2026-11-21 16:00',
            '2026-10-01 16:00',
        )

    def test_clock_time(self):
        """DEVP 24小时内 (TL-054), RET 1小时内 (TL-058), DEVG 一个月内 (TL-025)."""
        self._check_starts(
            Limit('elapsed', 24, 'hour'), '2026-11-20 15:20', '2026-11-21 19:10', '2026-10-01 16:00'
        )
        self._check_starts(
            Limit('elapsed', 60, 'minute'),
            '2026-11-19 16:20',
            '2026-11-20 20:10',
            '2026-09-30 17:00',
        )
        self._check_starts(
            Limit('elapsed', 2, 'day', roll='next'),
            '2026-11-23 15:20',  # Saturday moves to Monday
            '2026-11-23 19:10',
            '2026-10-08 16:00',
        )
        self._check_starts(
            Limit('elapsed', 1, 'week', roll='previous'),
            '2026-11-26 15:20',
            '2026-11-27 19:10',
            # 7 October is a holiday, and 30 September 16:00 does not lie after the start.
            '2026-10-08 16:00',
        )
        self._check_starts(
            Limit('elapsed', 1, 'month'), '2026-12-19 15:20', '2026-12-20 19:10', '2026-10-30 16:00'
        )
        # Hours are never moved to a working day.
        self._check_starts(
            Limit('elapsed', 24, 'hour', roll='next'),
            '2026-11-20 15:20',
            '2026-11-21 19:10',
            '2026-10-01 16:00',
        )

    def test_calendar_days(self):
        """The last second of the day is in time, midnight is late."""
        self._check_starts(
            Limit('calendar_days', 5),
            '2026-11-24 23:59:59',
            '2026-11-25 23:59:59',
            '2026-10-05 23:59:59',
        )
        self._check_starts(
            Limit('calendar_days', 2, roll='next'),
            '2026-11-23 23:59:59',
            '2026-11-23 23:59:59',
            '2026-10-08 23:59:59',
        )
        self._check_starts(
            Limit('calendar_days', 2, roll='previous'),
            '2026-11-20 23:59:59',
            '2026-11-20 23:59:59',
            '2026-09-30 23:59:59',
        )
        self._check_starts(
            Limit('calendar_days', 0),
            '2026-11-19 23:59:59',
            '2026-11-20 23:59:59',
            '2026-09-30 23:59:59',
        )
        self._check_starts(
            Limit('calendar_days', 2, 'week'),
            '2026-12-03 23:59:59',
            '2026-12-04 23:59:59',
            '2026-10-14 23:59:59',
        )
        # The make-up Saturday is a working day, the Sunday after it is none.
        self._check(
            self.office,
            Limit('calendar_days', 3, roll='next'),
            (
                ('2026-10-07 10:00', '2026-10-10 23:59:59'),
                ('2026-10-08 10:00', '2026-10-12 23:59:59'),
            ),
        )

    def test_day_of_the_month(self):
        """INS 每月28日前 (TL-092): before the 28th is by the end of the 27th."""
        self._check_starts(
            Limit('month_day', month_day=27),
            '2026-11-27 23:59:59',
            '2026-11-27 23:59:59',
            '2026-10-27 23:59:59',
        )
        limit = Limit('month_day', month_day=27)
        self._check(
            self.office,
            limit,
            (
                ('2026-11-27 00:00', '2026-11-27 23:59:59'),
                ('2026-11-27 23:59:59', '2026-11-27 23:59:59'),
                ('2026-11-28 00:00', '2026-12-27 23:59:59'),
                ('2026-12-28 00:00', '2027-01-27 23:59:59'),
            ),
        )
        # 27 December 2026 is a Sunday.
        for roll, day in (('next', '2026-12-28'), ('previous', '2026-12-25')):
            self._check(
                self.office, limit._replace(roll=roll), (('2026-11-28 10:00', f'{day} 23:59:59'),)
            )
        # The working day before is over when it starts on the Saturday.
        self._check(
            self.office,
            limit._replace(roll='previous'),
            (('2026-12-26 10:00', '2026-12-28 23:59:59'),),
        )

    def test_ends_of_months_and_leap_days(self):
        self._check(
            self.office,
            Limit('elapsed', 1, 'month'),
            (
                ('2027-01-31 10:00', '2027-02-28 10:00'),
                ('2028-01-31 10:00', '2028-02-29 10:00'),
                ('2028-02-29 10:00', '2028-03-29 10:00'),
                ('2026-12-31 23:59:59', '2027-01-31 23:59:59'),
            ),
        )
        self._check(
            self.office, Limit('elapsed', 12, 'month'), (('2028-02-29 10:00', '2029-02-28 10:00'),)
        )
        self._check(
            self.office,
            Limit('calendar_days', 1, 'month'),
            (('2027-08-31 10:00', '2027-09-30 23:59:59'),),
        )
        self._check(
            self.office,
            Limit('month_day', month_day=31),
            (
                ('2026-11-30 10:00', '2026-11-30 23:59:59'),
                ('2027-02-01 10:00', '2027-02-28 23:59:59'),
                ('2028-02-29 10:00', '2028-02-29 23:59:59'),
            ),
        )
        # The local day counts: in UTC it is still January.
        self._check(
            self.office, Limit('elapsed', 1, 'month'), (('2027-02-01 00:30', '2027-03-01 00:30'),)
        )

    def test_date_that_people_set(self):
        limit, start = Limit('fixed'), to_utc('2026-11-19 15:20')
        self.assertIsNone(reckon(self.office, limit, start))
        moment = datetime(2026, 12, 1, 9, 30)
        answer = reckon(self.office, limit, start, fixed_at=moment)
        self.assertEqual(answer.deadline, moment)
        self.assertEqual([step['code'] for step in answer.trace], ['start', 'fixed', 'result'])

    def test_calendar_that_never_opens_gives_no_working_day_to_move_to(self):
        closed = WorkTimeline(make_schedule(windows=()))
        start = to_utc('2026-11-19 15:20')
        for limit in (
            Limit('work_time', 1),
            Limit('workday_close', 1),
            Limit('workday_at', 1),
            Limit('calendar_days', 1, roll='next'),
            Limit('day_at', 1, roll='previous'),
        ):
            with self.subTest(limit=limit), self.assertRaises(NoWorkingTime):
                reckon(closed, limit, start)
        answer = reckon(closed, Limit('calendar_days', 1), start)
        self.assertEqual(answer.deadline, to_utc('2026-11-20 23:59:59'))

    def test_two_kinds_of_weeks(self):
        """Odd weeks Mon-Fri, even weeks Mon-Sat: 2 working weeks are 11 working days."""
        day = ((9 * HOUR, 17 * HOUR),)
        short = tuple(day if weekday < 5 else () for weekday in range(7))
        long = tuple(day if weekday < 6 else () for weekday in range(7))
        timeline = WorkTimeline(Schedule('UTC', short + long))
        # 14 November 2026 is the Saturday of a week of type 0, the 21st of a week of type 1.
        self.assertFalse(timeline.is_workday(date(2026, 11, 14)))
        self.assertTrue(timeline.is_workday(date(2026, 11, 21)))
        self._check(
            timeline,
            Limit('workday_close', 1, 'week'),  # five and a half days: the half counts whole
            (('2026-11-13 10:00', '2026-11-21 17:00'),),
        )
        self._check(
            timeline,
            Limit('workday_close', 2, 'week'),
            (('2026-11-13 10:00', '2026-11-27 17:00'), ('2026-11-20 10:00', '2026-12-04 17:00')),
        )
        self._check(
            timeline, Limit('work_time', 2, 'week'), (('2026-11-13 09:00', '2026-11-26 17:00'),)
        )

    def test_clock_change_of_plain_kinds(self):
        """Hours are exact, in days, weeks and months the clock shows the same time."""
        timeline = WorkTimeline(Schedule.always(NEW_YORK))
        spring, autumn = '2026-03-07 12:00', '2026-10-31 12:00'
        for limit, after_spring, after_autumn in (
            (Limit('elapsed', 24, 'hour'), '2026-03-08 13:00', '2026-11-01 11:00'),
            (Limit('elapsed', 1, 'day'), '2026-03-08 12:00', '2026-11-01 12:00'),
            (Limit('elapsed', 1, 'week'), '2026-03-14 12:00', '2026-11-07 12:00'),
            (Limit('elapsed', 1, 'month'), '2026-04-07 12:00', '2026-11-30 12:00'),
            (Limit('day_at', 1), '2026-03-08 12:00', '2026-11-01 12:00'),
            (Limit('day_at', 1, clock=HOUR), '2026-03-08 01:00', None),
            (Limit('calendar_days', 1), '2026-03-08 23:59:59', '2026-11-01 23:59:59'),
            (Limit('workday_at', 1), '2026-03-08 12:00', '2026-11-01 12:00'),
        ):
            self._check(timeline, limit, ((spring, after_spring),))
            if after_autumn:
                self._check(timeline, limit, ((autumn, after_autumn),))

    def test_time_of_day_that_the_clock_skips_or_shows_twice(self):
        """Both are read as standard time."""
        timeline = WorkTimeline(Schedule.always(NEW_YORK))
        for start, clock, moment in (
            ('2026-03-07 12:00', 2 * HOUR + 1800, datetime(2026, 3, 8, 7, 30)),
            ('2026-10-31 12:00', HOUR + 1800, datetime(2026, 11, 1, 6, 30)),
        ):
            for kind in ('day_at', 'workday_at'):
                answer = reckon(timeline, Limit(kind, 1, clock=clock), to_utc(start, NEW_YORK))
                self.assertEqual(answer.deadline, moment)

    def test_working_kinds_over_the_clock_change(self):
        timeline = WorkTimeline(make_schedule(LONDON))
        for start, close, clock in (
            ('2026-10-23 16:30', '2026-10-26 18:00', '2026-10-26 16:30'),
            ('2027-03-26 16:30', '2027-03-29 18:00', '2027-03-29 16:30'),
        ):
            self._check(timeline, Limit('workday_close', 1), ((start, close),))
            self._check(timeline, Limit('workday_at', 1), ((start, clock),))
            self._check(timeline, Limit('work_time', 8, 'hour'), ((start, clock),))
