"""Schedules as they are kept in a database, and what tells two of them apart."""

from datetime import date

from .work_timeline import Schedule


def dump(schedule):
    """Return a schedule without its earlier ones as plain values, fit for JSON."""
    return {
        'tz': schedule.tz,
        'weeks': schedule.weeks,
        'closures': schedule.closures,
        'exceptions': {
            day.isoformat(): [name, windows] for day, (name, windows) in schedule.exceptions.items()
        },
        'day_seconds': schedule.day_seconds,
    }


def load(values):
    """Return the schedule that :func:`dump` made these values of."""
    return Schedule(
        tz=values['tz'],
        weeks=tuple(_freeze(windows) for windows in values['weeks']),
        closures=_freeze(values['closures']),
        exceptions={
            date.fromisoformat(day): (name, _freeze(windows))
            for day, (name, windows) in values['exceptions'].items()
        },
        day_seconds=values['day_seconds'],
    )


def _freeze(rows):
    return tuple(tuple(row) for row in rows)


def strip(schedule):
    """Return what of a schedule decides dates, without names, fit to be compared."""
    return schedule._replace(
        closures=tuple(closure[:2] for closure in schedule.closures),
        exceptions={day: exception[1] for day, exception in schedule.exceptions.items()},
    )
