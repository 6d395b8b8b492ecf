"""The timelines that this process has laid out, shared by its threads."""

from collections import OrderedDict
from threading import Lock

CAPACITY = 128


class TimelineCache:
    """A bounded cache that drops what was not used for the longest time.

    Nothing is ever invalidated: the key holds a token that changes with the calendar, so an entry
    of the past is simply never asked for again.
    """

    def __init__(self, capacity=CAPACITY):
        self._capacity = capacity
        self._entries = OrderedDict()
        self._lock = Lock()

    def __len__(self):
        return len(self._entries)

    def get(self, key, build):
        """Return the entry of ``key``; ``build()`` makes it when there is none.

        :param tuple key: hashable
        :param callable build: called without the lock held, since it may query a database
        """
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        entry = build()
        with self._lock:
            entry = self._entries.setdefault(key, entry)
            self._entries.move_to_end(key)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
        return entry


TIMELINES = TimelineCache()
