"""``./dev bench reports``: what a monthly report costs among many complaints, and a second count.

./dev bench reports                    a month, and a year, among 1,000 and 100,000 complaints
./dev bench reports --sizes 1000       other numbers
./dev bench reports --write            keep the table as bench/reports.md
"""

import time

import common
import fill
import steps

KINDS = (
    "totals", "trend", "case_list", "on_time", "overdue", "refunds", "failure_cost", "callbacks",
    "contacts", "repeats", "measures", "measure_list", "case_measures", "solution_effect", "kpi",
    "comparison",
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
    # As of the end of the period; beside that, as of now, with the reasons for what differs.
    past = report._prepare_spec(report.end_at)
    then = step("as of then", lambda: reader._get_figures(past))
    again = report._create_internal([{**rows, "rerun_of_id": report.id}])
    again._write_internal({"figures": figures, "as_of": moment})
    report._write_internal({"figures": then, "as_of": report.end_at})
    assert step("differences", lambda: report._get_differences(again)), "Nothing has changed"
    return figures["received"], found


def render(results):
    """Return the table as Markdown."""
    names = ("figures", "screen", "workbook", "as of then", "differences")
    rows = [
        ["complaints:", "report of a", "complaints in it:"]
        + [title for name in names for title in (f"{name}: ms:", "queries:")]
    ]
    for size, period, received, found in results:
        cells = [f"{size:,}", period, f"{received:,}"]
        for name in names:
            cells += [f"{found[name][0]:.0f}", str(found[name][1])]
        rows.append(cells)
    return common.render(
        "What a report costs",
        "reports",
        f"{len(KINDS)} tables and {len(GROUPS)} breakdowns, each cell with the ids behind it. Each "
        "complaint has a time limit. As of then: the figures as they were at the end of the "
        "period, by the history of what has changed since; differences: finding and explaining "
        "what differs from now. A run that is counted again costs the two together.",
        rows,
    )


def run(env, sizes):
    """Return [(complaints, period, complaints of the report, {step: cost})]."""
    people, results, filled = steps.prepare(env), [], 0
    manager = make_manager(env)
    for size in sizes:
        print(f"Filling up to {size:,} complaints ...", flush=True)
        fill.fill(env, people, filled, size)
        fill.add_clocks(env, filled, size)
        fill.add_history(env, filled, size)
        filled = size
        for period, schedule in make_schedules(env, manager).items():
            received, found = make_report(env, manager, schedule)
            results.append((size, period, received, found))
            print(f"  {period}: {received} complaints, {found}", flush=True)
    return results


def main(arguments):
    """Measure and print."""
    options = common.parse("reports", __doc__, arguments, sizes="1000,100000")
    with common.open_env() as env:
        table = render(run(env, options.sizes))
    return common.tell(table, "reports.md", options)
