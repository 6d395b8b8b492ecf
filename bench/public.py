"""``./dev bench public``: what it costs when somebody tries keys that are wrong.

One address sends wrong keys to the page on which complaints are followed, through the whole of
Odoo's web stack, with real transactions; only the network is left out. The first ones are looked
up, the others are throttled.

    ./dev bench public                     10,000 look-ups
    ./dev bench public --count 1000        another number
    ./dev bench public --write             keep the table as bench/results_public.md
"""

import argparse
import platform
import re
import secrets
import statistics
import sys
import time
from datetime import date
from pathlib import Path

from werkzeug.test import Client

import odoo
from odoo import api, http
from odoo.modules.registry import Registry
from odoo.tools import config

RESULTS = Path(__file__).with_name("results_public.md")
PAGE = "/complaint/follow"


def make_cases(database, number):
    """Register complaints that have keys; return their number."""
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        cases = env["complaint.case"]
        cases.create([{"name": f"Bench {n}"} for n in range(number)])
        cr.execute(
            "UPDATE complaint_case SET access_key_hash = encode(sha256(id::text::bytea), 'hex')"
        )
        cr.execute("DELETE FROM complaint_public_throttle")
        cr.execute("ANALYZE complaint_case")
        return cases.search_count([])


def try_keys(count):
    """Send wrong keys; return [(status, milliseconds, of them busy), …]."""
    client = Client(http.root)
    page = client.get(PAGE, follow_redirects=True).get_data(as_text=True)
    csrf_token = re.search(r'csrf_token: "([^"]+)"', page)[1]
    answers = []
    for _number in range(count):
        data = {"csrf_token": csrf_token, "key": secrets.token_hex(13)}
        start, cpu = time.perf_counter(), time.process_time()
        response = client.post(PAGE, data=data)
        response.get_data()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        answers.append((response.status_code, wall * 1000, cpu * 1000))
        response.close()
    return answers


def render(answers, cases):
    """Return the table as Markdown."""
    rows = []
    groups = {"all": answers}
    for status, label in ((303, "looked up (303)"), (429, "throttled (429)")):
        groups[label] = [answer for answer in answers if answer[0] == status]
    for label, group in groups.items():
        if group:
            times = sorted(wall for _status, wall, _cpu in group)
            busy = statistics.mean(cpu for _status, _wall, cpu in group)
            rows.append(
                f"| {label} | {len(times):,} | {statistics.mean(times):.2f} "
                f"| {statistics.median(times):.2f} | {times[int(len(times) * 0.99)]:.2f} "
                f"| {busy:.2f} |"
            )
    other = len(answers) - sum(len(group) for label, group in groups.items() if label != "all")
    assert not other, f"{other} look-ups got neither answer"
    return "\n".join(
        [
            "# What wrong keys cost",
            "",
            f"`./dev bench public --count {len(answers)}` on {date.today()}: "
            f"{platform.machine()}, Python {platform.python_version()}, "
            f"Odoo {odoo.release.series}; "
            f"{cases:,} complaints, each with a key. One address sends all the keys, one after "
            "the other; in milliseconds. The last column is the time that Odoo's process worked, "
            "whatever else the machine did.",
            "",
            "| look-ups | number | mean | median | 99 % below | busy (mean) |",
            "|---|--:|--:|--:|--:|--:|",
            *rows,
            "",
        ]
    )


def main(arguments):
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="./dev bench public")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args(arguments)
    config.parse_config([])
    database = config["db_name"][0]
    cases = make_cases(database, options.cases)
    text = render(try_keys(options.count), cases)
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
