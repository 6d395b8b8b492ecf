"""What the events of one case say about the start and the end of a time limit."""

from datetime import datetime
from typing import NamedTuple


class Happening(NamedTuple):
    """One event that counts, that is, one that nobody revoked.

    The order of the fields is the order in which events are compared: business time decides, the
    order of recording only between events of the same second.
    """

    occurred_at: datetime
    sequence: int
    event_id: int
    milestone_id: int
    round: int
    recorded_at: datetime
    is_imported: bool


class Span(NamedTuple):
    """Start and end of one limit in one round; what has not happened is None.

    :ivar start: the event that starts it
    :ivar stop: the event that fulfils it
    :ivar cancel: the event after which it no longer matters; None when `stop` came first
    """

    start: Happening | None
    stop: Happening | None
    cancel: Happening | None


NOTHING = Span(None, None, None)


class CaseHistory:
    """The events of one case, ready to be asked for the first one of a kind in a round.

    :ivar current_round: the round in which the case is
    :ivar merges: [(id of a case that was merged into this one, when)]
    :ivar has_holds: whether the limits were ever interrupted
    """

    def __init__(self, happenings, current_round=1, merges=(), has_holds=False):
        self._happenings = sorted(happenings)
        self.current_round = max([current_round, *(h.round for h in self._happenings)])
        self.merges = list(merges)
        self.has_holds = has_holds

    def first(self, milestone_ids, number, after=None, since=datetime.min):
        """Return the first event of these milestones in round ``number``, or None.

        :param Happening after: only what comes later than this event
        :param datetime since: only what happened then or later, whatever was recorded first
        """
        for happening in self._happenings:
            if happening.occurred_at < since or (after is not None and happening <= after):
                continue
            if happening.round == number and happening.milestone_id in milestone_ids:
                return happening
        return None

    def get_span(self, number, start_ids, stop_ids, cancel_ids, reopen_id, *, earlier_counts=True):
        """Return what started and what ended a limit in round ``number``.

        The first event of each kind counts. Where a limit is a link of a chain, what fulfils it
        comes after its start: the customer who was told something before the department answered
        has not been told its answer. An event that fulfils the limit and another that
        cancels it in the same second fulfil it. A later round ends every limit of this one.

        :param set start_ids: milestones that start the limit; likewise the others
        :param int reopen_id: the milestone that begins a later round
        :param bool earlier_counts: whether what happened before the start fulfils the limit
        :rtype: Span
        """
        start = self.first(start_ids, number)
        if not start:
            return NOTHING
        stop = self.first(
            stop_ids, number, since=datetime.min if earlier_counts else start.occurred_at
        )
        cancel = self._first_cancel(number, start, cancel_ids - stop_ids - start_ids, reopen_id)
        return self._settle(start, stop, cancel)

    def get_laps(self, number, start_ids, stop_ids, cancel_ids, reopen_id):
        """Return the Spans of a limit that each stop starts again, until something cancels it.

        Only what comes after the start of a lap ends it. Parameters as in `get_span`.
        """
        laps = []
        start = self.first(start_ids, number)
        while start:
            stop = self.first(stop_ids, number, after=start)
            cancel = self._first_cancel(number, start, cancel_ids - stop_ids, reopen_id)
            laps.append(self._settle(start, stop, cancel))
            # What closes in the second of a stop leaves nothing to start again.
            ends = stop and cancel and cancel.occurred_at <= stop.occurred_at
            start = None if ends else stop
        return laps

    @staticmethod
    def _settle(start, stop, cancel):
        """Return the Span in which only the earlier one of stop and cancel counts."""
        if stop and cancel and cancel.occurred_at < stop.occurred_at:
            stop = None
        return Span(start, stop, None if stop else cancel)

    def _first_cancel(self, number, start, cancel_ids, reopen_id):
        """Return the first event from the start on that makes the limit pointless, or None."""
        for happening in self._happenings:
            if happening < start or happening == start:
                continue
            in_round = happening.round == number and happening.milestone_id in cancel_ids
            reopened = happening.round > number and happening.milestone_id == reopen_id
            if in_round or reopened:
                return happening
        return None
