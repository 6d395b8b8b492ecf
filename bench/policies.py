"""``./dev bench policies``: what time limits add to the registration of complaints.

./dev bench policies             registration with 0, 1, 5 and 10 policies in force
./dev bench policies --write     keep the table as bench/policies.md
"""

from itertools import count

import common
import steps

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


def run(env):
    """Return {number of policies: [Measure of one, of a batch]}."""
    people, numbers = steps.prepare(env), count()
    cases = env["complaint.case"].with_user(people.receiver)
    env["complaint.sla.policy"].search([]).action_archive()

    def register(size):
        return lambda: cases.create(
            [steps.get_values(people, next(numbers)) for _case in range(size)]
        )

    results = {}
    for number in POLICIES:
        add_policies(env, number)
        results[number] = [common.measure(env, register(size), REPEAT) for size in (1, BATCH)]
        print(f"  {number} policies: {results[number]}", flush=True)
    return results


def render(results):
    """Return the table as Markdown."""
    first, many = results[POLICIES[0]]
    rows = [
        ["policies:", "one: ms:", "queries:", "ratio:"]
        + [f"{BATCH}: ms:", "queries for each:", "ratio:"]
    ]
    for number, (one, batch) in results.items():
        rows.append(
            [
                *(f"{number}", f"{one.milliseconds:.1f}", f"{one.queries}"),
                *(f"{one.milliseconds / first.milliseconds:.2f}", f"{batch.milliseconds:.1f}"),
                f"{batch.queries / BATCH:.2f}",
                f"{batch.milliseconds / many.milliseconds:.2f}",
            ]
        )
    return common.render(
        "What time limits add to registration",
        "policies",
        f"Best of {REPEAT}. {common.MEASURED}. Each policy starts a clock and plans its "
        "reminder. The ratio compares with no policy in the same run.",
        rows,
    )


def main(arguments):
    """Measure and print."""
    options = common.parse("policies", __doc__, arguments)
    with common.open_env() as env:
        table = render(run(env))
    return common.tell(table, "policies.md", options)
