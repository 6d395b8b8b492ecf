"""``./dev bench public``: what it costs when somebody tries keys that are wrong.

One address sends wrong keys to the page on which complaints are followed, through the whole of
Odoo's web stack, with real transactions; only the network is left out. The first ones are looked
up, the others are throttled.

    ./dev bench public                     10,000 look-ups
    ./dev bench public --count 1000        another number
    ./dev bench public --write             keep the table as bench/results_public.md
"""

import re
import secrets
import statistics
import time

import common
from werkzeug.test import Client

from odoo import api, http
from odoo.modules.registry import Registry
from odoo.tools import config

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
    rows = [["look-ups", "number:", "mean:", "median:", "99 % below:", "busy (mean):"]]
    groups = {"all": answers}
    for status, label in ((303, "looked up (303)"), (429, "throttled (429)")):
        groups[label] = [answer for answer in answers if answer[0] == status]
    for label, group in groups.items():
        if group:
            times = sorted(wall for _status, wall, _cpu in group)
            busy = statistics.mean(cpu for _status, _wall, cpu in group)
            found = (
                *(statistics.mean(times), statistics.median(times)),
                *(times[int(len(times) * 0.99)], busy),
            )
            rows.append([label, f"{len(times):,}", *(f"{value:.2f}" for value in found)])
    other = len(answers) - sum(len(group) for label, group in groups.items() if label != "all")
    assert not other, f"{other} look-ups got neither answer"
    return common.render(
        "What wrong keys cost",
        f"public --count {len(answers)}",
        f"{cases:,} complaints, each with a key. One address sends all the keys, one after the "
        "other; in milliseconds. The last column is the time that Odoo's process worked, whatever "
        "else the machine did.",
        rows,
    )


def main(arguments):
    """Measure and print."""
    options = common.parse("public", __doc__, arguments, count=10_000, cases=2000)
    config.parse_config([])
    cases = make_cases(config["db_name"][0], options.cases)
    table = render(try_keys(options.count), cases)
    return common.tell(table, "results_public.md", options)
