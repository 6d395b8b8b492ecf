"""``./dev shell``, ``./dev psql`` and ``./dev reset``."""

import fcntl
import shutil

from . import databases, dev_database, machine, odoo_process, postgres, tests_command
from .common import LOGS, RUN, STATE, Failure, make_folders, say, setup_lock, step


def shell(recipe, database, arguments):
    """Open a Python prompt with ``env`` in the database of ``./dev run``."""
    with machine.prepared() as source:
        _ensure(source, database, recipe)
        configuration = odoo_process.write_configuration("shell", database)
        command = odoo_process.command("shell", "-d", database, "--no-http", *arguments)
        return tests_command.wait(command, odoo_process.environment(configuration))


def psql(recipe, database, arguments):
    """Open PostgreSQL's prompt in the database of ``./dev run``."""
    with machine.prepared() as source:
        _ensure(source, database, recipe)
        command = [databases.program("psql"), "-d", database, *arguments]
        return tests_command.wait(command, odoo_process.environment())


def reset(everything=False):
    """Drop the databases; with ``everything`` also all that was downloaded."""
    make_folders()
    with setup_lock():
        if postgres.is_external():
            _drop_databases()
        else:
            _remove_cluster()
        for folder in (STATE / "data", STATE / "screenshots", LOGS):
            shutil.rmtree(folder, ignore_errors=True)
        if everything:
            with step("Removing what was downloaded"):
                for path in STATE.iterdir():
                    if path != RUN:
                        shutil.rmtree(path, ignore_errors=True)
    say("Removed. The next ./dev command sets up what it needs.")
    return 0


def _ensure(source, database, recipe):
    """Make the database if it is missing; one that is there is taken as it is."""
    if not databases.exists(database):
        dev_database.ensure(source, database, recipe)


def _remove_cluster():
    """Remove the private server, unless somebody works with it."""
    if not postgres.find_programs():
        return
    with open(RUN / "pg.users", "w", encoding="utf-8") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                "Another ./dev command is using the databases: stop it, then run ./dev reset again."
            ) from None
        with step("Removing the databases"):
            postgres.Cluster().remove()


def _drop_databases():
    """Drop what ./dev made on somebody else's server."""
    with postgres.server(), step("Dropping the databases"):
        for name in databases.names():
            if name.startswith(databases.PREFIX):
                databases.drop(name)
        if databases.exists(dev_database.DEFAULT):
            databases.drop(dev_database.DEFAULT)
