from datetime import date, datetime, timedelta
from random import Random

import pytz

from odoo.tests import BaseCase, tagged

from ..tools.adjustments import Extension, Pause
from ..tools.reckoning import KIND_UNITS, Limit, reckon
from ..tools.work_timeline import Schedule, WorkTimeline, to_moment, to_seconds
from .test_work_timeline import HOUR

ZONES = ('UTC', 'Asia/Shanghai', 'Europe/London', 'America/New_York', 'Australia/Lord_Howe')
BEGIN = to_seconds(datetime(2026, 1, 5))
QUARTER = 900


def make_timeline(random):
    """Return a random office: two kinds of weeks, closures, days off and make-up days."""

    def make_day():
        marks = sorted(random.sample(range(1, 97), 4))
        windows = tuple((marks[i] * QUARTER, marks[i + 1] * QUARTER) for i in (0, 2))
        return random.choice((windows, windows[:1], windows, ()))

    weeks = tuple(make_day() for _day in range(13)) + (((9 * HOUR, 17 * HOUR),),)
    closures = []
    for _count in range(random.randrange(6)):
        start = BEGIN + random.randrange(400 * 86400)
        closures.append((start, start + random.randrange(60, 9 * 86400), "Closed"))
    exceptions = {
        date(2026, 1, 5) + timedelta(random.randrange(400)): ("Other", make_day())
        for _count in range(random.randrange(8))
    }
    return WorkTimeline(
        Schedule(random.choice(ZONES), weeks, tuple(sorted(closures)), exceptions, 8 * HOUR)
    )


def make_pauses(random, start, count=5):
    """Return random pauses around a start, which may overlap."""
    pauses = []
    for number in range(random.randrange(count)):
        begin = start + timedelta(seconds=random.randrange(-5 * 86400, 30 * 86400))
        span = random.choice((HOUR, 86400, 6 * 86400))
        end = begin + timedelta(seconds=random.randrange(1, span))
        pauses.append(Pause(begin, end, str(number)))
    return pauses


def make_limit(random):
    kind = random.choice([*KIND_UNITS, 'month_day'])
    unit = random.choice(KIND_UNITS.get(kind, ('day',)))
    return Limit(
        kind,
        random.randrange(1, {'minute': 3000, 'hour': 200, 'day': 30}.get(unit, 4)),
        unit,
        clock=random.choice((None, 15 * HOUR, 86400)),
        cutoff=random.choice((None, None, 17 * HOUR)),
        month_day=random.randrange(1, 32),
        roll=random.choice(('keep', 'next', 'previous')),
    )


@tagged('post_install', '-at_install', 'once')
class TestLimitProperties(BaseCase):
    """What holds for every office, limit and pause, tried on random ones."""

    def _try(self, seed, count):
        """Yield random (random, timeline, limit, start, all of it as text for a failure)."""
        random = Random(seed)
        for number in range(count):
            if number % 20 == 0:
                timeline = make_timeline(random)
            start = to_moment(BEGIN + random.randrange(365 * 86400))
            limit = make_limit(random)
            yield random, timeline, limit, start, f"{number}: {limit} {start} {timeline.schedule}"

    def _keep_order(self, limit):
        """Leave out the move to a working day where it can change the order of two moments.

        A Saturday at 15:00 moves behind a Sunday at 9:00 when both keep their time of day.
        """
        return limit._replace(roll='keep') if limit.kind in ('day_at', 'elapsed') else limit

    def test_order_and_overlap_of_pauses_do_not_matter(self):
        for random, timeline, limit, start, case in self._try(1, 1200):
            pauses = make_pauses(random, start)
            expected = reckon(timeline, limit, start, pauses).deadline
            shuffled = random.sample(pauses, len(pauses))
            # Entered twice, and in two parts that overlap or touch
            for begin, end, name in pauses:
                middle = begin + (end - begin) / 2
                middle = middle.replace(microsecond=0)
                shuffled.append(Pause(begin, middle, name))
                shuffled.insert(0, Pause(middle, end, name))
            self.assertEqual(reckon(timeline, limit, start, shuffled).deadline, expected, case)

    def test_pause_never_makes_it_due_earlier_and_it_is_never_due_in_one(self):
        for random, timeline, limit, start, case in self._try(2, 1200):
            limit, pauses = self._keep_order(limit), make_pauses(random, start)
            plain = reckon(timeline, limit, start).deadline
            deadline = reckon(timeline, limit, start, pauses).deadline
            self.assertGreaterEqual(deadline, plain, case)
            self.assertGreaterEqual(deadline, start, case)
            for pause in pauses:
                self.assertFalse(pause.begin < deadline < pause.end, case)
            # What begins at the deadline or later, or ended before the start, is of no account.
            late = Pause(deadline + timedelta(seconds=1), deadline + timedelta(days=3), "")
            early = Pause(start - timedelta(days=3), start, "")
            again = reckon(timeline, limit, start, [late, *pauses, early]).deadline
            self.assertEqual(again, deadline, case)

    def test_working_time_counted_back_is_what_was_given(self):
        for random, timeline, _limit, start, case in self._try(3, 1000):
            pauses = make_pauses(random, start)
            seconds = random.randrange(1, 150 * HOUR)
            deadline = timeline.add_work(start, seconds, pauses).deadline
            self.assertEqual(timeline.work_seconds(start, deadline, pauses), seconds, case)
            self.assertEqual(
                timeline.work_seconds(start, deadline - timedelta(seconds=1), pauses), seconds - 1
            )

    def test_working_time_piece_by_piece(self):
        """Slowly: cut each interval wherever a pause begins or ends, and add up what is in none."""
        for random, timeline, _limit, start, case in self._try(4, 300):
            pauses = make_pauses(random, start)
            left = seconds = random.randrange(1, 40 * HOUR)
            marks = sorted({moment for pause in pauses for moment in pause[:2]})
            deadline = None
            for begin, end in timeline.intervals(start, start + timedelta(days=300)):
                cuts = [begin, *(mark for mark in marks if begin < mark < end), end]
                for first, last in zip(cuts, cuts[1:], strict=False):
                    if any(pause.begin <= first < pause.end for pause in pauses):
                        continue
                    span = to_seconds(last) - to_seconds(first)
                    if deadline is None and span >= left:
                        deadline = first + timedelta(seconds=left)
                    left -= span
            self.assertEqual(timeline.add_work(start, seconds, pauses).deadline, deadline, case)

    def test_working_days_day_by_day(self):
        """Slowly: pass each working day that ends in a pause, the first one included."""
        for random, timeline, _limit, start, case in self._try(5, 500):
            pauses = make_pauses(random, start)
            days = random.randrange(1, 25)
            zone = pytz.timezone(timeline.schedule.tz)
            first = pytz.utc.localize(start).astimezone(zone).date()
            wanted, day, close = days, first, None
            while True:
                closes = self._get_close(timeline, zone, day)
                if closes:
                    is_paused = any(max(p.begin, start) < closes <= p.end for p in pauses)
                    if day != first:
                        wanted -= 1
                    if is_paused:
                        wanted += 1
                    if day != first and not wanted:
                        close = closes
                        break
                day += timedelta(days=1)
            self.assertEqual(
                timeline.close_of_workday(start, days, None, pauses).deadline, close, case
            )

    def _get_close(self, timeline, zone, day):
        begin, end = (
            zone.localize(datetime.combine(moment, datetime.min.time()))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for moment in (day, day + timedelta(days=1))
        )
        intervals = timeline.intervals(begin, end)
        return intervals and intervals[-1][1]

    def test_later_start_is_never_due_earlier(self):
        """Without pauses and cut-off, which set a start apart from a later one by rule.

        A time of day must be given, too: Saturday at 22:00 is due after Sunday at 6:00 when both
        are due on Monday at the time of day of the start. So it is with months of clock time: the
        30th and the 31st are both due on the last day of February.
        """
        for random, timeline, limit, start, case in self._try(6, 1000):
            limit = self._keep_order(limit)._replace(cutoff=None, clock=15 * HOUR)
            if limit.kind == 'elapsed' and limit.unit == 'month':
                continue
            later = start + timedelta(seconds=random.randrange(1, 3 * 86400))
            self.assertGreaterEqual(
                reckon(timeline, limit, later).deadline,
                reckon(timeline, limit, start).deadline,
                case,
            )

    def test_more_is_never_due_earlier(self):
        for random, timeline, limit, start, case in self._try(7, 1000):
            pauses = make_pauses(random, start)
            more = limit._replace(value=limit.value + 1, roll='keep')
            limit = limit._replace(roll='keep')
            self.assertGreaterEqual(
                reckon(timeline, more, start, pauses).deadline,
                reckon(timeline, limit, start, pauses).deadline,
                case,
            )

    def test_working_time_in_two_grants_is_the_same_as_at_once(self):
        for random, timeline, _limit, start, case in self._try(8, 1000):
            pauses = make_pauses(random, start)
            first, second = random.randrange(1, 90), random.randrange(1, 90)
            at_once = reckon(timeline, Limit('work_time', first + second, 'hour'), start, pauses)
            extended = reckon(
                timeline,
                Limit('work_time', first, 'hour'),
                start,
                pauses,
                [Extension(second, 'hour', None, "")],
            )
            self.assertEqual(extended.deadline, at_once.deadline, case)

    def test_trace_ends_at_the_deadline_and_is_json(self):
        for random, timeline, limit, start, case in self._try(9, 150):
            answer = reckon(
                timeline,
                limit,
                start,
                make_pauses(random, start),
                [Extension(2, 'day', None, "Why")],
            )
            self.assertEqual(answer.trace[-1], {'code': 'result', 'at': str(answer.deadline)}, case)
            self.assertEqual(answer.trace[0]['at'], str(start), case)
            self.assertFalse(self._find_floats(answer.trace), case)

    def _find_floats(self, value):
        """Return what in a trace is neither text, whole number, list nor dict."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return [found for part in value for found in self._find_floats(part)]
        return [] if isinstance(value, (str, int)) else [value]
