"""``./dev bench``: what the daily steps cost as complaints pile up.

Every step is measured in one process and one run, in milliseconds (the best) and in queries, and
compared with a step of Odoo's own that is measured beside it: making one contact. So the
figures of different machines can be laid side by side as ratios.

    ./dev bench                            1,000 and 100,000 complaints
    ./dev bench --sizes 1000,1000000       other numbers
    ./dev bench --write                    keep the table as bench/results.md
    ./dev bench deadlines                  deadlines against Odoo's calendars, see deadlines.py
    ./dev bench policies                   registration with 0 to 10 policies (policies.py)
    ./dev bench reports                    what a monthly report costs (reports.py)
    ./dev bench tick                       what a tick costs with many clocks (tick.py)
    ./dev bench public                     what wrong keys cost on the public page (public.py)
    ./dev bench presets                    what installing each preset costs (presets.py)
    ./dev bench dashboard                  opening the dashboard in a browser (dashboard.py)
    ./dev bench --replica                  figures read from a physical replica (replica.py)
"""

import sys
from itertools import count

import common
import dashboard
import deadlines
import fill
import policies
import presets
import public
import replica
import reports
import steps
import tick

YARDSTICK = "make one contact of Odoo (the yardstick)"
OTHERS = {
    "deadlines": deadlines,
    "policies": policies,
    "reports": reports,
    "tick": tick,
    "public": public,
    "presets": presets,
    "dashboard": dashboard,
    "--replica": replica,
}


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
        results[size] = {YARDSTICK: common.measure(env, make_contact, repeat)}
        for name, call in steps.get_steps(env, people).items():
            results[size][name] = found = common.measure(env, call, repeat)
            print(f"  {name}: {found.milliseconds:.1f} ms, {found.queries} queries", flush=True)
        with steps.without_rules(env):
            for name, call in steps.get_steps_without_rules(env, people).items():
                results[size][name] = found = common.measure(env, call, repeat)
                print(f"  {name}: {found.milliseconds:.1f} ms, {found.queries} queries", flush=True)
    return results


def render(results, repeat):
    """Return the table as Markdown."""
    sizes = list(results)
    rows = [
        ["step"] + [cell for size in sizes for cell in (f"{size:,}: ms:", "queries:", "ratio:")]
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
        rows.append(cells)
    return common.render(
        "What the daily steps cost",
        f"--sizes {','.join(map(str, sizes))}",
        f"Best of {repeat} calls with empty record caches. {common.MEASURED}. The ratio compares "
        "with making one contact of Odoo in the same run. A board is what the web client asks for: "
        "its columns with 40 cards each, and its progress bars. What access rules add is seen "
        f"beside “{steps.HANDLED}”: the same person and the same cards.",
        rows,
    )


def main(arguments):
    """Measure and print."""
    if arguments[:1] and arguments[0] in OTHERS:
        return OTHERS[arguments[0]].main(arguments[1:])
    options = common.parse("", __doc__, arguments, sizes="1000,100000", repeat=15)
    with common.open_env() as env:
        table = render(run(env, options.sizes, options.repeat), options.repeat)
    return common.tell(table, "results.md", options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
