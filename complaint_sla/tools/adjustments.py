"""What moves a deadline after its clock has started: interruptions and granted time."""

from datetime import datetime
from typing import NamedTuple


class Pause(NamedTuple):
    """A span in which a limit does not run. It may overlap others; their order does not matter.

    :ivar begin: naive UTC
    :ivar end: naive UTC, after ``begin``; a pause that still lasts is none yet
    :ivar name: its reason, shown in the explanation
    """

    begin: datetime
    end: datetime
    name: str


class Extension(NamedTuple):
    """Time that was granted beyond the limit, or a new date in its place.

    :ivar value: how many units after the deadline, 0 when ``until`` is given
    :ivar unit: minute, hour, day, week or month, as a limit of the same policy has it
    :ivar until: the new deadline, naive UTC, or None
    :ivar name: its reason, shown in the explanation
    """

    value: int
    unit: str
    until: datetime | None
    name: str
