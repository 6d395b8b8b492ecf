"""``./dev bench presets``: what installing a preset costs, each in a company of its own.

./dev bench presets             every preset
./dev bench presets --write     keep the table as bench/presets.md
"""

import common

LIMIT = 5  # seconds, issue 8


def run(env):
    """Return [(preset, records, seconds, seconds of another company's, queries)]."""
    env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    clock, results = common.get_clock(env.cr), []
    # What all companies share is there already.
    for preset in env["complaint.preset"].search([("is_shared", "=", False)], order="code"):
        companies = env["res.company"].create(
            [{"name": f"Bench {preset.code} {number}"} for number in range(2)]
        )
        env.flush_all()
        seconds, records = [], 0
        for company in companies:
            env.invalidate_all()
            before, start = env.cr.sql_log_count, clock()
            install = preset._install(company)
            env.flush_all()
            seconds.append(clock() - start)
            queries = env.cr.sql_log_count - before
            records = len(env["complaint.preset.loader"]._get_records(install))
        results.append((preset.code, records, *seconds, queries))
        print(f"  {results[-1]}", flush=True)
    return results


def render(results):
    """Return the table as Markdown."""
    rows = [["preset", "records:", "first company: s:", "second: s:", "queries of it:"]]
    for code, records, first, second, queries in results:
        rows.append([code, f"{records:,}", f"{first:.2f}", f"{second:.2f}", f"{queries:,}"])
    return common.render(
        "What installing a preset costs",
        "presets",
        f"With all addons and both languages; it may take {LIMIT} seconds. {common.MEASURED}; here "
        "they are seconds. The first company also reads the files.",
        rows,
    )


def main(arguments):
    """Measure and print."""
    options = common.parse("presets", __doc__, arguments)
    with common.open_env() as env:
        table = render(run(env))
    return common.tell(table, "presets.md", options)
