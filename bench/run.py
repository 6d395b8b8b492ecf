"""``./dev bench``: what the daily steps cost as complaints pile up.

Every step is measured in one process and one run, in milliseconds (the median) and in queries,
and compared with a step of Odoo's own that is measured beside it: making one contact. So the
figures of different machines can be laid side by side as ratios.

    ./dev bench                            1,000 and 100,000 complaints
    ./dev bench --sizes 1000,1000000       other numbers
    ./dev bench --write                    keep the table as bench/results.md
    ./dev bench deadlines                  deadlines against Odoo's calendars, see deadlines.py
    ./dev bench policies                   registration with 0 to 10 policies (policies.py)
    ./dev bench reports                    what a monthly report costs (reports.py)
    ./dev bench tick                       what a tick costs with many clocks (tick.py)
    ./dev bench public                     what wrong keys cost on the public page (public.py)
"""

import argparse
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import deadlines
import fill
import policies
import public
import reports
import steps
import tick

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

RESULTS = Path(__file__).with_name("results.md")
YARDSTICK = "make one contact of Odoo (the yardstick)"


@dataclass
class Measure:
    """What one step cost: milliseconds (median) and queries of one call."""

    milliseconds: float
    queries: int


def measure(env, call, repeat):
    """Call often enough with empty record caches; return the Measure of one call."""
    times, queries = [], []
    for _round in range(repeat + 1):
        env.flush_all()
        env.invalidate_all()
        env.cr.precommit.run()
        before, start = env.cr.sql_log_count, time.perf_counter()
        call()
        env.cr.flush()
        times.append((time.perf_counter() - start) * 1000)
        queries.append(env.cr.sql_log_count - before)
    # The first call warms the caches that a working server has warm.
    return Measure(statistics.median(times[1:]), round(statistics.median(queries[1:])))


def run(env, sizes, repeat):
    """Return {size: {step: Measure}}."""
    results = {}
    people = steps.prepare(env)
    number, contacts = count(1), env["res.partner"]

    def make_contact():
        contacts.create({"name": f"Contact {next(number)}"})

    filled = 0
    for size in sizes:
        print(f"Filling up to {size:,} complaints ...", flush=True)
        fill.fill(env, people, filled, size)
        filled = size
        results[size] = {YARDSTICK: measure(env, make_contact, repeat)}
        for name, call in steps.get_steps(env, people).items():
            results[size][name] = measure(env, call, repeat)
            found = results[size][name]
            print(f"  {name}: {found.milliseconds:.1f} ms, {found.queries} queries", flush=True)
    return results


def render(results, repeat):
    """Return the table as Markdown."""
    sizes = list(results)
    head = ["step", *(f"{size:,}: ms | queries | ratio" for size in sizes)]
    lines = [
        "# What the daily steps cost",
        "",
        f"`./dev bench --sizes {','.join(map(str, sizes))}` on {date.today().isoformat()}: "
        f"{platform.machine()}, Python {platform.python_version()}, "
        f"Odoo {odoo.release.version}; median of {repeat} calls with empty record caches, inside "
        "the server. The ratio compares with making one contact of Odoo in the same run.",
        "",
        "| " + " | ".join(head) + " |",
        "|---|" + "--:|--:|--:|" * len(sizes),
    ]
    for name in results[sizes[0]]:
        cells = [name]
        for size in sizes:
            found, yardstick = results[size][name], results[size][YARDSTICK]
            cells += [
                f"{found.milliseconds:.1f}",
                str(found.queries),
                f"{found.milliseconds / yardstick.milliseconds:.2f}",
            ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def parse(arguments):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--sizes",
        default="1000,100000",
        type=lambda text: sorted(int(part) for part in text.split(",")),
        help="numbers of complaints, separated by commas",
    )
    parser.add_argument("--repeat", default=9, type=int, help="calls of each step")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/results.md")
    return parser.parse_args(arguments)


def main(arguments):
    """Measure and print; nothing is committed, so the database stays as it was."""
    if arguments[:1] == ["deadlines"]:
        return deadlines.main(arguments[1:])
    if arguments[:1] == ["policies"]:
        return policies.main(arguments[1:])
    if arguments[:1] == ["reports"]:
        return reports.main(arguments[1:])
    if arguments[:1] == ["tick"]:
        return tick.main(arguments[1:])
    if arguments[:1] == ["public"]:
        return public.main(arguments[1:])
    options = parse(arguments)
    config.parse_config([])
    with Registry(config["db_name"][0]).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        table = render(run(env, options.sizes, options.repeat), options.repeat)
        cr.rollback()
    print()
    print(table)
    if options.write:
        RESULTS.write_text(table, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
