"""Working time as arithmetic on whole seconds.

A :class:`Schedule` says when people work: a weekly pattern, closures and exceptions for single
days, in one time zone. A :class:`WorkTimeline` lays it out as sorted intervals with prefix sums
and an index of working days, as far as it was asked for, and answers every question by bisection.

Nothing here knows a database. Moments go in and come out as naive UTC datetimes without
microseconds; inside they are seconds since 1970. No float takes part in any sum, so a limit that
ends at closing time ends at closing time, also after a thousand days and across clock changes.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from threading import Lock
from typing import NamedTuple

import pytz

from .work_trace import DAY, EPOCH_ORDINAL, WorkTrace, to_moment, to_seconds

BLOCK_DAYS = 366  # how much the timeline grows at a time
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


class Answer(NamedTuple):
    """A moment together with the steps that led to it (see :meth:`WorkTimeline.add_work`)."""

    deadline: datetime
    trace: list


class _Index(NamedTuple):
    """One immutable state of the timeline; replaced as a whole, so threads may read it freely."""

    first: int  # first local day covered, as date ordinal
    stop: int  # first day not covered
    starts: list  # of the work intervals
    ends: list
    before: list  # working seconds before each interval, from an arbitrary origin
    done: list  # working seconds up to the end of each interval
    days: list  # ordinals of the days with working time
    opens: list  # first moment of each of these days
    closes: list  # last moment of each of these days


class WorkTimeline(WorkTrace):
    """Answers questions about the working time of one schedule.

    Thread-safe. Grows in blocks of a year when a question reaches beyond what is laid out.
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

    def work_seconds(self, start, end):
        """Return the working seconds from ``start`` to ``end``, negative when ``end`` is earlier.

        :param datetime start: naive UTC
        :param datetime end: naive UTC
        :rtype: int
        """
        first, last = to_seconds(start), to_seconds(end)
        index = self._cover(min(first, last), max(first, last))
        return self._worked(index, last) - self._worked(index, first)

    def add_work(self, start, seconds):
        """Return when ``seconds`` of working time have passed since ``start``, and why.

        A sum that is used up exactly at closing time ends there, not at the next opening. Nothing
        to add gives the start, or the next opening when it lies outside working hours.

        :param datetime start: naive UTC
        :param int seconds: working seconds, not negative
        :rtype: Answer
        :raise NoWorkingTime: the schedule never holds so much working time
        """
        first = to_seconds(start)
        index = self._cover(first, first)
        target = self._worked(index, first) + seconds
        index, found = self._reach(
            first, lambda index: self._find_sum(index, first, target, seconds)
        )
        if seconds:
            last = index.ends[found] - (index.done[found] - target)
        else:
            last = max(first, index.starts[found])
        return Answer(to_moment(last), self._trace_work(index, first, last, seconds))

    def close_of_workday(self, start, days, cutoff=None):
        """Return the close of the ``days``-th working day after the day of ``start``, and why.

        Day 0 is the local calendar day of the start, working or not. A start at or after
        ``cutoff`` counts as the next working day. With 0 days it is the close of day 0 itself; a
        day that has no working time left then passes the limit on to the next working day.

        :param datetime start: naive UTC
        :param int days: not negative
        :param int cutoff: seconds after local midnight, or None
        :rtype: Answer
        :raise NoWorkingTime: the schedule never holds so many working days
        """
        first = to_seconds(start)
        received = self._local(first)
        origin = received.toordinal()
        midnight = received.replace(hour=0, minute=0, second=0)
        late = cutoff is not None and (received - midnight).seconds >= cutoff
        index, found = self._reach(
            first, lambda index: self._find_close(index, first, origin, days, late)
        )
        trace = self._trace_days(index, first, origin, found, days, late)
        return Answer(to_moment(index.closes[found]), trace)

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

    @staticmethod
    def _find_sum(index, first, target, seconds):
        """Return the interval in which the sum is reached, or None when it lies further on."""
        found = bisect_left(index.done, target) if seconds else bisect_right(index.ends, first)
        return found if found < len(index.ends) else None

    @staticmethod
    def _find_close(index, first, origin, days, late):
        """Return the position of the last counted working day, or None when it lies further on."""
        if late:
            found = bisect_right(index.days, origin) + days
        elif days:
            found = bisect_right(index.days, origin) + days - 1
        else:
            found = bisect_left(index.days, origin)
            if found < len(index.days) and index.closes[found] <= first:
                found += 1
        return found if found < len(index.days) else None

    def _reach(self, first, find):
        """Grow the timeline until ``find(index)`` gives a position; return both."""
        index = self._cover(first, first)
        limit = EPOCH_ORDINAL + first // DAY + HORIZON_DAYS
        while (found := find(index)) is None:
            if index.stop > min(limit, date.max.toordinal() - 2 * BLOCK_DAYS):
                raise NoWorkingTime
            edge = (index.stop - EPOCH_ORDINAL + 2) * DAY
            index = self._cover(first, edge)
        return index, found

    # === LAYING OUT === #

    def _cover(self, first, last):
        """Return an index that holds every local day between two moments (seconds since 1970)."""
        low = EPOCH_ORDINAL + first // DAY - 1
        high = EPOCH_ORDINAL + last // DAY + 2
        index = self._index
        if index and index.first <= low and high <= index.stop:
            return index
        with self._lock:
            index = self._index
            if index is None:
                index = self._build(low, high + BLOCK_DAYS, 0)
            if low < index.first:
                earlier = self._build(min(low, index.first - BLOCK_DAYS), index.first, 0)
                index = self._join(earlier, index)
            if high > index.stop:
                stop = min(max(high, index.stop + BLOCK_DAYS), date.max.toordinal())
                index = self._join(index, self._build(index.stop, stop, 0))
            self._index = index
        return index

    @staticmethod
    def _join(left, right):
        """Return one index of two adjoining ones; sums go on from the left."""
        shift = (left.done[-1] if left.done else 0) - (right.before[0] if right.before else 0)
        return _Index(
            left.first,
            right.stop,
            left.starts + right.starts,
            left.ends + right.ends,
            left.before + [value + shift for value in right.before],
            left.done + [value + shift for value in right.done],
            left.days + right.days,
            left.opens + right.opens,
            left.closes + right.closes,
        )

    def _build(self, first, stop, total):
        """Lay out the local days ``first`` … ``stop`` - 1 (ordinals) from a sum of ``total``."""
        index = _Index(first, stop, [], [], [], [], [], [], [])
        frontier = None
        midnight = self._midnight(first)
        for ordinal in range(first, stop):
            following = self._midnight(ordinal + 1)
            plain = following - midnight == DAY
            size = len(index.starts)
            for begin, end in self._windows(ordinal):
                if plain:
                    begin, end = midnight + begin, midnight + end
                else:
                    begin, end = self._instant(ordinal, begin), self._instant(ordinal, end)
                if frontier is not None:
                    begin = max(begin, frontier)
                for piece in self._cut(begin, end):
                    index.starts.append(piece[0])
                    index.ends.append(piece[1])
                    index.before.append(total)
                    total += piece[1] - piece[0]
                    index.done.append(total)
                    frontier = piece[1]
            if len(index.starts) > size:
                index.days.append(ordinal)
                index.opens.append(index.starts[size])
                index.closes.append(index.ends[-1])
            midnight = following
        return index

    def _windows(self, ordinal):
        """Return the sorted, disjoint (from, to) of one local day, before closures."""
        if self.schedule.exceptions:
            exception = self.schedule.exceptions.get(date.fromordinal(ordinal))
            if exception is not None:
                return exception[1]
        # Odd and even weeks are counted from the first day of year 1, as resource.calendar does.
        return self.schedule.weeks[(ordinal - 1) % 7 + 7 * ((ordinal - 1) // 7 % 2)]

    def _midnight(self, ordinal):
        """Return the moment at which a local day begins; time zones are slow, so it is kept."""
        if ordinal not in self._midnights:
            self._midnights[ordinal] = self._instant(ordinal, 0)
        return self._midnights[ordinal]

    def _instant(self, ordinal, seconds):
        """Return the moment at which the local clock of a day shows ``seconds`` after midnight.

        A time that the clock skips or shows twice is read as standard time. The end of the day is
        the second after 23:59:59.
        """
        extra = 1 if seconds == DAY else 0
        local = datetime.fromordinal(ordinal) + timedelta(seconds=seconds - extra)
        offset = self.tz.localize(local).utcoffset()
        return to_seconds(local - offset) + extra

    def _cut(self, begin, end):
        """Return what the closures leave of an interval."""
        pieces = []
        found = bisect_right(self._closure_ends, begin)
        while begin < end and found < len(self._closures):
            closed_from, closed_to = self._closures[found]
            if closed_from >= end:
                break
            if closed_from > begin:
                pieces.append((begin, closed_from))
            begin = closed_to
            found += 1
        if begin < end:
            pieces.append((begin, end))
        return pieces

    def _merge_closures(self, closures):
        """Return the closures as sorted disjoint (from, to).

        A closure that ends at 23:59:59 local time lasts until midnight: that is how a day off is
        entered, and its last second is no working day.
        """
        merged = []
        for begin, end, _name in sorted(closures):
            if self._local(end).time().isoformat() == '23:59:59':
                end += 1
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            elif begin < end:
                merged.append((begin, end))
        return merged

    def _local(self, seconds):
        """Return the local wall clock (naive) at a moment."""
        return pytz.utc.localize(to_moment(seconds)).astimezone(self.tz).replace(tzinfo=None)
