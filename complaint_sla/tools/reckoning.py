"""How the kinds of limit, pauses and extensions together make a deadline.

Working kinds count in the working time of a timeline, plain kinds day and night. An extension
counts on from the date that is due so far, in the arithmetic of its limit; only a pause after that
date still moves it.
"""

from typing import NamedTuple

from .plain_time import KEEP
from .spans import count_paused
from .work_trace import Answer, to_moment, to_seconds

UNIT_SECONDS = {'minute': 60, 'hour': 3600}
DAY_UNITS = ('day', 'week', 'month')

# Kinds that count working time or working days; all others run day and night.
WORKING_KINDS = ('work_time', 'workday_close', 'workday_at')

# Which units a kind is counted in; kinds that are missing have none.
KIND_UNITS = {
    'work_time': ('minute', 'hour', 'day', 'week'),
    'workday_close': ('day', 'week'),
    'workday_at': ('day', 'week'),
    'day_at': DAY_UNITS,
    'elapsed': ('minute', 'hour', *DAY_UNITS),
    'calendar_days': DAY_UNITS,
}


class Limit(NamedTuple):
    """How long a policy gives.

    :ivar kind: work_time, workday_close, workday_at, day_at, elapsed, calendar_days, month_day or
        fixed
    :ivar value: how many units
    :ivar unit: minute, hour, day, week or month, where the kind has it
    :ivar cutoff: seconds after local midnight from which a start counts as the next working day,
        or None (working days only)
    :ivar clock: seconds after local midnight at which it is due, 86400 for the end of the day, or
        None for the time of day of the start (workday_at and day_at only)
    :ivar month_day: 1 … 31 (month_day only)
    :ivar roll: keep, next or previous: what to do with a calendar day that is no working day
    """

    kind: str
    value: int = 0
    unit: str = 'day'
    cutoff: int | None = None
    clock: int | None = None
    month_day: int = 1
    roll: str = KEEP


def to_work_seconds(value, unit, timeline):
    """Return a number of minutes, hours, working days or working weeks as working seconds."""
    if unit in UNIT_SECONDS:
        return value * UNIT_SECONDS[unit]
    return to_workdays(value, unit, timeline) * timeline.schedule.day_seconds


def to_workdays(value, unit, timeline):
    """Return a number of working days or working weeks as working days."""
    return timeline.schedule.count_workdays(value) if unit == 'week' else value


def reckon(timeline, limit, start, pauses=(), extensions=(), fixed_at=None):
    """Return when a limit that starts at ``start`` is due, and why.

    :param WorkTimeline timeline: the working time in which it counts
    :param Limit limit: how long it is
    :param datetime start: naive UTC
    :param pauses: iterable of Pause, in any order; a date that people set is not moved by them
    :param extensions: iterable of Extension, in the order in which they were granted
    :param datetime fixed_at: naive UTC, the date of a limit of kind `fixed`
    :return: the Answer, or None when a limit of kind `fixed` has no date yet
    :raise NoWorkingTime: the working time never suffices
    """
    if limit.kind == 'fixed':
        answer = timeline.at_moment(start, fixed_at) if fixed_at else None
    else:
        answer = _KINDS[limit.kind](timeline, limit, start, pauses)
    if not extensions or not answer:
        return answer
    parts = [(None, answer)]
    for extension in extensions:
        answer = _extend(timeline, limit, answer.deadline, extension, pauses)
        parts.append((extension, answer))
    return Answer(answer.deadline, lambda: _join_traces(parts))


def get_warn_at(timeline, limit, start, deadline, percent, pauses=()):
    """Return when so many percent of the way from start to deadline are used up.

    A working kind counts working time, all others clock time. Whole seconds, rounded down.

    :raise NoWorkingTime: the working time never suffices
    """
    if limit.kind in WORKING_KINDS:
        total = max(timeline.work_seconds(start, deadline, pauses), 0)
        moment = timeline.add_work(start, total * percent // 100, pauses).deadline
    else:
        first, last = to_seconds(start), to_seconds(deadline)
        total = max(last - first - count_paused(pauses, first, last), 0)
        moment = timeline.add_plain(start, total * percent // 100, pauses).deadline
    return min(moment, deadline)


# === KINDS === #


def _get_work_time(timeline, limit, start, pauses):
    return timeline.add_work(start, to_work_seconds(limit.value, limit.unit, timeline), pauses)


def _get_workday_close(timeline, limit, start, pauses):
    days = to_workdays(limit.value, limit.unit, timeline)
    return timeline.close_of_workday(start, days, limit.cutoff, pauses)


def _get_workday_at(timeline, limit, start, pauses):
    days = to_workdays(limit.value, limit.unit, timeline)
    return timeline.at_workday(start, days, limit.clock, limit.cutoff, pauses)


def _get_day_at(timeline, limit, start, pauses):
    days, months = _to_days(limit.value, limit.unit)
    return timeline.at_day(start, days, limit.clock, months, pauses, limit.roll)


def _get_elapsed(timeline, limit, start, pauses):
    if limit.unit in UNIT_SECONDS:
        return timeline.add_plain(start, limit.value * UNIT_SECONDS[limit.unit], pauses)
    # A day later is at the same time of day, not 24 hours later: so do the cities and courts.
    return _get_day_at(timeline, limit._replace(clock=None), start, pauses)


def _get_calendar_days(timeline, limit, start, pauses):
    days, months = _to_days(limit.value, limit.unit)
    return timeline.end_of_day(start, days, months, pauses, limit.roll)


def _get_month_day(timeline, limit, start, pauses):
    return timeline.end_of_month_day(start, limit.month_day, pauses, limit.roll)


_KINDS = {
    'work_time': _get_work_time,
    'workday_close': _get_workday_close,
    'workday_at': _get_workday_at,
    'day_at': _get_day_at,
    'elapsed': _get_elapsed,
    'calendar_days': _get_calendar_days,
    'month_day': _get_month_day,
}


def _to_days(value, unit):
    """Return a number of calendar days, weeks or months as (days, months)."""
    if unit == 'month':
        return 0, value
    return value * 7 if unit == 'week' else value, 0


# === EXTENSIONS === #


def _extend(timeline, limit, due, extension, pauses):
    """Return the Answer of one extension, which counts on from the date that is due so far."""
    if extension.until:
        return timeline.at_moment(due, extension.until)
    if limit.kind == 'fixed':
        pauses = ()
    wanted = limit._replace(
        value=extension.value, unit=extension.unit, cutoff=None, clock=None, kind='elapsed'
    )
    if limit.kind in WORKING_KINDS and extension.unit != 'month':
        is_days = extension.unit in DAY_UNITS
        wanted = wanted._replace(kind=limit.kind if is_days else 'work_time')
    elif limit.kind in ('calendar_days', 'month_day') and extension.unit in DAY_UNITS:
        wanted = wanted._replace(kind='calendar_days')
    elif limit.kind in ('day_at', 'fixed') and extension.unit in DAY_UNITS:
        wanted = wanted._replace(kind='day_at')
    if not extension.value:
        return timeline.at_moment(due, due)
    return _KINDS[wanted.kind](timeline, wanted, due, pauses)


def _join_traces(parts):
    """Return the steps of a limit and of its extensions as one list, with one result."""
    trace = []
    for extension, answer in parts:
        steps = answer.trace
        if extension:
            start = steps[0]
            step = {'code': 'extension', 'from': start['at'], 'at': steps[-1]['at']}
            if extension.name:
                step['names'] = [extension.name]
            if extension.until:
                steps = []
            else:
                step.update(value=extension.value, unit=extension.unit)
                steps = [inner for inner in steps[1:-1] if inner['code'] != 'fixed']
            trace += [step, *steps]
        else:
            trace += steps[:-1]
    moment = parts[-1][1].deadline
    return [*trace, {'code': 'result', 'at': to_moment(to_seconds(moment)).isoformat(' ')}]
