"""``./dev bench --replica``: figures read from a physical replica, beside the primary server.

The private PostgreSQL server is copied as it runs and followed (devtools/replica.py). Then all
that only reads figures is asked once of each, on a read-only cursor; the answers must be equal.

    ./dev bench --replica                      100,000 complaints, each with a time limit
    ./dev bench --replica --sizes 1000         another number
    ./dev bench --replica --write              keep the table as bench/replica.md
"""

import json
import sys
import time

import common
import fill
import reports

from odoo import api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.insert(0, str(common.HERE.parent))

from devtools.postgres import PORT  # noqa: E402
from devtools.replica import replica  # noqa: E402

LANGUAGE = {"lang": "en_US", "tz": "Asia/Shanghai"}
ONCE = [("is_latest", "=", True)]
TOLERANCE = 0.1  # hours or days: how long ago something was grows while the others are asked


def get_requests(env):
    """Return {name: function of an environment} of all that is asked."""
    data = json.loads(env.ref("complaint_reports.complaint_dashboard").spreadsheet_data)

    def ask(model, domain, groups, measures):
        sets = [groups[:place] for place in range(len(groups) + 1)]
        return lambda env: env[model].formatted_read_grouping_sets(domain, sets, measures)

    requests = {
        "analysis: month by category": ask(
            "complaint.case.analysis",
            ONCE,
            ["category_id", "received_at:month"],
            ["__count", "days_to_close:avg"],
        )
    }
    for pivot in data["pivots"].values():
        groups = [row["fieldName"] for row in pivot["rows"]]
        name = f"dashboard: {', '.join(groups) or 'totals'} of {pivot['model']}"
        while name in requests:
            name += " (another)"
        requests[name] = ask(
            pivot["model"], pivot["domain"], groups, [m["id"] for m in pivot["measures"]]
        )
    for found in data["lists"].values():
        fields = {name: {} for name in found["columns"]}
        order = ", ".join(
            f"{rule['name']} {'asc' if rule['asc'] else 'desc'}" for rule in found["orderBy"]
        )
        requests["dashboard: list of what is late"] = (
            lambda env, found=found, fields=fields, order=order: env[
                found["model"]
            ].web_search_read(found["domain"], fields, order=order, limit=80)
        )
    return requests


def make_report(size):
    """Fill and commit; return (reader, report, what its figures are counted from, its name)."""
    reader = fill.commit_all(size)
    with common.open_env(keep=True) as env:
        manager = reports.make_manager(env)
        schedule = reports.make_schedules(env, manager)["month"]
        rows = schedule._prepare_run_values(schedule._get_last_period(), env["res.users"])
        report = env["complaint.report.run"].sudo()._create_internal([rows])
        return reader, report.id, report._prepare_spec(env.cr.now())


def ask_all(registry, reader, report, spec, in_recovery):
    """Return {name: (milliseconds, answer)}; each is asked twice, the first warms the caches."""
    with registry.cursor() as cr:
        requests = get_requests(api.Environment(cr, api.SUPERUSER_ID, {}))
        counting = api.Environment(cr, api.SUPERUSER_ID, {})["complaint.report.run"].browse(report)
        found = {}
        for _round in range(2):
            start = time.perf_counter()
            figures = counting._count_figures(spec)
            found["monthly report"] = (time.perf_counter() - start) * 1000, figures
            for name, request in requests.items():
                with registry.cursor(readonly=True) as reading:
                    reading.execute("SELECT pg_is_in_recovery()")
                    assert reading.fetchone()[0] == in_recovery, "That is the wrong server"
                    start = time.perf_counter()
                    answer = request(api.Environment(reading, reader, LANGUAGE))
                    found[name] = (time.perf_counter() - start) * 1000, answer
    return found


def is_alike(one, two):
    """Say whether two answers are equal, but for means of what is counted up to this moment."""
    if isinstance(one, float) and isinstance(two, float):
        return abs(one - two) <= TOLERANCE
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(is_alike(one[key], two[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return len(one) == len(two) and all(map(is_alike, one, two))
    return one == two


def run(size):
    """Return {name: (milliseconds of the primary, of the replica)}."""
    reader, report, spec = make_report(size)
    database = config["db_name"][0]
    registry = Registry(database)
    primary = ask_all(registry, reader, report, spec, in_recovery=False)
    with replica() as socket:
        config["db_replica_host"], config["db_replica_port"] = str(socket), int(PORT)
        registry._db_readonly = sql_db.db_connect(database, readonly=True)
        try:
            second = ask_all(registry, reader, report, spec, in_recovery=True)
        finally:
            registry._db_readonly = config["db_replica_host"] = None
            sql_db.close_all()
    for name, (_milliseconds, answer) in primary.items():
        assert is_alike(answer, second[name][1]), f"{name}: the replica answers otherwise"
    return {name: (primary[name][0], second[name][0]) for name in primary}


def render(size, results):
    """Return the table as Markdown."""
    rows = [["figures", "primary: ms:", "replica: ms:"]]
    rows += [[name, f"{first:.0f}", f"{second:.0f}"] for name, (first, second) in results.items()]
    return common.render(
        "Figures from a replica",
        f"--replica --sizes {size}",
        f"{size:,} complaints, each with a time limit. Asked on read-only cursors, of the private "
        "PostgreSQL server and of a physical replica that follows it by streaming; every answer "
        "was equal, ages and delays that go on to this moment within a tenth. On the "
        "clock on the wall.",
        rows,
    )


def main(arguments):
    """Measure and print."""
    options = common.parse("--replica", __doc__, arguments, sizes="100000")
    config.parse_config([])
    [size] = options.sizes
    return common.tell(render(size, run(size)), "replica.md", options)
