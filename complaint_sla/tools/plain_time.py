"""Limits that run day and night: plain clock time, calendar days, days of the month.

Days are those of the timeline's time zone. A date may be moved to a working day of the timeline.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date

from .spans import merge_pauses
from .work_trace import DAY, Answer, to_moment, to_seconds

KEEP, NEXT, PREVIOUS = 'keep', 'next', 'previous'


class PlainTime:
    """The half of a timeline that counts also when nobody works."""

    # === QUESTIONS === #

    def add_plain(self, start, seconds, pauses=()):
        """Return when ``seconds`` of clock time have passed since ``start``, and why.

        :param datetime start: naive UTC
        :param int seconds: not negative
        :param pauses: iterable of Pause; their time is added
        :rtype: Answer
        """
        first = to_seconds(start)
        step = {'code': 'plain', 'seconds': seconds}
        return self._run(first, first + seconds, step, pauses, KEEP)

    def at_day(self, start, days, clock=None, months=0, pauses=(), roll=KEEP):
        """Return the local time ``clock`` on the ``days``-th calendar day after that of ``start``.

        The clock decides, also when the day in between has 23 or 25 hours. A time that has passed
        when nothing is to be counted means the next day.

        :param datetime start: naive UTC
        :param int clock: seconds after local midnight, 86400 for the last second of the day, or
            None for the time of day of the start
        :param int months: counted instead of days; a month that is too short has it on its last day
        :param pauses: iterable of Pause; their time is added
        :param str roll: what to do with a day that is no working day; the time of day stays
        :rtype: Answer
        """
        first = to_seconds(start)
        origin, seconds = self._split(first)
        clock = seconds if clock is None else clock
        ordinal = self._later_month(origin, months) + days
        target = self._at(ordinal, clock)
        if target <= first:
            ordinal += 1
            target = self._at(ordinal, clock)
        step = {
            'code': 'day_at',
            'day': self._date(ordinal),
            'days': ordinal - origin,
            'time': self._clock(target, ordinal),
        }
        return self._run(first, target, step, pauses, roll)

    def end_of_day(self, start, days, months=0, pauses=(), roll=KEEP):
        """Return the last second of the ``days``-th calendar day after that of ``start``, and why.

        Every day whose end lies in a pause adds one day, so that the limit still ends with a day.

        :param int months: counted instead of days
        :rtype: Answer
        """
        first = to_seconds(start)
        origin = self._split(first)[0]
        ordinal = self._later_month(origin, months) + days
        step = {'code': 'day_end', 'day': self._date(ordinal), 'days': ordinal - origin}
        return self._run_days(first, ordinal, step, pauses, roll)

    def end_of_month_day(self, start, month_day, pauses=(), roll=KEEP):
        """Return the last second of the next day of the month ``month_day``, and why.

        The day of the start counts itself. A month that is too short has it on its last day.

        :param int month_day: 1 … 31
        :rtype: Answer
        """
        first = to_seconds(start)
        origin = self._split(first)[0]
        ordinal = self._month_day(origin, 0, month_day)
        if ordinal < origin:
            ordinal = self._month_day(origin, 1, month_day)
        step = {'code': 'month_day', 'day': self._date(ordinal), 'number': month_day}
        return self._run_days(first, ordinal, step, pauses, roll)

    def at_moment(self, start, moment):
        """Return a date that people set; nothing moves it.

        :param datetime start: naive UTC
        :param datetime moment: naive UTC
        :rtype: Answer
        """
        first, last = to_seconds(start), to_seconds(moment)
        return Answer(
            to_moment(last),
            lambda: [
                self._step_start(first),
                {'code': 'fixed', 'at': self._text(last)},
                {'code': 'result', 'at': self._text(last)},
            ],
        )

    # === PAUSES AND HOLIDAYS === #

    def _run(self, first, target, step, pauses, roll):
        """Return the Answer of a limit that is due at ``target`` when nothing comes between."""
        due, steps = self._roll_moment(first, target, roll)
        trace = []
        for span in merge_pauses(pauses, first):
            if span.begin >= due:
                break
            # A pause between a date and the working day to which it was moved moves that day.
            target = (target if span.begin < target else due) + span.end - span.begin
            trace.append({**self._step_pause(span), 'span': span.end - span.begin})
            due, steps = self._roll_moment(span.end, target, roll)
        return self._explain(first, due, [step, *trace, *steps])

    def _run_days(self, first, ordinal, step, pauses, roll):
        """Return the Answer of a limit that ends with the day ``ordinal``; see :meth:`_run`."""
        rolled, steps = self._roll(first, ordinal, DAY, roll)
        due = self._end_of_day(rolled)
        trace = []
        for span in merge_pauses(pauses, first):
            if span.begin >= due:
                break
            days = self._split(span.end)[0] - self._split(span.begin)[0]
            ordinal = (ordinal if span.begin < self._end_of_day(ordinal) else rolled) + days
            trace.append({**self._step_pause(span), 'days': days})
            rolled, steps = self._roll(span.end, ordinal, DAY, roll)
            due = self._end_of_day(rolled)
        return self._explain(first, due, [step, *trace, *steps])

    def _explain(self, first, last, steps):
        return Answer(
            to_moment(last),
            lambda: [self._step_start(first), *steps, {'code': 'result', 'at': self._text(last)}],
        )

    def _roll_moment(self, earliest, moment, roll):
        """Return a moment moved to a working day as the policy wants it, and the step for it."""
        if roll == KEEP:
            return moment, ()
        ordinal, clock = self._split(moment)
        rolled, steps = self._roll(earliest, ordinal, clock, roll)
        return (moment if rolled == ordinal else self._wall(rolled, clock)), steps

    def _roll(self, earliest, ordinal, clock, roll):
        """Return a day moved to a working day as the policy wants it, and the step for it.

        A working day before that is over at the start, or when a pause ends, is no place for a
        deadline, so the next one is taken then.

        :param int earliest: the moment after which a working day before must lie
        """
        if roll == KEEP:
            return ordinal, ()
        _index, rolled = self._reach(
            earliest, lambda index: self._find_workday(index, earliest, ordinal, clock, roll)
        )
        if rolled == ordinal:
            return ordinal, ()
        step = {'code': 'rolled', 'from': self._date(ordinal), 'to': self._date(rolled)}
        if names := self._names(ordinal, ordinal + 1):
            step['names'] = names
        return rolled, (step,)

    def _find_workday(self, index, earliest, ordinal, clock, roll):
        """Return the working day at, before or after a day, or None when it lies further on."""
        if ordinal >= index.stop:
            return None
        found = bisect_left(index.days, ordinal)
        if found < len(index.days) and index.days[found] == ordinal:
            return ordinal
        if roll == PREVIOUS:
            before = bisect_right(index.days, ordinal) - 1
            if before >= 0 and self._at(index.days[before], clock) > earliest:
                return index.days[before]
        return index.days[found] if found < len(index.days) else None

    # === DAYS === #

    def _end_of_day(self, ordinal):
        """Return the last second of a local day."""
        return self._wall(ordinal, DAY - 1)

    def _at(self, ordinal, clock):
        """Return the moment of a time of day; the end of the day is its last second."""
        return self._end_of_day(ordinal) if clock == DAY else self._wall(ordinal, clock)

    @classmethod
    def _later_month(cls, ordinal, months):
        """Return the same day so many months later, or the last day of that month."""
        return cls._month_day(ordinal, months, date.fromordinal(ordinal).day) if months else ordinal

    @staticmethod
    def _month_day(ordinal, months, month_day):
        """Return a day of the month that lies so many months after the month of ``ordinal``."""
        day = date.fromordinal(ordinal)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(month_day, last)).toordinal()
