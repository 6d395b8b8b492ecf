"""A server that is killed in the middle of a tick loses nothing and does nothing twice (issue 4).

Two real processes run the tick on the same database and are killed with SIGKILL at random
points of the work, again and again; a last run finishes. The big version:

    COMPLAINT_KILL_ROWS=2000 COMPLAINT_KILLS=20 ./dev test tests/test_tick_kill.py -s
"""

import contextlib
import os
import random
import re
import subprocess
import time

import psycopg2
import pytest

from devtools import odoo_process

pytestmark = pytest.mark.once

ROWS = int(os.environ.get("COMPLAINT_KILL_ROWS", "200"))
KILLS = int(os.environ.get("COMPLAINT_KILLS", "6"))
PROCESSES = 2
# A process dies up to so many seconds after the point of the work that was chosen for it, so
# that not all die just behind a commit.
DELAY = 0.02

PREPARE = f"""
policies = env['complaint.sla.policy']
policies.search([]).action_archive()
milestone = lambda code: env['complaint.milestone']._get_by_code(code).id
handler = env['res.users'].with_context(no_reset_password=True).create({{
    'name': "Kill", 'login': 'kill_handler', 'email': 'kill@complaint.example',
    'group_ids': [(4, env.ref('complaint_management.group_complaint_user').id)],
}})
grade = env['complaint.grade'].create({{'name': "Kill", 'notify_out_of_hours': True}})
policy = policies.create({{
    'name': "Kill", 'limit_value': 1, 'limit_unit': 'hour',
    'start_milestone_id': milestone('received'), 'stop_milestone_id': milestone('answered'),
    'escalation_ids': [(0, 0, {{'moment': 'deadline', 'is_recorded': True}})],
}})
cases = env['complaint.case'].create([
    {{'name': f"Kill {{number}}", 'handler_id': handler.id, 'grade_id': grade.id}}
    for number in range({ROWS})
])
env.flush_all()
env.cr.execute(
    "UPDATE complaint_sla_clock SET deadline = date_trunc('second', now() at time zone 'utc') "
    "- interval '1 hour' WHERE case_id IN %s",
    [cases._ids],
)
env.cr.execute(
    "UPDATE complaint_sla_reminder r SET due_at = deadline, next_try_at = deadline "
    "FROM complaint_sla_clock c WHERE c.id = r.clock_id AND r.case_id IN %s",
    [cases._ids],
)
env.cr.commit()
"""

TICK = """
from odoo.addons.complaint_sla.models import complaint_sla_reminder_digest as digest
from odoo.addons.complaint_sla.models import complaint_sla_reminder_tick as tick
tick.BATCH_SIZE, digest.DIGEST_ROWS, digest.DIGEST_LINES = 10, 25, 10**6
env['complaint.sla.policy'].search([])._get_ids_in_force()
env.cr.rollback()
print("READY", flush=True)
env['complaint.sla.reminder']._cron_tick()
print("DONE", flush=True)
"""


class Ticker:
    """A process of its own that runs the tick once."""

    def __init__(self, database):
        configuration = odoo_process.write_configuration(f"{database}-kill", database)
        self.process = subprocess.Popen(
            odoo_process.command("shell", "-d", database, "--no-http", "--log-level=error"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=odoo_process.environment(configuration),
        )
        self.process.stdin.write(TICK)
        self.process.stdin.close()
        self.output = ""

    def wait_until_ready(self):
        """Return when the tick begins."""
        for line in self.process.stdout:
            self.output += line
            if "READY" in line:
                return
        raise AssertionError(f"The tick did not begin:\n{self.output}")

    def kill(self):
        """End it by force; return whether it was in the middle of its work."""
        self.process.kill()
        return "DONE" not in self.finish()

    def has_ended(self):
        return self.process.poll() is not None

    def finish(self):
        """Wait for its end; return all that it printed."""
        self.output += self.process.stdout.read()
        self.process.wait(timeout=300)
        return self.output


def _query(database, sql, *args):
    with (
        contextlib.closing(psycopg2.connect(dbname=database)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, args)
        return cursor.fetchall()


def _count_left(database):
    """Return (rows to be done, rows to be told of by mail)."""
    [counts] = _query(
        database,
        "SELECT count(*) FILTER (WHERE r.state != 'done'), count(*) FILTER (WHERE r.is_digest_due) "
        "FROM complaint_sla_reminder r JOIN complaint_case c ON c.id = r.case_id "
        "WHERE c.name LIKE 'Kill %%'",
    )
    return counts


@pytest.fixture(scope="module")
def database(new_database, odoo_cli):
    name = new_database()
    odoo_cli(name, "shell", stdin=PREPARE)
    assert _count_left(name) == (ROWS, 0)
    return name


def _wait_for(database, ticker, steps):
    """Return when no more than so many steps of work are left, or the tick has ended.

    How fast a machine works must not decide where a process dies.
    """
    while not ticker.has_ended():
        rows, mails = _count_left(database)
        if 2 * rows + mails <= steps:
            break
        time.sleep(0.002)


@pytest.fixture(scope="module")
def killed(database):
    """Kill ticks until the wanted number died, then let two of them finish."""
    seed = random.randrange(10**6)
    chance, in_the_middle, left = random.Random(seed), 0, []
    # A row is two steps of work: it is done, then a mail tells of it.
    # Every part of the work sees a death.
    points = [int(2 * ROWS * (part - chance.random()) / KILLS) for part in range(KILLS, 0, -1)]
    while points:
        tickers = [Ticker(database) for _n in range(PROCESSES)]
        for ticker in tickers:
            ticker.wait_until_ready()
        for ticker in tickers:
            _wait_for(database, ticker, points.pop(0))
            time.sleep(chance.uniform(0, DELAY))
            in_the_middle += ticker.kill()
        left.append(_count_left(database))
    print(f"\nSeed {seed}: {in_the_middle} killed at work; (rows, mails) left after rounds: {left}")
    tickers = [Ticker(database) for _n in range(PROCESSES)]
    outputs = [ticker.finish() for ticker in tickers]
    assert all("DONE" in output for output in outputs), outputs
    # What the last two left to each other in their races.
    Ticker(database).finish()
    return in_the_middle


def test_processes_died_at_work(killed):
    assert killed > 0


def test_nothing_is_lost_and_nothing_done_twice(database, killed):
    rows = _query(
        database,
        """
        SELECT r.id, r.state, r.is_digest_due, COALESCE(r.attempts, 0),
               (SELECT count(*) FROM mail_activity a WHERE a.complaint_reminder_id = r.id),
               (SELECT count(*) FROM mail_activity a WHERE a.res_model = 'complaint.case'
                       AND a.res_id = c.id AND a.complaint_reminder_id IS NOT NULL),
               (SELECT count(*) FROM complaint_event e JOIN complaint_milestone m
                       ON m.id = e.milestone_id WHERE e.case_id = c.id AND m.code = 'escalated')
          FROM complaint_sla_reminder r JOIN complaint_case c ON c.id = r.case_id
         WHERE c.name LIKE 'Kill %%'
        """,
    )
    assert len(rows) == ROWS
    wrong = [row for row in rows if row[1:] != ("done", False, 0, 1, 1, 1)]
    assert not wrong, wrong[:10]


def test_every_complaint_is_in_exactly_one_mail(database, killed):
    bodies = _query(
        database,
        "SELECT m.body_html FROM mail_mail m JOIN mail_mail_res_partner_rel l "
        "ON l.mail_mail_id = m.id JOIN res_users u ON u.partner_id = l.res_partner_id "
        "WHERE u.login = 'kill_handler'",
    )
    named = [int(n) for (body,) in bodies for n in re.findall(r"res_id=(\d+)", body)]
    rows = _query(database, "SELECT id FROM complaint_case WHERE name LIKE 'Kill %%'")
    assert sorted(named) == sorted(case_id for (case_id,) in rows)


def test_histories_are_whole(database, killed, odoo_cli):
    run = odoo_cli(
        database,
        "shell",
        stdin="cases = env['complaint.case'].search([('name', 'like', 'Kill ')])\n"
        "print('BROKEN', len(cases._find_broken_histories()), 'OF', len(cases))\n",
    )
    assert f"BROKEN 0 OF {ROWS}" in run.log
