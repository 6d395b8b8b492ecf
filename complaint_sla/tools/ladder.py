"""When the rungs of an escalation ladder are due: pure arithmetic on a timeline."""

from datetime import timedelta
from typing import NamedTuple

from .work_timeline import NoWorkingTime


class Rung(NamedTuple):
    """What planning must know of one escalation, read once and kept."""

    id: int  # complaint.sla.escalation, False: what holds for a policy without a ladder
    root_id: int  # the same rung in every version of a policy
    moment: str
    value: int
    unit: str
    is_work_time: bool
    repeat_value: int
    repeat_unit: str
    repeat_max: int
    is_work_limit: bool  # the limit itself counts working time


class Limit(NamedTuple):
    """What a rung asks of a clock; moments in naive UTC."""

    started_at: object
    warn_at: object
    deadline: object
    paused_seconds: int  # those between start and deadline that did not count


# Whoever sets up no ladder wants at least this: the handler is told at the deadline.
DEFAULT_LADDER = (Rung(False, False, 'deadline', 0, 'hour', True, 0, 'hour', 0, True),)


def get_due_at(rung, limit, timeline, count_seconds):
    """Return when a rung is due for a clock.

    :param count_seconds: function of (value, unit, is_work_time) that returns seconds
    :rtype: datetime
    """
    if rung.moment == 'deadline':
        return limit.deadline
    if rung.moment == 'at_risk':
        return limit.warn_at or limit.deadline
    if rung.moment == 'percent':
        return _get_share(rung.value, limit, rung.is_work_limit, timeline)
    seconds = count_seconds(rung.value, rung.unit, rung.is_work_time)
    if rung.moment == 'after':
        return add(limit.deadline, seconds, rung.is_work_time, timeline)
    return _get_before(limit, seconds, rung.is_work_time, timeline)


def add(moment, seconds, is_work_time, timeline):
    """Return a moment so many seconds later, of working time or of plain time."""
    if not is_work_time:
        return moment + timedelta(seconds=seconds)
    try:
        return timeline.add_work(moment, seconds).deadline
    except NoWorkingTime:
        return moment + timedelta(seconds=seconds)


def _get_share(percent, limit, is_work_time, timeline):
    """Return when so many percent of the limit are used up, never earlier.

    Counted back from the deadline, so that pauses stretch what lies before them. Seconds are
    rounded up: 99.951 percent are no 100.
    """
    total = _measure(limit, is_work_time, timeline)
    own = max(total - limit.paused_seconds, 0)
    used = total - own - (-own * percent // 100)
    if percent == 100:
        return limit.deadline
    if percent > 100:
        return add(limit.deadline, used - total, is_work_time, timeline)
    return min(add(limit.started_at, used, is_work_time, timeline), limit.deadline)


def _measure(limit, is_work_time, timeline):
    """Return the seconds from start to deadline, pauses included."""
    if is_work_time:
        return max(timeline.work_seconds(limit.started_at, limit.deadline), 0)
    return max(int((limit.deadline - limit.started_at).total_seconds()), 0)


def _get_before(limit, seconds, is_work_time, timeline):
    """Return a moment before the deadline, not before the start."""
    if not is_work_time:
        return max(limit.deadline - timedelta(seconds=seconds), limit.started_at)
    total = _measure(limit, True, timeline)
    if seconds >= total:
        return limit.started_at
    return min(add(limit.started_at, total - seconds, True, timeline), limit.deadline)
