"""Which interruptions of a case count for one of its limits."""

from datetime import datetime
from typing import NamedTuple

from .adjustments import Pause


class Hold(NamedTuple):
    """One interruption of a case, as it was recorded.

    :ivar begin: naive UTC
    :ivar end: naive UTC, None while it lasts
    :ivar reason_id: why; a limit may take some reasons and not others
    :ivar name: the reason in words
    """

    begin: datetime
    end: datetime | None
    reason_id: int
    name: str


def cut_holds(holds, start, end):
    """Return what holds mean for a limit that starts at `start`.

    Holds may overlap; their order does not matter. One that still lasts has not moved the
    deadline yet: the limit stands still since the stretch without a gap began that it belongs to.

    :param holds: Hold tuples
    :param datetime start: when the limit starts
    :param datetime end: when it ended, None while it is open; what lasts longer is cut there
    :return: (tuple of Pause that are over, moment since when the limit stands still or None)
    :rtype: tuple
    """
    spans = []
    for hold in holds:
        begin = max(hold.begin, start)
        finish = hold.end if end is None else min(hold.end or end, end)
        if finish is None or begin < finish:
            spans.append((begin, finish, hold.name))
    since = min((begin for begin, finish, _name in spans if finish is None), default=None)
    # Whatever reaches into the open stretch makes it begin earlier; the latest end comes first.
    closed = sorted((s for s in spans if s[1] is not None), key=lambda s: s[1], reverse=True)
    for begin, finish, _name in closed:
        if since is not None and finish >= since:
            since = min(begin, since)
    kept = (Pause(*span) for span in closed if since is None or span[0] < since)
    return tuple(sorted(kept)), since


def join_pauses(pauses):
    """Return pauses as sorted disjoint [begin, end]: what overlaps counts once."""
    joined = []
    for begin, end, _name in sorted(pauses):
        if joined and begin <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([begin, end])
    return joined
