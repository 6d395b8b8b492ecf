"""``./dev bench reports``: what a monthly report costs among many complaints.

./dev bench reports                    a month, and a year, among 1,000 and 100,000 complaints
./dev bench reports --sizes 1000       other numbers
./dev bench reports --write            keep the table as bench/reports.md
"""

import argparse
import platform
import time
from datetime import date
from pathlib import Path

import fill
import steps

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

RESULTS = Path(__file__).with_name("reports.md")
KINDS = (
    "totals", "trend", "case_list", "on_time", "overdue", "refunds", "failure_cost", "callbacks",
    "contacts", "repeats", "measures", "kpi", "comparison",
)  # fmt: skip
GROUPS = (
    "category_id", "cause_id", "department_id", "channel_id", "grade_id", "stage_id", "handler_id",
)  # fmt: skip


def make_manager(env):
    """Return a person who may read every complaint."""
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": "manager",
                "login": "bench_manager",
                "group_ids": [(4, env.ref("complaint_management.group_complaint_admin").id)],
            }
        )
    )


def make_schedules(env, manager):
    """Return {period: schedule with every table}."""
    sections = [{"kind": kind} for kind in KINDS]
    sections += [{"kind": "breakdown", "group_field": name} for name in GROUPS]
    return {
        period: env["complaint.report.schedule"].create(
            {
                "name": f"Bench {period}",
                "period": period,
                "runs_as_id": manager.id,
                "section_ids": [(0, 0, section) for section in sections],
            }
        )
        for period in ("month", "year")
    }


def make_report(env, manager, schedule):
    """Make a report but for its cursor, which would not see what is not committed.

    Returns (complaints of the period, {step: (milliseconds, queries)}).
    """
    env.flush_all()
    env.invalidate_all()
    rows = schedule._prepare_run_values(schedule._get_last_period(), env["res.users"])
    report = env["complaint.report.run"].sudo()._create_internal([rows])
    moment = env.cr.now()
    spec = report._prepare_spec(moment)
    found = {}

    def step(name, call):
        before, start = env.cr.sql_log_count, time.perf_counter()
        result = call()
        elapsed = (time.perf_counter() - start) * 1000
        found[name] = (elapsed, env.cr.sql_log_count - before)
        return result

    reader = env["complaint.report.figures"].with_user(manager).with_context(tz=report.tz)
    figures = step("figures", lambda: reader._get_figures(spec))
    report._write_internal({"figures": figures, "as_of": moment})
    own = report.with_user(manager)
    step("screen", own._get_shown_figures)
    step("workbook", own._get_workbook)
    return figures["received"], found


def render(results):
    """Return the table as Markdown."""
    names = ("figures", "screen", "workbook")
    lines = [
        "# What a report costs",
        "",
        f"`./dev bench reports` on {date.today().isoformat()}: {platform.machine()}, "
        f"Python {platform.python_version()}, Odoo {odoo.release.version}; {len(KINDS)} tables and "
        f"{len(GROUPS)} breakdowns, each cell with the ids behind it.",
        "",
        "| complaints | report of a | complaints in it | "
        + " | ".join(f"{name}: ms | queries" for name in names)
        + " |",
        "|--:|---|--:|" + "--:|--:|" * len(names),
    ]
    for size, period, received, found in results:
        cells = [f"{size:,}", period, f"{received:,}"]
        for name in names:
            cells += [f"{found[name][0]:.0f}", str(found[name][1])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def run(env, sizes):
    """Return [(complaints, period, complaints of the report, {step: cost})]."""
    people, results, filled = steps.prepare(env), [], 0
    manager = make_manager(env)
    for size in sizes:
        print(f"Filling up to {size:,} complaints ...", flush=True)
        fill.fill(env, people, filled, size)
        filled = size
        for period, schedule in make_schedules(env, manager).items():
            received, found = make_report(env, manager, schedule)
            results.append((size, period, received, found))
            print(f"  {period}: {received} complaints, {found}", flush=True)
    return results


def main(arguments):
    """Measure and print; nothing is committed, so the database stays as it was."""
    parser = argparse.ArgumentParser(prog="./dev bench reports", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--sizes",
        default="1000,100000",
        type=lambda text: sorted(int(part) for part in text.split(",")),
        help="numbers of complaints, separated by commas",
    )
    parser.add_argument("--write", action="store_true", help="keep the table")
    options = parser.parse_args(arguments)
    config.parse_config([])
    with Registry(config["db_name"][0]).cursor() as cr:
        table = render(run(api.Environment(cr, api.SUPERUSER_ID, {}), options.sizes))
        cr.rollback()
    print()
    print(table)
    if options.write:
        RESULTS.write_text(table, encoding="utf-8")
    return 0
