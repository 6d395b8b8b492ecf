from datetime import date, datetime
from random import Random

from odoo.tests import BaseCase, tagged

from ..tools.timeline_cache import TimelineCache
from ..tools.work_timeline import (
    HORIZON_DAYS,
    NoWorkingTime,
    Schedule,
    WorkTimeline,
    to_moment,
    to_seconds,
)
from .common import to_utc

HOUR = 3600
OFFICE = ((9 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR))


def make_schedule(tz='UTC', windows=OFFICE, weekdays=range(5), closures=(), exceptions=None):
    week = tuple(windows if weekday in weekdays else () for weekday in range(7))
    return Schedule(tz, week * 2, tuple(sorted(closures)), exceptions or {})


def make_closure(first, last, name, tz='UTC'):
    return (
        to_seconds(to_utc(f'{first} 00:00:00', tz)),
        to_seconds(to_utc(f'{last} 23:59:59', tz)),
        name,
    )


@tagged('post_install', '-at_install', 'once')
class TestWorkTimeline(BaseCase):
    """The arithmetic alone, without a database."""

    def _codes(self, answer):
        return [step['code'] for step in answer.trace]

    def test_golden_vectors(self):
        """Received, 24 working hours, third working day following, 4 working hours."""
        timeline = WorkTimeline(make_schedule())
        for received, day_sum, close, hours in (
            ('2026-11-20 09:00', '2026-11-24 18:00', '2026-11-25 18:00', '2026-11-20 14:00'),
            ('2026-11-20 17:30', '2026-11-25 17:30', '2026-11-25 18:00', '2026-11-23 13:30'),
            ('2026-11-20 18:30', '2026-11-25 18:00', '2026-11-25 18:00', '2026-11-23 14:00'),
            ('2026-11-21 10:00', '2026-11-25 18:00', '2026-11-25 18:00', '2026-11-23 14:00'),
        ):
            with self.subTest(received=received):
                start = to_utc(received)
                self.assertEqual(timeline.add_work(start, 24 * HOUR).deadline, to_utc(day_sum))
                self.assertEqual(timeline.close_of_workday(start, 3).deadline, to_utc(close))
                self.assertEqual(timeline.add_work(start, 4 * HOUR).deadline, to_utc(hours))

    def test_national_day_without_and_with_make_up_day(self):
        closures = [make_closure('2026-10-01', '2026-10-07', "National Day")]
        start = to_utc('2026-09-30 16:00')
        plain = WorkTimeline(make_schedule(closures=closures))
        self.assertEqual(plain.add_work(start, 16 * HOUR).deadline, to_utc('2026-10-09 16:00'))
        self.assertEqual(plain.close_of_workday(start, 3).deadline, to_utc('2026-10-12 18:00'))
        made_up = WorkTimeline(
            make_schedule(
                closures=closures, exceptions={date(2026, 10, 10): ("Make-up day", OFFICE)}
            )
        )
        self.assertEqual(made_up.add_work(start, 16 * HOUR).deadline, to_utc('2026-10-09 16:00'))
        self.assertEqual(made_up.close_of_workday(start, 3).deadline, to_utc('2026-10-10 18:00'))

    def test_sum_that_ends_at_closing_time_ends_there(self):
        timeline = WorkTimeline(make_schedule())
        start = to_utc('2026-11-20 09:00')
        for hours, end in ((3, '2026-11-20 12:00'), (8, '2026-11-20 18:00')):
            self.assertEqual(timeline.add_work(start, hours * HOUR).deadline, to_utc(end))
        start = to_utc('2026-11-20 12:00')
        self.assertEqual(timeline.add_work(start, 1).deadline, to_utc('2026-11-20 13:00:01'))

    def test_thousand_days_of_seconds_lose_nothing(self):
        timeline = WorkTimeline(make_schedule())
        answer = timeline.add_work(to_utc('2026-11-23 09:00'), 1000 * 8 * HOUR)
        self.assertEqual(answer.deadline, to_utc('2030-09-20 18:00'))

    def test_same_day(self):
        timeline = WorkTimeline(make_schedule())
        for start, close in (
            ('2026-11-20 10:00', '2026-11-20 18:00'),
            ('2026-11-20 17:59:59', '2026-11-20 18:00'),
            # No time is left at closing time, after it, or on a Saturday.
            ('2026-11-20 18:00', '2026-11-23 18:00'),
            ('2026-11-20 23:00', '2026-11-23 18:00'),
            ('2026-11-21 10:00', '2026-11-23 18:00'),
        ):
            with self.subTest(start=start):
                answer = timeline.close_of_workday(to_utc(start), 0)
                self.assertEqual(answer.deadline, to_utc(close))

    def test_cutoff_makes_it_the_next_working_day(self):
        timeline = WorkTimeline(make_schedule())
        for start, days, close in (
            ('2026-11-19 16:59:59', 1, '2026-11-20 18:00'),
            ('2026-11-19 17:00', 1, '2026-11-23 18:00'),
            ('2026-11-20 17:00', 1, '2026-11-24 18:00'),
            ('2026-11-19 17:00', 0, '2026-11-20 18:00'),
        ):
            with self.subTest(start=start, days=days):
                answer = timeline.close_of_workday(to_utc(start), days, 17 * HOUR)
                self.assertEqual(answer.deadline, to_utc(close))

    def test_day_zero_is_the_local_day(self):
        """Sunday evening in London is Monday morning in Shanghai."""
        start = datetime(2026, 11, 22, 23, 0)
        shanghai = WorkTimeline(make_schedule('Asia/Shanghai'))
        london = WorkTimeline(make_schedule('Europe/London'))
        for timeline, day in ((shanghai, '2026-11-24'), (london, '2026-11-23')):
            close = to_utc(f'{day} 18:00', timeline.schedule.tz)
            self.assertEqual(timeline.close_of_workday(start, 1).deadline, close)

    def test_clock_change_of_people_who_never_close(self):
        timeline = WorkTimeline(Schedule.always('America/New_York'))
        zone = 'America/New_York'
        for start, seconds, end in (
            ('2026-03-07 12:00', 24 * HOUR, '2026-03-08 13:00'),  # the day has 23 hours
            ('2026-10-31 12:00', 24 * HOUR, '2026-11-01 11:00'),  # the day has 25 hours
        ):
            answer = timeline.add_work(to_utc(start, zone), seconds)
            self.assertEqual(answer.deadline, to_utc(end, zone))

    def test_night_shift_over_the_clock_change(self):
        night = make_schedule('Europe/London', windows=((0, 6 * HOUR),), weekdays=range(7))
        timeline = WorkTimeline(night)
        spring, autumn = (
            to_utc('2026-03-29', 'Europe/London'),
            to_utc('2026-10-25', 'Europe/London'),
        )
        day = to_moment(to_seconds(spring) + 12 * HOUR)
        self.assertEqual(timeline.work_seconds(spring, day), 5 * HOUR)
        day = to_moment(to_seconds(autumn) + 12 * HOUR)
        self.assertEqual(timeline.work_seconds(autumn, day), 7 * HOUR)

    def test_holiday_of_people_who_never_close_is_no_working_day(self):
        schedule = Schedule.always('UTC')._replace(
            closures=(make_closure('2026-12-25', '2026-12-25', "Christmas"),)
        )
        timeline = WorkTimeline(schedule)
        self.assertFalse(timeline.is_workday(date(2026, 12, 25)))
        answer = timeline.close_of_workday(to_utc('2026-12-24 10:00'), 1)
        self.assertEqual(answer.deadline, to_utc('2026-12-27 00:00'))

    def test_overlapping_closures_count_once(self):
        closures = [
            make_closure('2026-11-23', '2026-11-24', "Stock-taking"),
            make_closure('2026-11-24', '2026-11-25', "Move"),
            make_closure('2026-11-24', '2026-11-24', "Strike"),
        ]
        timeline = WorkTimeline(make_schedule(closures=closures))
        self.assertEqual(
            timeline.add_work(to_utc('2026-11-20 17:00'), 2 * HOUR).deadline,
            to_utc('2026-11-26 10:00'),
        )

    def test_never_open_is_an_answer_not_an_endless_loop(self):
        for windows, closures in (
            ((), ()),
            (OFFICE, [(0, to_seconds(datetime(2200, 1, 1)), "Closed for ever")]),
        ):
            timeline = WorkTimeline(make_schedule(windows=windows, closures=closures))
            start = to_utc('2026-11-20 09:00')
            with self.assertRaises(NoWorkingTime):
                timeline.add_work(start, 1)
            with self.assertRaises(NoWorkingTime):
                timeline.close_of_workday(start, 1)
            self.assertEqual(timeline.work_seconds(start, to_utc('2027-11-20 09:00')), 0)

    def test_same_answers_whatever_was_asked_before(self):
        """The timeline grows to both sides as it is asked."""
        random = Random(7)
        shared = WorkTimeline(make_schedule('America/New_York'))
        for _count in range(60):
            start = to_moment(random.randrange(to_seconds(datetime(1995, 1, 1)), 2 * 10**9))
            seconds = random.randrange(1, 4000 * HOUR)
            fresh = WorkTimeline(make_schedule('America/New_York'))
            answer = fresh.add_work(start, seconds)
            self.assertEqual(shared.add_work(start, seconds), answer)
            self.assertEqual(shared.work_seconds(start, answer.deadline), seconds)
            self.assertEqual(shared.work_seconds(answer.deadline, start), -seconds)
            days = random.randrange(0, 300)
            self.assertEqual(
                shared.close_of_workday(start, days), fresh.close_of_workday(start, days)
            )

    def test_later_start_is_never_due_earlier(self):
        timeline = WorkTimeline(make_schedule('Europe/London'))
        first = to_seconds(datetime(2026, 3, 20))
        sums, closes = [], []
        for start in range(first, first + 14 * 86400, 1777):
            sums.append(timeline.add_work(to_moment(start), 5 * HOUR).deadline)
            closes.append(timeline.close_of_workday(to_moment(start), 2).deadline)
        self.assertEqual(sums, sorted(sums))
        self.assertEqual(closes, sorted(closes))

    def test_trace_adds_up(self):
        closures = [make_closure('2026-11-24', '2026-11-24', "Stock-taking")]
        timeline = WorkTimeline(make_schedule(closures=closures))
        answer = timeline.add_work(to_utc('2026-11-20 17:30'), 12 * HOUR)
        self.assertEqual(
            self._codes(answer), ['start', 'work', 'closed', 'work', 'closed', 'work', 'result']
        )
        work = [step for step in answer.trace if step['code'] == 'work']
        self.assertEqual(sum(step['seconds'] for step in work), 12 * HOUR)
        self.assertEqual(work[0]['windows'], [['17:30', '18:00']])
        self.assertEqual([step['left'] for step in work], [41400, 12600, 0])
        weekend, stock_taking = (step for step in answer.trace if step['code'] == 'closed')
        self.assertEqual((weekend['from'], weekend['to']), ('2026-11-21', '2026-11-22'))
        self.assertNotIn('names', weekend)
        self.assertEqual(stock_taking['names'], ["Stock-taking"])
        self.assertEqual(answer.trace[-1]['at'], '2026-11-25 13:30:00')

    def test_trace_of_a_long_limit_stays_short_and_still_adds_up(self):
        timeline = WorkTimeline(make_schedule())
        answer = timeline.add_work(to_utc('2026-11-20 17:30'), 1000 * HOUR)
        self.assertLess(len(answer.trace), 60)
        self.assertEqual(sum(step.get('seconds', 0) for step in answer.trace), 1000 * HOUR)
        answer = timeline.close_of_workday(to_utc('2026-11-20 17:30'), 200)
        self.assertLess(len(answer.trace), 60)
        counted = sum(
            step.get('days', 1) for step in answer.trace if step['code'] in ('count', 'more_days')
        )
        self.assertEqual(counted, 200)

    def test_start_out_of_hours_is_told(self):
        timeline = WorkTimeline(make_schedule())
        answer = timeline.add_work(to_utc('2026-11-21 10:00'), HOUR)
        self.assertEqual(self._codes(answer), ['start', 'opening', 'closed', 'work', 'result'])
        self.assertEqual(answer.trace[1]['at'], '2026-11-23 09:00:00')

    def test_horizon_is_far_enough_for_an_hour_a_week(self):
        weekly = make_schedule(windows=((9 * HOUR, 10 * HOUR),), weekdays=(0,))
        answer = WorkTimeline(weekly).add_work(to_utc('2026-11-23 09:00'), 1000 * HOUR)
        self.assertEqual(answer.deadline, to_utc('2046-01-15 10:00'))
        self.assertLess((answer.deadline - to_utc('2026-11-23')).days, HORIZON_DAYS)

    def test_cache_is_bounded_and_keeps_what_is_used(self):
        cache = TimelineCache(capacity=2)
        built = []

        def build(name):
            return lambda: built.append(name) or name

        for name in ('a', 'b', 'a', 'c', 'a', 'b'):
            self.assertEqual(cache.get((name,), build(name)), name)
        self.assertEqual(len(cache), 2)
        self.assertEqual(built, ['a', 'b', 'c', 'b'])
