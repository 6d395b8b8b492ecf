"""``./dev bench deadlines``: this engine against the calendars of Odoo, on the same inputs.

A limit of working hours is asked of ``resource.calendar.plan_hours``, one of working days of
``plan_days``, and both of a policy: the date alone, and the date with its explanation. Everything
runs in one process and one run, so the ratios can be laid beside those of other machines.

    ./dev bench deadlines              print the table
    ./dev bench deadlines --write      keep it as bench/deadlines.md
"""

import time
from datetime import datetime, timedelta
from random import Random

import common
import pytz

from odoo.fields import Command

TZ = "Asia/Shanghai"
STARTS = 60  # of each limit; Odoo is asked once for each
ROUNDS = 50  # this engine is so fast that it is asked so often for each
HOURS = (1, 4, 24, 80, 400)
DAYS = (1, 3, 10, 30)


def prepare(env):
    """Return an office with a lunch break and some holidays; it is rolled back afterwards."""
    calendar = env["resource.calendar"].create(
        {
            "name": "Bench",
            "tz": TZ,
            "attendance_ids": [Command.clear()]
            + [
                Command.create(
                    {
                        "name": f"{day} {begin}",
                        "dayofweek": str(day),
                        "hour_from": begin,
                        "hour_to": end,
                        "day_period": period,
                    }
                )
                for day in range(5)
                for begin, end, period in ((9, 12, "morning"), (13, 18, "afternoon"))
            ],
        }
    )
    for month in range(1, 13):
        first = datetime(2026, month, 10)
        env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "resource_id": False,
                "date_from": first - timedelta(hours=8),
                "date_to": first + timedelta(days=2, hours=16, seconds=-1),
            }
        )
    return calendar


def make_policy(env, calendar, kind, value, unit):
    """Return an unsaved policy of one limit."""
    return env["complaint.sla.policy"].new(
        {
            "name": "Bench",
            "limit_kind": kind,
            "limit_value": value,
            "limit_unit": unit,
            "calendar_id": calendar.id,
        }
    )


def clock(call, inputs, rounds=1):
    """Return (microseconds for one input, the answers)."""
    answers = [call(value) for value in inputs]  # the first time warms what a server has warm
    start = time.perf_counter()
    for _round in range(rounds):
        for value in inputs:
            call(value)
    return (time.perf_counter() - start) * 1e6 / rounds / len(inputs), answers


def to_naive(moment):
    """Return an aware moment as naive UTC."""
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def compare_hours(env, calendar, starts, hours):
    """Measure a limit of working hours; equal means the same second."""
    policy = make_policy(env, calendar, "work_time", hours, "hour")
    timeline, limit = calendar._get_work_timeline(env.company), policy._get_limit()
    seconds = limit.value * 3600
    odoo_us, planned = clock(
        lambda start: calendar.plan_hours(hours, pytz.utc.localize(start), compute_leaves=True),
        starts,
    )
    date_us, deadlines = clock(
        lambda start: timeline.add_work(start, seconds).deadline, starts, ROUNDS
    )
    why_us, _answers = clock(
        lambda start: policy._reckon(start, calendar, env.company), starts, ROUNDS
    )
    equal = sum(to_naive(p) == d for p, d in zip(planned, deadlines, strict=True) if p)
    return f"{hours} working hours", odoo_us, date_us, why_us, equal


def compare_days(env, calendar, starts, days):
    """Measure a limit of working days.

    ``plan_days`` counts the day of the start while work is left on it and ends with the first
    interval of the last day, at lunch; equal means the same day, counted as Odoo counts.
    """
    policy = make_policy(env, calendar, "workday_close", days, "day")
    timeline = calendar._get_work_timeline(env.company)
    odoo_us, planned = clock(
        lambda start: calendar.plan_days(days, pytz.utc.localize(start), compute_leaves=True),
        starts,
    )
    date_us, _deadlines = clock(
        lambda start: timeline.close_of_workday(start, days).deadline, starts, ROUNDS
    )
    why_us, _answers = clock(
        lambda start: policy._reckon(start, calendar, env.company), starts, ROUNDS
    )
    equal = 0
    for start, planned_at in zip(starts, planned, strict=True):
        first = timeline.close_of_workday(start, 0).deadline
        close = timeline.close_of_workday(first, days - 1).deadline if days > 1 else first
        equal += to_naive(planned_at).date() == close.date()
    return f"{days} working days", odoo_us, date_us, why_us, equal


def measure(env):
    """Return the rows of the table."""
    calendar, random = prepare(env), Random(2026)
    begin = datetime(2026, 1, 5)
    starts = [begin + timedelta(seconds=random.randrange(300 * 86400)) for _n in range(STARTS)]
    env.flush_all()
    rows = [compare_hours(env, calendar, starts, hours) for hours in HOURS]
    return rows + [compare_days(env, calendar, starts, days) for days in DAYS]


def render(rows):
    """Return the table as Markdown."""
    head = ["limit", "plan_hours, plan_days: µs:", "date: µs:", "times faster:"]
    head += ["with explanation: µs:", "times faster:", "equal:"]
    table = [
        [
            *(name, f"{odoo_us:,.0f}", f"{date_us:.1f}", f"{odoo_us / date_us:,.0f}"),
            *(f"{why_us:.1f}", f"{odoo_us / why_us:,.0f}", f"{equal} of {STARTS}"),
        ]
        for name, odoo_us, date_us, why_us, equal in rows
    ]
    return common.render(
        "Deadlines: this engine and Odoo's calendars",
        "deadlines",
        f"{STARTS} random starts for each limit, office with lunch break and holidays. The first "
        "engine column is the date alone, the second the date with every step of its explanation. "
        "Equal: to the second for hours, the same day for days (`plan_days` ends at lunch of that "
        "day).",
        [head, *table],
    )


def main(arguments):
    """Measure and print."""
    options = common.parse("deadlines", __doc__, arguments)
    with common.open_env() as env:
        table = render(measure(env))
    return common.tell(table, "deadlines.md", options)
