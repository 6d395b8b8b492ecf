"""``./dev bench tick``: what a tick costs with many running clocks, of which some are due.

Each tick runs as the scheduled action does, without the commits. The clocks that are due hang on
complaints of their own, each with one clock; the others, written with SQL, only make the tables
as large as the wanted number: they hang on few complaints.

    ./dev bench tick                             1,000, 10,000, 100,000 and 1,000,000 clocks
    ./dev bench tick --sizes 1000,10000          other numbers
    ./dev bench tick --write                     keep the table as bench/results_tick.md
"""

import time
from unittest.mock import patch

import common
import steps

from odoo.tools import SQL

# More due rows than this tell nothing new about the cost of one.
MOST_DUE = 10_000
BULK_CASES = 1000
REPEAT = 9


def prepare(env):
    """Return (policy, handler, grade) of the benchmark; no other policy is in force."""
    people = steps.prepare(env)
    env["complaint.sla.policy"].search([]).action_archive()
    env.cr.execute("DELETE FROM complaint_sla_reminder")
    grade = env["complaint.grade"].create({"name": "Bench", "notify_out_of_hours": True})
    code = env["complaint.milestone"]._get_by_code
    policy = env["complaint.sla.policy"].create(
        {
            "name": "Bench",
            "start_milestone_id": code("received").id,
            "stop_milestone_id": code("answered").id,
            "limit_value": 8,
            "limit_unit": "hour",
            # One activity, one event and one mark for each row.
            "escalation_ids": [(0, 0, {"moment": "deadline", "is_recorded": True})],
        }
    )
    return policy, people.handler, grade


def make_cases(env, handler, grade, count):
    """Register complaints as the desk does, with clock and reminder."""
    cases = env["complaint.case"]
    for first in range(0, count, 500):
        cases |= cases.create(
            [
                {"name": f"Bench {n}", "handler_id": handler.id, "grade_id": grade.id}
                for n in range(first, min(first + 500, count))
            ]
        )
        env.flush_all()
        env.invalidate_all()
    return cases


def fill(env, policy, cases, filled, size):
    """Add running clocks, each with a reminder that is due in a year, until there are `size`."""
    env.cr.execute(
        SQL(
            """
        WITH clocks AS (
            INSERT INTO complaint_sla_clock (
                case_id, company_id, policy_id, policy_version, round, lap, started_at, deadline,
                warn_at, state, tz, is_imported
            )
            SELECT (%(cases)s::int[])[1 + n %% %(count)s], %(company)s, %(policy)s, %(version)s,
                100 + n / %(count)s, 1, moment, moment + interval '1 year', moment, 'running',
                'UTC', false
            FROM generate_series(%(first)s, %(last)s) n
            CROSS JOIN LATERAL (
                SELECT now() AT TIME ZONE 'UTC' + n %% 86400 * interval '1 second'
            ) AS d (moment)
            RETURNING id, case_id, company_id, deadline
        )
        INSERT INTO complaint_sla_reminder (
            clock_id, case_id, company_id, escalation_id, repetition, due_at, next_try_at, state,
            is_current
        )
        SELECT id, case_id, company_id, %(escalation)s, 0, deadline, deadline, 'planned', true
        FROM clocks
        """,
            cases=cases.ids,
            count=len(cases),
            company=env.company.id,
            policy=policy.id,
            version=policy.version,
            escalation=policy.escalation_ids.id,
            first=filled,
            last=size - 1,
        )
    )
    env.cr.execute("ANALYZE complaint_sla_clock, complaint_sla_reminder")
    env.invalidate_all()


def make_due(env, cases):
    """Let the clocks of these complaints have fallen due a minute ago; nobody was told yet."""
    env.cr.execute(
        SQL(
            "UPDATE complaint_sla_reminder SET state = 'planned', is_digest_due = false, "
            "mail_id = NULL, next_try_at = due_at WHERE case_id IN %s",
            cases._ids,
        )
    )
    env.invalidate_all()


def tick(env):
    """Run a tick without its commits; return (milliseconds, queries)."""
    env.flush_all()
    env.invalidate_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    with patch.object(type(env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60.0):
        env["complaint.sla.reminder"]._cron_tick()
        env.cr.flush()
    return (time.perf_counter() - start) * 1000, env.cr.sql_log_count - before


def measure(env, due):
    """Return (milliseconds, queries): the median with nothing due, one run otherwise."""
    if not due:
        found = sorted(tick(env) for _n in range(REPEAT))
        return found[REPEAT // 2]
    make_due(env, due)
    found = tick(env)
    env.cr.execute(
        SQL(
            "SELECT count(*) FROM complaint_sla_reminder WHERE state = 'done' AND case_id IN %s",
            due._ids,
        )
    )
    assert env.cr.fetchone()[0] == len(due), "Something due was not done"
    return found


def run(env, sizes):
    """Return {size: {number of due rows: (milliseconds, queries)}}."""
    policy, handler, grade = prepare(env)
    numbers = {
        size: sorted({min(size // 100, 1000), size // 100, min(size // 10, MOST_DUE)})
        for size in sizes
    }
    needed = max(max(found) for found in numbers.values())
    print(f"Registering {needed + BULK_CASES:,} complaints ...", flush=True)
    due = make_cases(env, handler, grade, needed)
    bulk = make_cases(env, handler, grade, BULK_CASES)
    for query in (
        "UPDATE complaint_sla_clock SET deadline = date_trunc('second', now() AT TIME ZONE 'UTC') "
        "- interval '1 minute' WHERE policy_id = %s",
        "UPDATE complaint_sla_reminder r SET due_at = c.deadline, next_try_at = c.deadline "
        "+ interval '1 year' FROM complaint_sla_clock c WHERE c.id = r.clock_id "
        "AND c.policy_id = %s",
    ):
        env.cr.execute(SQL(query, policy.id))
    env.invalidate_all()
    tick(env)  # warms what a working server has warm
    measure(env, due[:50])
    results = {size: {} for size in sizes}
    # First all with nothing due: what was due leaves dead rows, which no vacuum can take away
    # while this transaction lasts.
    env.cr.execute("SAVEPOINT empty")
    run_sizes(env, policy, bulk, results, {size: (due[:0],) for size in sizes})
    env.cr.execute("ROLLBACK TO SAVEPOINT empty")
    env.invalidate_all()
    some = {size: [due[:number] for number in numbers[size]] for size in sizes}
    run_sizes(env, policy, bulk, results, some)
    return results


def run_sizes(env, policy, bulk, results, due):
    """Fill up to each size and add to its results what each set of due complaints costs."""
    filled = 0
    for size, sets in due.items():
        print(f"Filling up to {size:,} clocks ...", flush=True)
        fill(env, policy, bulk, filled, size)
        filled = size
        for cases in sets:
            results[size][len(cases)] = found = measure(env, cases)
            print(f"  {len(cases):,} due: {found[0]:.1f} ms, {found[1]} queries", flush=True)


def render(results):
    """Return the table as Markdown."""
    first = results[min(results)][0][0]
    rows = [
        ["running clocks:", "due:", "ms:", "queries:", "ms for each:", "queries for each:"]
        + ["ratio:"]
    ]
    for size, found in results.items():
        for number, (milliseconds, queries) in found.items():
            each = (
                [f"{milliseconds / number:.2f}", f"{queries / number:.2f}", ""]
                if number
                else ["", "", f"{milliseconds / first:.2f}"]
            )
            rows.append([f"{size:,}", f"{number:,}", f"{milliseconds:.1f}", str(queries), *each])
    return common.render(
        "What a tick costs",
        f"tick --sizes {','.join(map(str, results))}",
        "Each due row is an activity, an event in the history and a mark, and each person gets "
        f"one mail. The ratio compares ticks with nothing due with the one of {min(results):,} "
        "clocks.",
        rows,
    )


def main(arguments):
    """Measure and print."""
    options = common.parse("tick", __doc__, arguments, sizes="1000,10000,100000,1000000")
    with common.open_env() as env:
        table = render(run(env, options.sizes))
    return common.tell(table, "results_tick.md", options)
