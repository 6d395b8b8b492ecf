"""The steps by which a timeline comes to its answers.

A step is a dict with a `code` and figures, fit for JSON: days as ISO dates, times of day of the
timeline's own zone, moments as text in UTC. It holds no words, since readers differ in language.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta

DAY = 86400
EPOCH = datetime(1970, 1, 1)
EPOCH_ORDINAL = EPOCH.toordinal()
TRACE_HEAD = 31  # working days that a trace lists one by one from the start …
TRACE_TAIL = 7  # … and before the end; those between are summed up in one step


class Answer:
    """A moment together with the steps that led to it, which are laid out when asked for.

    :ivar deadline: naive UTC datetime
    :ivar trace: list of steps
    """

    __slots__ = ('_explain', '_trace', 'deadline')

    def __init__(self, deadline, explain):
        self.deadline = deadline
        self._explain = explain
        self._trace = None

    def __eq__(self, other):
        return self.deadline == other.deadline and self.trace == other.trace

    def __hash__(self):
        return hash(self.deadline)

    def __repr__(self):
        return f'Answer({self.deadline})'

    @property
    def trace(self):
        if self._trace is None:
            self._trace = self._explain()
        return self._trace


def to_seconds(moment):
    """Return the naive UTC datetime as whole seconds since 1970; microseconds are cut off."""
    delta = moment - EPOCH
    return delta.days * DAY + delta.seconds


def to_moment(seconds):
    """Return seconds since 1970 as a naive UTC datetime."""
    return EPOCH + timedelta(seconds=seconds)


class WorkTrace:
    """The half of a timeline that explains; :class:`WorkTimeline` is the half that reckons."""

    def _trace_work(self, index, first, last, seconds, spans):
        """Return the steps of a sum of working time from ``first`` to ``last``."""
        begin = bisect_right(index.closes, first)
        stop = bisect_left(index.opens, last)
        trace = [self._step_start(first)]
        position = index.starts[bisect_right(index.ends, first)]
        if position > first:
            trace.append({'code': 'opening', 'at': self._text(position)})
        for span in spans:
            step = self._step_pause(span)
            trace.append({**step, 'seconds': self._counted(index, span.begin, span.end, ())})
        previous = self._day_before_gap(index, self._split(first)[0])
        left = seconds
        middle = range(begin + TRACE_HEAD, stop - TRACE_TAIL)
        for found in range(begin, stop):
            if found not in middle:
                trace += self._step_closed(previous, index.days[found])
                step = self._step_work(index, found, first, last, spans)
            elif found == middle[-1]:
                step = self._step_sum(index, middle, first, last, spans)
            else:
                continue
            previous = index.days[found]
            if step['seconds'] or not spans:  # a day that was paused from morning to evening
                left -= step['seconds']
                trace.append({**step, 'left': left})
        trace.append({'code': 'result', 'at': self._text(last)})
        return trace

    def _trace_days(self, index, first, origin, counted, days, late, clock, last):
        """Return the steps of counting working days after the day ``origin``."""
        trace = [self._step_start(first)]
        begin = bisect_right(index.days, origin)
        if late:
            origin = index.days[begin]
            begin += 1
            trace.append({'code': 'cutoff', 'day': self._date(origin)})
        for span, added in counted.pauses:
            trace.append({**self._step_pause(span), 'workdays': added})
        found = counted.found
        total = days + sum(added for _span, added in counted.pauses)
        base = found - total
        if not days and index.days[base] != origin:
            trace.append({'code': 'no_time_left', 'day': self._date(origin)})
            trace += self._step_closed(self._day_before_gap(index, origin), index.days[base])
            origin, begin = index.days[base], base + 1
        if total:
            trace += self._steps_count(index, origin, begin, found, total)
        day = self._date(index.days[found])
        if clock is None:
            step = self._step_work(index, found, index.opens[found], index.closes[found], ())
            trace.append({'code': 'close', 'day': day, 'windows': step['windows']})
        else:
            trace.append({'code': 'at', 'day': day, 'time': self._clock(last, index.days[found])})
        trace.append({'code': 'result', 'at': self._text(last)})
        return trace

    def _steps_count(self, index, origin, begin, found, days):
        """Return one step for each counted working day and for the days off between them."""
        steps = []
        previous = self._day_before_gap(index, origin)
        middle = range(begin + TRACE_HEAD, found + 1 - TRACE_TAIL)
        for position in range(begin, found + 1):
            if position not in middle:
                steps += self._step_closed(previous, index.days[position])
                steps.append(
                    {
                        'code': 'count',
                        'day': self._date(index.days[position]),
                        'number': position - begin + 1,
                        'of': days,
                    }
                )
            elif position == middle[-1]:
                steps.append(
                    {
                        'code': 'more_days',
                        'from': self._date(index.days[middle[0]]),
                        'to': self._date(index.days[position]),
                        'days': len(middle),
                    }
                )
            previous = index.days[position]
        return steps

    def _step_start(self, first):
        return {'code': 'start', 'at': self._text(first), 'tz': self.schedule.tz}

    def _step_pause(self, span):
        """Return the step for a pause; what it adds to the limit is for the caller to say."""
        step = {'code': 'pause', 'from': self._text(span.begin), 'to': self._text(span.end)}
        if span.names:
            step['names'] = list(span.names)
        return step

    def _step_work(self, index, found, first, last, spans):
        """Return the windows of one working day that lie between two moments, and their sum."""
        begin = bisect_right(index.ends, max(first, index.opens[found]))
        stop = bisect_left(index.starts, min(last, index.closes[found]))
        day = index.days[found]
        windows, total = [], 0
        for position in range(begin, stop):
            start = max(first, index.starts[position])
            end = min(last, index.ends[position])
            for left, right in self._leave_out(start, end, spans) if spans else ((start, end),):
                windows.append([self._clock(left, day), self._clock(right, day)])
                total += right - left
        step = {'code': 'work', 'day': self._date(day), 'windows': windows, 'seconds': total}
        if names := self._names(day, day + 1):
            step['names'] = names
        return step

    @staticmethod
    def _leave_out(begin, end, spans):
        """Return what the spans leave of an interval."""
        pieces = []
        for span in spans:
            if span.begin >= end or begin >= end:
                break
            if span.end > begin:
                if span.begin > begin:
                    pieces.append((begin, span.begin))
                begin = max(begin, span.end)
        if begin < end:
            pieces.append((begin, end))
        return pieces

    def _step_sum(self, index, middle, first, last, spans):
        """Return the sum of the working days in the middle of a long limit."""
        begin = max(first, index.opens[middle[0]])
        end = min(last, index.closes[middle[-1]])
        return {
            'code': 'more',
            'from': self._date(index.days[middle[0]]),
            'to': self._date(index.days[middle[-1]]),
            'days': len(middle),
            'seconds': self._counted(index, begin, end, spans),
        }

    def _step_closed(self, previous, ordinal):
        """Return the step for the days without working time between two days, if there are any."""
        if ordinal - previous < 2:
            return []
        step = {'code': 'closed', 'from': self._date(previous + 1), 'to': self._date(ordinal - 1)}
        if names := self._names(previous + 1, ordinal):
            step['names'] = names
        return [step]

    def _names(self, first, stop):
        """Return the names of closures and exceptions on the days ``first`` … ``stop`` - 1."""
        closures = self.schedule.closures
        if not closures and not self.schedule.exceptions:
            return []
        begin, end = self._midnight(first), self._midnight(stop)
        low = bisect_left(closures, (begin - self._longest,))
        names = []
        for position in range(low, bisect_left(closures, (end,))):
            if closures[position][1] > begin and closures[position][2]:
                names.append(closures[position][2])
        for ordinal in range(first, stop) if self.schedule.exceptions else ():
            exception = self.schedule.exceptions.get(date.fromordinal(ordinal))
            if exception is not None and exception[0]:
                names.append(exception[0])
        return list(dict.fromkeys(names))

    @staticmethod
    def _day_before_gap(index, ordinal):
        """Return the day, or the one before it when the day itself is off and part of the gap."""
        found = bisect_left(index.days, ordinal)
        is_workday = found < len(index.days) and index.days[found] == ordinal
        return ordinal if is_workday else ordinal - 1

    @staticmethod
    def _date(ordinal):
        return date.fromordinal(ordinal).isoformat()

    def _clock(self, moment, ordinal):
        """Return a moment of a local day as time of day; midnight at its end is 24:00."""
        midnight = self._midnight(ordinal)
        if self._midnight(ordinal + 1) - midnight == DAY:
            seconds = moment - midnight
        else:  # a day on which the clocks change
            local = self._local(moment)
            seconds = local.hour * 3600 + local.minute * 60 + local.second
            seconds += DAY * (local.toordinal() - ordinal)
        minutes, rest = divmod(seconds, 60)
        text = f'{minutes // 60:02}:{minutes % 60:02}'
        return f'{text}:{rest:02}' if rest else text

    @staticmethod
    def _text(moment):
        """Return a moment as text in UTC, the way Odoo writes datetimes."""
        return to_moment(moment).isoformat(' ')
