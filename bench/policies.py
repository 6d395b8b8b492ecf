"""``./dev bench policies``: what time limits add to the registration of complaints.

./dev bench policies             registration with 0, 1, 5 and 10 policies in force
./dev bench policies --write     keep the table as bench/policies.md
"""

import argparse
import platform
import statistics
import time
from datetime import date
from itertools import count
from pathlib import Path

import steps

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

RESULTS = Path(__file__).with_name("policies.md")
POLICIES = (0, 1, 5, 10)
REPEAT = 9
BATCH = 100


def add_policies(env, number):
    """Put further policies in force until there are ``number`` of them."""
    policies = env["complaint.sla.policy"]
    code = env["complaint.milestone"]._get_by_code
    missing = number - policies.search_count([("state", "=", "active")])
    policies.create(
        [
            {
                "name": f"Bench {missing} {n}",
                "start_milestone_id": code("received").id,
                "stop_milestone_id": code("answered").id,
                "limit_value": 1 + n,
            }
            for n in range(missing)
        ]
    )


def measure(env, people, numbers, size):
    """Return (milliseconds, queries) of registering ``size`` complaints, the median of a few."""
    cases = env["complaint.case"].with_user(people.receiver)
    times, queries = [], []
    for _round in range(REPEAT + 1):
        env.flush_all()
        env.invalidate_all()
        env.cr.precommit.run()
        before, start = env.cr.sql_log_count, time.perf_counter()
        cases.create([steps.get_values(people, next(numbers)) for _case in range(size)])
        env.cr.flush()
        times.append((time.perf_counter() - start) * 1000)
        queries.append(env.cr.sql_log_count - before)
    # The first call warms the caches that a working server has warm.
    return statistics.median(times[1:]), round(statistics.median(queries[1:]))


def run(env):
    """Return {number of policies: [(milliseconds, queries) of one, of a batch]}."""
    people, numbers = steps.prepare(env), count()
    env["complaint.sla.policy"].search([]).action_archive()
    results = {}
    for number in POLICIES:
        add_policies(env, number)
        results[number] = [measure(env, people, numbers, size) for size in (1, BATCH)]
        print(f"  {number} policies: {results[number]}", flush=True)
    return results


def render(results):
    """Return the table as Markdown."""
    (first, _queries), (batch, _more) = results[POLICIES[0]]
    lines = [
        "# What time limits add to registration",
        "",
        f"`./dev bench policies` on {date.today().isoformat()}: {platform.machine()}, "
        f"Python {platform.python_version()}, Odoo {odoo.release.version}; median of {REPEAT}. "
        "Each policy starts a clock and plans its reminder. The ratio compares with no policy in "
        "the same run.",
        "",
        f"| policies | one: ms | queries | ratio | {BATCH}: ms | queries for each | ratio |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for number, ((one_ms, one_queries), (batch_ms, batch_queries)) in results.items():
        lines.append(
            f"| {number} | {one_ms:.1f} | {one_queries} | {one_ms / first:.2f} "
            f"| {batch_ms:.1f} | {batch_queries / BATCH:.2f} | {batch_ms / batch:.2f} |"
        )
    return "\n".join(lines) + "\n"


def main(arguments):
    """Measure and print; nothing is committed, so the database stays as it was."""
    parser = argparse.ArgumentParser(
        prog="./dev bench policies", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--write", action="store_true", help="keep the table")
    options = parser.parse_args(arguments)
    config.parse_config([])
    with Registry(config["db_name"][0]).cursor() as cr:
        table = render(run(api.Environment(cr, api.SUPERUSER_ID, {})))
        cr.rollback()
    print()
    print(table)
    if options.write:
        RESULTS.write_text(table, encoding="utf-8")
    return 0
