"""Periods of reports in local calendar days, and when a report of a period falls due.

Pure: no ORM. A period is its first and last day, both included; its bounds are moments in UTC,
the end excluded, so that periods touch and never overlap, whatever the clocks do at night.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytz

DAY = timedelta(days=1)
DECADE = 10


class Period(NamedTuple):
    """Local calendar days, both included."""

    first: date
    last: date

    def get_bounds(self, tz):
        """Return (begin, end) as naive UTC datetimes, the end excluded.

        :param str tz: time zone in which the days are meant
        """
        return to_utc(self.first, tz), to_utc(self.last + DAY, tz)


def to_utc(day, tz, hour=0.0):
    """Return a local wall-clock time as naive UTC; 24 is the midnight that ends the day.

    A time that the clocks skip is counted by the clocks before the jump, one that comes twice is
    the first of both.
    """
    minutes = round(hour * 60)
    local = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    zone = pytz.timezone(tz)
    try:
        moment = zone.localize(local, is_dst=None)
    except pytz.AmbiguousTimeError:
        moment = zone.localize(local, is_dst=True)
    except pytz.NonExistentTimeError:
        moment = zone.localize(local, is_dst=False)  # midnight becomes the moment of the jump
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def to_local_date(moment, tz):
    """Return the local calendar day of a naive UTC moment."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(tz)).date()


def add_months(day, months):
    """Return the same day of another month, or its last one where that is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return clip_day(year, month + 1, day.day)


def clip_day(year, month, day):
    """Return a day of a month, its last one where it has fewer."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def get_period(kind, day, cutoff=0, anchor=None, length=1):
    """Return the Period that contains a day.

    :param str kind: 'day', 'week' (Monday to Sunday), 'ten_days' (1–10, 11–20, 21–end), 'month',
        'quarter', 'half_year', 'year' or 'custom'
    :param int cutoff: of a month: its last day; 25 means the 26th to the 25th, 0 the calendar's
    :param date anchor: of custom periods: a day on which one begins
    :param int length: of custom periods: number of days
    """
    if kind == 'day':
        return Period(day, day)
    if kind == 'week':
        first = day - DAY * day.weekday()
        return Period(first, first + 6 * DAY)
    if kind == 'ten_days':
        return _get_decade(day)
    if kind == 'month':
        return _get_month(day, cutoff)
    if kind == 'custom':
        begin = anchor or date(day.year, 1, 1)
        first = begin + timedelta(days=(day - begin).days // length * length)
        return Period(first, first + timedelta(days=length - 1))
    months = {'quarter': 3, 'half_year': 6, 'year': 12}[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(first, add_months(first, months) - DAY)


def _get_decade(day):
    number = min((day.day - 1) // DECADE, 2)
    first = day.replace(day=number * DECADE + 1)
    if number < 2:
        return Period(first, day.replace(day=(number + 1) * DECADE))
    return Period(first, clip_day(day.year, day.month, 31))


def _get_month(day, cutoff):
    if not cutoff:
        return Period(day.replace(day=1), clip_day(day.year, day.month, 31))
    last = clip_day(day.year, day.month, cutoff)
    if day > last:
        following = add_months(day.replace(day=1), 1)
        last = clip_day(following.year, following.month, cutoff)
    before = add_months(last.replace(day=1), -1)
    return Period(clip_day(before.year, before.month, cutoff) + DAY, last)


def get_due_day(rule, value, period):
    """Return the day on which the report of a period is due, before it is rolled.

    :param str rule: 'days_after' (value days after the last one), 'weekday' (the first one after
        it, 0 is Monday) or 'month_day' (that day of a month, the first one after it)
    """
    if rule == 'days_after':
        return period.last + timedelta(days=value)
    if rule == 'weekday':
        following = period.last + DAY
        return following + timedelta(days=(value - following.weekday()) % 7)
    due = clip_day(period.last.year, period.last.month, value)
    if due > period.last:
        return due
    following = add_months(period.last.replace(day=1), 1)
    return clip_day(following.year, following.month, value)


def get_workday_after(day, number, is_workday, limit=400):
    """Return the nth working day after a day, or None when there is none within the limit."""
    for _step in range(limit):
        day += DAY
        number -= is_workday(day)
        if number <= 0:
            return day
    return None


def roll(day, rule, is_workday, limit=60):
    """Return a day moved to a working one: 'keep', 'next' or 'previous'."""
    step = {'keep': None, 'next': DAY, 'previous': -DAY}[rule]
    if step is None:
        return day
    moved = day
    for _step in range(limit):
        if is_workday(moved):
            return moved
        moved += step
    return day
