"""How a timeline lays out the working time of a schedule, block by block."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytz

from .work_trace import DAY, EPOCH_ORDINAL, to_moment, to_seconds

BLOCK_DAYS = 366  # how much the timeline grows at a time


class Index(NamedTuple):
    """One immutable state of the timeline; replaced as a whole, so threads may read it freely."""

    first: int  # first local day covered, as date ordinal
    stop: int  # first day not covered
    midnights: list  # first moment of each local day covered
    starts: list  # of the work intervals
    ends: list
    before: list  # working seconds before each interval, from an arbitrary origin
    done: list  # working seconds up to the end of each interval
    days: list  # ordinals of the days with working time
    opens: list  # first moment of each of these days
    closes: list  # last moment of each of these days


class WorkLayout:
    """The half of a timeline that knows days, windows and closures; moments are seconds here."""

    # === GROWING === #

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
                index = self._build(low, high + BLOCK_DAYS)
            if low < index.first:
                earlier = self._build(min(low, index.first - BLOCK_DAYS), index.first)
                # Sums that were read from the index before stay right: the earlier ones adapt.
                origin = index.before[0] if index.before else 0
                index = self._join(self._shift(earlier, origin - self._total(earlier)), index)
            if high > index.stop:
                stop = min(max(high, index.stop + BLOCK_DAYS), date.max.toordinal())
                later = self._build(index.stop, stop)
                index = self._join(index, self._shift(later, self._total(index)))
            self._index = index
        return index

    @staticmethod
    def _total(index):
        """Return the sum at the end of an index."""
        return index.done[-1] if index.done else 0

    @staticmethod
    def _shift(index, seconds):
        """Return an index whose sums are so much higher."""
        if not seconds:
            return index
        return index._replace(
            before=[value + seconds for value in index.before],
            done=[value + seconds for value in index.done],
        )

    @staticmethod
    def _join(left, right):
        """Return one index of two adjoining ones whose sums fit."""
        lists = (ours + theirs for ours, theirs in zip(left[2:], right[2:], strict=True))
        return Index(left.first, right.stop, *lists)

    def _build(self, first, stop):
        """Lay out the local days ``first`` … ``stop`` - 1 (ordinals) from a sum of 0."""
        index = Index(first, stop, [], [], [], [], [], [], [], [])
        total, frontier = 0, None
        midnight = self._midnight(first)
        for ordinal in range(first, stop):
            following = self._midnight(ordinal + 1)
            index.midnights.append(midnight)
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

    # === CLOSURES === #

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

    # === LOCAL TIME === #

    def _midnight(self, ordinal):
        """Return the moment at which a local day begins; time zones are slow, so it is kept."""
        if ordinal not in self._midnights:
            self._midnights[ordinal] = self._instant(ordinal, 0)
        return self._midnights[ordinal]

    def _wall(self, ordinal, seconds):
        """Return the moment at which the local clock of a day shows ``seconds`` after midnight."""
        midnight = self._midnight(ordinal)
        if self._midnight(ordinal + 1) - midnight == DAY:
            return midnight + seconds
        return self._instant(ordinal, seconds)

    def _split(self, moment):
        """Return the local day of a moment as ordinal, and the seconds that its clock shows."""
        index = self._cover(moment, moment)
        ordinal = index.first + bisect_right(index.midnights, moment) - 1
        midnight = self._midnight(ordinal)
        if self._midnight(ordinal + 1) - midnight == DAY:
            return ordinal, moment - midnight
        local = self._local(moment)
        return local.toordinal(), local.hour * 3600 + local.minute * 60 + local.second

    def _instant(self, ordinal, seconds):
        """Do as :meth:`_wall`, slowly, also on a day on which the clocks change.

        A time that the clock skips or shows twice is read as standard time. The end of the day is
        the second after 23:59:59.
        """
        extra = 1 if seconds == DAY else 0
        local = datetime.fromordinal(ordinal) + timedelta(seconds=seconds - extra)
        offset = self.tz.localize(local).utcoffset()
        return to_seconds(local - offset) + extra

    def _local(self, seconds):
        """Return the local wall clock (naive) at a moment."""
        return pytz.utc.localize(to_moment(seconds)).astimezone(self.tz).replace(tzinfo=None)
