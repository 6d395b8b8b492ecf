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


def to_seconds(moment):
    """Return the naive UTC datetime as whole seconds since 1970; microseconds are cut off."""
    delta = moment - EPOCH
    return delta.days * DAY + delta.seconds


def to_moment(seconds):
    """Return seconds since 1970 as a naive UTC datetime."""
    return EPOCH + timedelta(seconds=seconds)


class WorkTrace:
    """The half of a timeline that explains; :class:`WorkTimeline` is the half that reckons."""

    def _trace_work(self, index, first, last, seconds):
        """Return the steps of a sum of working time from ``first`` to ``last``."""
        begin = bisect_right(index.closes, first)
        stop = bisect_left(index.opens, last)
        trace = [self._step_start(first)]
        position = index.starts[bisect_right(index.ends, first)]
        if position > first:
            trace.append({'code': 'opening', 'at': self._text(position)})
        previous = self._day_before_gap(index, self._local(first).toordinal())
        left = seconds
        middle = range(begin + TRACE_HEAD, stop - TRACE_TAIL)
        for found in range(begin, stop):
            if found not in middle:
                trace += self._step_closed(previous, index.days[found])
                step = self._step_work(index, found, first, last)
            elif found == middle[-1]:
                step = self._step_sum(index, middle, first, last)
            else:
                continue
            left -= step['seconds']
            trace.append({**step, 'left': left})
            previous = index.days[found]
        trace.append({'code': 'result', 'at': self._text(last)})
        return trace

    def _trace_days(self, index, first, origin, found, days, late):
        """Return the steps of counting working days after the day ``origin``."""
        trace = [self._step_start(first)]
        begin = bisect_right(index.days, origin)
        if late:
            origin = index.days[begin]
            begin += 1
            trace.append({'code': 'cutoff', 'day': self._date(origin)})
        if days:
            trace += self._steps_count(index, origin, begin, found, days)
        elif index.days[found] != origin:
            trace.append({'code': 'no_time_left', 'day': self._date(origin)})
            trace += self._step_closed(self._day_before_gap(index, origin), index.days[found])
        windows = self._step_work(index, found, index.opens[found], index.closes[found])['windows']
        trace.append({'code': 'close', 'day': self._date(index.days[found]), 'windows': windows})
        trace.append({'code': 'result', 'at': self._text(index.closes[found])})
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

    def _step_work(self, index, found, first, last):
        """Return the windows of one working day that lie between two moments, and their sum."""
        begin = bisect_right(index.ends, max(first, index.opens[found]))
        stop = bisect_left(index.starts, min(last, index.closes[found]))
        day = index.days[found]
        windows, total = [], 0
        for position in range(begin, stop):
            start = max(first, index.starts[position])
            end = min(last, index.ends[position])
            windows.append([self._clock(start, day), self._clock(end, day)])
            total += end - start
        step = {'code': 'work', 'day': self._date(day), 'windows': windows, 'seconds': total}
        if names := self._names(day, day + 1):
            step['names'] = names
        return step

    def _step_sum(self, index, middle, first, last):
        """Return the sum of the working days in the middle of a long limit."""
        begin = max(first, index.opens[middle[0]])
        end = min(last, index.closes[middle[-1]])
        return {
            'code': 'more',
            'from': self._date(index.days[middle[0]]),
            'to': self._date(index.days[middle[-1]]),
            'days': len(middle),
            'seconds': self._worked(index, end) - self._worked(index, begin),
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
        return to_moment(moment).strftime('%Y-%m-%d %H:%M:%S')
