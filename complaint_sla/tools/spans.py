"""Pauses as disjoint spans of whole seconds."""

from typing import NamedTuple

from .work_trace import to_seconds


class Span(NamedTuple):
    """A stretch of time in which a limit does not run.

    :ivar begin: seconds since 1970 (UTC)
    :ivar end: after ``begin``
    :ivar names: the reasons of the pauses that it is made of
    """

    begin: int
    end: int
    names: tuple


def merge_pauses(pauses, first=None):
    """Return pauses as sorted, disjoint spans: what overlaps or touches counts once.

    :param pauses: iterable of Pause, in any order
    :param int first: seconds since 1970; what lies before does not count
    :rtype: list
    """
    if not pauses:
        return []
    merged = []
    for pause in sorted(pauses, key=lambda pause: pause[:2]):
        begin, end = to_seconds(pause.begin), to_seconds(pause.end)
        if first is not None and begin < first:
            begin = first
        if begin >= end:
            continue
        names = (pause.name,) if pause.name else ()
        if merged and begin <= merged[-1].end:
            last = merged[-1]
            names = last.names + tuple(name for name in names if name not in last.names)
            merged[-1] = Span(last.begin, max(last.end, end), names)
        else:
            merged.append(Span(begin, end, names))
    return merged


def count_paused(pauses, first, last):
    """Return how many seconds between two moments lie in pauses.

    :param int first: seconds since 1970; likewise ``last``
    :rtype: int
    """
    return sum(
        min(span.end, last) - span.begin
        for span in merge_pauses(pauses, first)
        if span.begin < last
    )
