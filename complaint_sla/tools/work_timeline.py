"""Working time as arithmetic on whole seconds.

A :class:`Schedule` says when people work: a weekly pattern, closures and exceptions for single
days, in one time zone. A :class:`WorkTimeline` lays it out as sorted intervals with prefix sums
and an index of working days, as far as it was asked for, and answers every question by bisection.

Nothing here knows a database. Moments go in and come out as naive UTC datetimes without
microseconds; inside they are seconds since 1970. No float takes part in any sum, so a limit that
ends at closing time ends at closing time, also after a thousand days and across clock changes.
"""

from bisect import bisect_left, bisect_right
from datetime import date
from threading import Lock
from typing import NamedTuple

import pytz

from .plain_time import PlainTime
from .spans import merge_pauses
from .work_layout import BLOCK_DAYS, WorkLayout
from .work_trace import DAY, EPOCH_ORDINAL, Answer, WorkTrace, to_moment, to_seconds

HORIZON_DAYS = 40 * 366  # a limit that needs more than this has no end


class NoWorkingTime(Exception):
    """The schedule holds too little working time to reach the end of the limit."""


class Schedule(NamedTuple):
    """What a working calendar says, frozen.

    :ivar tz: name of the time zone in which the pattern is meant
    :ivar weeks: 14 tuples of (from, to) seconds after local midnight: Monday … Sunday of the
        weeks of type 0, then of type 1; a calendar of one week has both alike; ``to`` may be 86400
    :ivar closures: sorted (from, to, name) in seconds since 1970 (UTC); they may overlap
    :ivar exceptions: {date: (name, windows)}: the windows that replace the pattern on that day,
        empty for a day off
    :ivar day_seconds: how long "one working day" is when a limit of working time is given in days
    """

    tz: str
    weeks: tuple
    closures: tuple = ()
    exceptions: dict = {}
    day_seconds: int = 8 * 3600

    @classmethod
    def always(cls, tz='UTC'):
        """Return the schedule of people who never close: 24 hours a day, 7 days a week."""
        return cls(tz=tz, weeks=(((0, DAY),),) * 14, day_seconds=DAY)

    def count_workdays(self, weeks):
        """Return how many working days so many weeks have; two kinds of weeks are averaged."""
        return (weeks * sum(1 for windows in self.weeks if windows) + 1) // 2


class _Counted(NamedTuple):
    """Where the count of working days ends.

    :ivar found: position of the last counted day
    :ivar pauses: (span, days that were added for it), in order
    """

    found: int
    pauses: list


class WorkTimeline(WorkTrace, PlainTime, WorkLayout):
    """Answers questions about the working time of one schedule.

    Thread-safe. Grows in blocks of a year when a question reaches beyond what is laid out.
    Pauses are :class:`~.adjustments.Pause`, in any order; what lies before the start of a limit or
    after its end does not count.
    """

    def __init__(self, schedule):
        self.schedule = schedule
        self.tz = pytz.timezone(schedule.tz)
        self._closures = self._merge_closures(schedule.closures)
        self._closure_ends = [closure[1] for closure in self._closures]
        self._longest = max((c[1] - c[0] for c in schedule.closures), default=0)
        self._midnights = {}  # {ordinal: first second of that local day}
        self._lock = Lock()
        self._index = None

    # === QUESTIONS === #

    def work_seconds(self, start, end, pauses=()):
        """Return the working seconds from ``start`` to ``end``, negative when ``end`` is earlier.

        :param datetime start: naive UTC
        :param datetime end: naive UTC
        :param pauses: iterable of Pause, whose time does not count
        :rtype: int
        """
        first, last = to_seconds(start), to_seconds(end)
        if first > last:
            return -self.work_seconds(end, start, pauses)
        index = self._cover(first, last)
        return self._counted(index, first, last, merge_pauses(pauses, first))

    def add_work(self, start, seconds, pauses=()):
        """Return when ``seconds`` of working time have passed since ``start``, and why.

        A sum that is used up exactly at closing time ends there, not at the next opening. Nothing
        to add gives the start, or the next opening when it lies outside working hours.

        :param datetime start: naive UTC
        :param int seconds: working seconds, not negative
        :param pauses: iterable of Pause, whose working time does not count
        :rtype: Answer
        :raise NoWorkingTime: the schedule never holds so much working time
        """
        first = to_seconds(start)
        spans = merge_pauses(pauses, first) if pauses else ()
        index = self._cover(first, first)
        target = self._worked(index, first) + seconds
        for number, span in enumerate(spans):
            index = self._cover(first, span.begin)
            if self._worked(index, span.begin) >= target:
                spans = spans[:number]
                break
            index = self._cover(first, span.end)
            target += self._worked(index, span.end) - self._worked(index, span.begin)
        found = self._find_sum(index, first, target, seconds)
        if found is None:
            index, found = self._reach(
                first, lambda index: self._find_sum(index, first, target, seconds)
            )
        if seconds:
            last = index.ends[found] - (index.done[found] - target)
        else:
            last = max(first, index.starts[found])
        return Answer(to_moment(last), lambda: self._trace_work(index, first, last, seconds, spans))

    def close_of_workday(self, start, days, cutoff=None, pauses=()):
        """Return the close of the ``days``-th working day after the day of ``start``, and why.

        Day 0 is the local calendar day of the start, working or not. A start at or after
        ``cutoff`` counts as the next working day. With 0 days it is the close of day 0 itself; a
        day that has no working time left then passes the limit on to the next working day.

        Every working day, day 0 included, that ends in a pause adds one working day. A pause that
        begins at the close takes nothing from a day; one that lasts up to it takes its end.

        :param datetime start: naive UTC
        :param int days: not negative
        :param int cutoff: seconds after local midnight, or None
        :param pauses: iterable of Pause
        :rtype: Answer
        :raise NoWorkingTime: the schedule never holds so many working days
        """
        return self._count_workdays(start, days, cutoff, pauses, None)

    def at_workday(self, start, days, clock=None, cutoff=None, pauses=()):
        """Return the time ``clock`` on the ``days``-th working day after that of ``start``.

        Days are counted as :meth:`close_of_workday` counts them, and the time of day holds also
        when nobody works then. With 0 days a time that has passed means the next working day.

        Pauses add days in the same way; so does one that lasts at the deadline itself, once.

        :param int clock: seconds after local midnight, 86400 for the last second of the day, or
            None for the time of day of the start
        :rtype: Answer
        :raise NoWorkingTime: the schedule never holds so many working days
        """
        if clock is None:
            clock = self._split(to_seconds(start))[1]
        return self._count_workdays(start, days, cutoff, pauses, clock)

    def _count_workdays(self, start, days, cutoff, pauses, clock):
        """Answer for :meth:`close_of_workday` (``clock`` is None) and :meth:`at_workday`."""
        first = to_seconds(start)
        spans = merge_pauses(pauses, first)
        origin, seconds = self._split(first)
        late = cutoff is not None and seconds >= cutoff
        index, counted = self._reach(
            first, lambda index: self._find_day(index, first, origin, days, late, clock, spans)
        )
        last = self._due(index, counted.found, clock)
        return Answer(
            to_moment(last),
            lambda: self._trace_days(index, first, origin, counted, days, late, clock, last),
        )

    def is_workday(self, day):
        """Say whether the local calendar day (a date) has any working time."""
        ordinal = day.toordinal()
        noon = (ordinal - EPOCH_ORDINAL) * DAY + DAY // 2
        index = self._cover(noon, noon)
        found = bisect_left(index.days, ordinal)
        return found < len(index.days) and index.days[found] == ordinal

    def intervals(self, start, end):
        """Return the work intervals between two naive UTC datetimes, clipped to them."""
        first, last = to_seconds(start), to_seconds(end)
        index = self._cover(first, last)
        begin, stop = bisect_right(index.ends, first), bisect_left(index.starts, last)
        return [
            (to_moment(max(first, index.starts[i])), to_moment(min(last, index.ends[i])))
            for i in range(begin, stop)
        ]

    # === SEARCHING === #

    @staticmethod
    def _worked(index, moment):
        """Return the working seconds up to ``moment``, which the index must cover."""
        found = bisect_right(index.starts, moment) - 1
        if found < 0:
            return index.before[0] if index.before else 0
        return index.before[found] + min(moment, index.ends[found]) - index.starts[found]

    def _counted(self, index, first, last, spans):
        """Return the working seconds between two moments that lie in none of the spans."""
        total = self._worked(index, last) - self._worked(index, first)
        for span in spans:
            if first < span.end and span.begin < last:
                total -= self._worked(index, min(last, span.end))
                total += self._worked(index, max(first, span.begin))
        return total

    @staticmethod
    def _find_sum(index, first, target, seconds):
        """Return the interval in which the sum is reached, or None when it lies further on."""
        found = bisect_left(index.done, target) if seconds else bisect_right(index.ends, first)
        return found if found < len(index.ends) else None

    def _due(self, index, found, clock):
        """Return the moment at which a limit that ends on a working day is due."""
        if clock is None:
            return index.closes[found]
        return self._at(index.days[found], clock)

    def _find_day(self, index, first, origin, days, late, clock, spans):
        """Return the _Counted of a limit in working days, or None when it lies further on."""
        following = bisect_right(index.days, origin)
        if late:
            found = following + days
        elif days:
            found = following + days - 1
        else:
            found = bisect_left(index.days, origin)
            if found < len(index.days) and self._due(index, found, clock) <= first:
                found += 1
        pauses = []
        for span in spans:
            if found >= len(index.days):
                return None
            if span.begin >= self._due(index, found, clock):
                break
            if span.end >= self._midnight(index.stop):
                return None
            before = found
            # With a cut-off, the day of the start is over before the count begins.
            low = max(bisect_right(index.closes, span.begin), following if late else 0)
            high = max(bisect_right(index.closes, span.end), low)
            found = self._pass_over(index, found, low, high, span, clock)
            pauses.append((span, found - before))
        return _Counted(found, pauses) if found < len(index.days) else None

    def _pass_over(self, index, found, low, high, span, clock):
        """Return the position to which a pause moves the due day ``found``.

        :param int low: position of the first working day that ends in the pause
        :param int high: position of the first that does not any more
        """
        if low <= found:
            found += high - low
        # Only a time of day other than the close can still lie in the pause.
        while clock is not None and found < len(index.days):
            if not span.begin < self._due(index, found, clock) <= span.end:
                break
            found += 1
            if found == low:
                found += high - low
        return found

    def _reach(self, first, find):
        """Grow the timeline until ``find(index)`` gives an answer; return index and answer."""
        index = self._cover(first, first)
        limit = EPOCH_ORDINAL + first // DAY + HORIZON_DAYS
        while (found := find(index)) is None:
            if index.stop > min(limit, date.max.toordinal() - 2 * BLOCK_DAYS):
                raise NoWorkingTime
            edge = (index.stop - EPOCH_ORDINAL + 2) * DAY
            index = self._cover(first, edge)
        return index, found
