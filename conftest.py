"""Settings for all tests, and the fixtures for those that need a whole Odoo.

A test class of Odoo (``TransactionCase``, ``HttpCase``) in an addon or in ``tests/`` needs
nothing from here.  A plain pytest function in ``tests/`` can ask for:

``odoo_server``
    a live server on a copy of the demo database, one for each test file
``browser``
    headless Chromium, one for each test file
``new_server``
    a factory of such servers, for tests that kill one or need settings of their own
``new_database``
    a factory of databases: with our addons, or only with what they build on
``odoo_cli``
    the command line of Odoo on a database, with its log
``find_with_apps``
    what a script sees in a database with other apps of Odoo

All of them stand on what ``./dev test`` has prepared; run under plain pytest they skip.
The usual ``PG*`` variables are set, so ``psycopg2.connect(dbname=name)`` reaches every one
of these databases.
"""

import contextlib
import json
import logging
import os
import re
import socket
import subprocess
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest

from devtools import databases, log_gate, odoo_process, server

# Where pytest's cache keeps {file: seconds per test}, and what this run has taken so far.
_SECONDS = "complaint/seconds_per_test"
_SPENT = defaultdict(lambda: defaultdict(float))

# A browser test that is left out for one of these reasons has not been passed.
BROWSER_MISSING = re.compile(r"chrom|websocket|browser|playwright|--odoo-http", re.IGNORECASE)


def _in_ci():
    return bool(os.environ.get("CI") or os.environ.get("COMPLAINT_CI") == "1")


def _worker():
    """Return the name of this process when several share the work, else nothing."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def pytest_configure(config):
    """Let test classes outside of an addon be collected, and listen to Odoo's log."""
    from odoo.tests.common import BaseCase

    # Odoo gives these attributes only to classes of modules in ``odoo.addons``.
    BaseCase.test_tags = {"standard", "post_install"}
    BaseCase.test_module = "tests"
    config.stash[_LISTENER] = listener = _Listener()
    logging.getLogger().addHandler(listener)


def pytest_unconfigure(config):
    """Stop listening."""
    if listener := config.stash.get(_LISTENER, None):
        logging.getLogger().removeHandler(listener)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    """Let ``-m`` choose: tests over HTTP or in a browser are marked, and those tagged ``once``."""
    from odoo.tests.common import HttpCase

    for item in items:
        of_odoo = isinstance(getattr(item, "cls", None), type) and issubclass(item.cls, HttpCase)
        if of_odoo or {"odoo_server", "new_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("live")
        # Classes of an addon have a tag of Odoo's, as pytest is no requirement of theirs.
        if "once" in getattr(getattr(item, "cls", None), "test_tags", ()):
            item.add_marker("once")
    yield
    # Now ``-k`` and ``-m`` have chosen.
    if _worker():
        _put_longest_first(items, config.workerinput["seconds_per_test"])


def _put_longest_first(items, seconds_per_test):
    """Order the files for processes that take the next one whenever they have time."""
    seconds = defaultdict(float)
    for item in items:
        guess = 5 if item.get_closest_marker("live") else 0.3
        seconds[item.location[0]] += seconds_per_test.get(item.location[0], guess)
    items.sort(key=lambda item: (-seconds[item.location[0]], item.location[0]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell each process what the tests of each file took the last time."""
    node.workerinput["seconds_per_test"] = _load_seconds(node.config)


def _load_seconds(config):
    """Return {file: seconds per test}, as far as it is known."""
    cache = getattr(config, "cache", None)
    return cache.get(_SECONDS, {}) if cache else {}


def pytest_runtest_logreport(report):
    """Note how long a test took, its set-up and that of its class included."""
    _SPENT[report.location[0]][report.nodeid] += report.duration


def pytest_sessionfinish(session):
    """Keep the times for the next run."""
    cache = getattr(session.config, "cache", None)
    if cache and not _worker() and _SPENT:
        means = {file: sum(spent.values()) / len(spent) for file, spent in _SPENT.items()}
        cache.set(_SECONDS, {**_load_seconds(session.config), **means})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail a test for what Odoo logged, and in CI for a browser that is not there."""
    report = yield
    lines = item.config.stash[_LISTENER].take()
    if report.passed and lines:
        report.outcome = "failed"
        report.longrepr = (
            "Odoo logged warnings or errors; a test that provokes them catches them with "
            "assertLogs or mute_logger:\n" + "\n".join(lines)
        )
    if report.skipped and _in_ci() and not hasattr(report, "wasxfail"):
        reason = str(call.excinfo.value) if call.excinfo else ""
        if BROWSER_MISSING.search(reason):
            report.outcome = "failed"
            report.longrepr = f"Skipped, which is a failure in CI: {reason}"
    return report


class _Listener(logging.Handler):
    """Keeps what Odoo logs at level WARNING or worse and nobody caught."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        """Note a line, unless Odoo says it whatever the addons are."""
        message = record.getMessage()
        if record.name.startswith("odoo") and not log_gate.is_allowed(record.name, message):
            text = f"{record.levelname} {record.name}: {message}"
            if record.exc_info and record.exc_info[0]:
                text += "\n" + logging.Formatter().formatException(record.exc_info)
            self.lines.append(text)

    def take(self):
        """Return the lines since the last call."""
        lines, self.lines = self.lines, []
        return lines


_LISTENER = pytest.StashKey[_Listener]()


@pytest.fixture(scope="session", autouse=True)
def load_registry():
    """Load Odoo before the first test; each process of ``--jobs`` has a copy of its own.

    Takes the place of pytest-odoo's, whose processes share one file store: what one of them
    cleans up, another would miss.
    """
    from odoo.modules.registry import Registry
    from odoo.tools import config

    threading.current_thread().testing = True
    if _worker():
        database = f"{config['db_name'][0]}_{_worker()}"
        databases.clone(config["db_name"][0], database)
        config["db_name"] = database
        config["dbfilter"] = f"^{database}$"
    Registry(config["db_name"][0])
    yield


@pytest.fixture(scope="session")
def dev_setup():
    """What ``./dev test`` has prepared: names of databases, and the addons in them."""
    text = os.environ.get("COMPLAINT_DEV")
    if not text:
        pytest.skip("needs the databases that ./dev test prepares")
    setup = json.loads(text)
    setup["count"] = 0
    if _worker():
        setup["database"] += f"_{_worker()}"
        setup["prefix"] += f"{_worker()}_"
    return setup


@pytest.fixture(scope="module")
def new_database(dev_setup):
    """Return a factory of databases; they are dropped after the last test of the file.

    ``new_database()`` returns the name of a copy of the database that all tests use: our
    addons, their demo data, ``zh_CN`` loaded.  ``new_database(addons=False)`` returns one
    with only the modules of Odoo that they need, to install them into.  Demo data come
    with the installation, as that database has demo data itself.  A copy takes about
    0.3 s.
    """
    made = []

    def make(addons=True):
        dev_setup["count"] += 1
        name = f"{dev_setup['prefix']}{dev_setup['count']}"
        databases.clone(dev_setup["top" if addons else "base"], name)
        made.append(name)
        return name

    yield make
    for name in made:
        databases.drop(name)


@dataclass
class OdooRun:
    """What a call of Odoo's command line did.

    ``returncode``, ``log`` (all that it wrote), and ``bad_lines``: those of its lines that
    have level WARNING or worse, without what Odoo says by itself.
    """

    args: list
    returncode: int
    log: str
    bad_lines: list = field(default_factory=list)


@pytest.fixture(scope="module")
def odoo_cli(dev_setup, tmp_path_factory):
    """Return a function that runs Odoo's command line on a database.

    ``odoo_cli(database, "-i", "complaint_sla", "--stop-after-init")`` installs,
    ``odoo_cli(database, "module", "uninstall", "complaint_sla")`` uninstalls,
    ``odoo_cli(database, "shell", stdin="print(env.user.name)")`` runs a script.
    The database, the configuration file, ``--no-http`` and ``--skip-auto-install`` are
    added where they belong.  ``check=False`` lets a call fail, ``env`` adds variables,
    ``timeout`` is in seconds.  Returns an :class:`OdooRun`.
    """
    folder = tmp_path_factory.mktemp("odoo_cli")

    def run(database, *args, stdin=None, check=True, env=None, timeout=600):
        log = folder / f"{database}-{len(list(folder.iterdir()))}.log"
        command = _command_line(dev_setup, database, list(args))
        configuration = odoo_process.write_configuration(f"{database}-cli", database)
        with open(log, "w", encoding="utf-8") as output:
            done = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                input=stdin,
                text=True,
                stdin=None if stdin is not None else subprocess.DEVNULL,
                timeout=timeout,
                env={**odoo_process.environment(configuration), **(env or {})},
                check=False,
            )
        text = log.read_text(encoding="utf-8", errors="replace")
        if check and done.returncode:
            raise AssertionError(f"{command} ended with {done.returncode}:\n{text[-6000:]}")
        return OdooRun(command, done.returncode, text, log_gate.bad_lines(log))

    return run


def _command_line(dev_setup, database, args):
    """Add to ``args`` what every call needs."""
    sub = args.pop(0) if args and not args[0].startswith("-") else "server"
    if sub in ("server", "shell"):
        args += ["-d", database, "--no-http"]
    elif sub in ("module", "i18n", "populate", "neutralize"):
        args += ["-d", database]
    if sub == "server" and not dev_setup["auto"]:
        args.append("--skip-auto-install")
    return odoo_process.command(sub, *args)


@dataclass
class OdooServer:
    """A running server.

    ``url`` its address without a slash at the end, ``database``, ``process`` (a ``Popen``,
    to kill), ``log`` the path of its log, ``bad_lines()`` what it logged at level WARNING
    or worse, ``stop()`` ends it as Ctrl-C does.
    """

    url: str
    port: int
    database: str
    process: subprocess.Popen
    log: Path

    def stop(self):
        """End the server; a second call does nothing."""
        return server.stop(self.process)

    def bad_lines(self):
        """Return the warnings and errors in its log, without what Odoo says by itself."""
        return log_gate.bad_lines(self.log)


@pytest.fixture(scope="module")
def find_with_apps(new_database, odoo_cli):
    """Return a function that runs a script where other apps of Odoo were installed last.

    ``find_with_apps("account,mrp", script)`` returns what the script, in Odoo's shell, printed
    as JSON behind the word ``FOUND``; if it printed nothing, the end of its log is shown.
    """

    def find(apps, script):
        database = new_database()
        installed = odoo_cli(database, "-i", apps, "--stop-after-init")
        assert not installed.bad_lines
        log = odoo_cli(database, "shell", stdin=script).log
        [line] = [line for line in log.splitlines() if "FOUND " in line] or [log[-3000:]]
        return json.loads(line.split("FOUND ", 1)[1])

    return find


@pytest.fixture(scope="module")
def new_server(new_database, tmp_path_factory):
    """Return a factory of live servers.

    ``new_server()`` serves a new copy of the demo database; ``new_server(database)`` one
    that is there, for instance again after a kill.  ``workers`` and ``settings`` (a dict
    of lines for the configuration file) are optional.  All end after the last test of
    the file.
    """
    started = []
    folder = tmp_path_factory.mktemp("odoo_server")

    def make(database=None, workers=0, settings=None):
        database = database or new_database()
        port = _free_port()
        # What a mail shows and links to is this server's.
        with (
            contextlib.closing(psycopg2.connect(dbname=database)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE ir_config_parameter SET value = %s WHERE key = 'web.base.url'",
                [f"http://127.0.0.1:{port}"],
            )
        log = folder / f"{database}-{port}.log"
        with open(log, "w", encoding="utf-8") as output:
            process = server.start(
                database, port, workers, f"{database}-{port}", settings, stdout=output
            )
        found = OdooServer(f"http://127.0.0.1:{port}", port, database, process, log)
        started.append(found)
        if not server.wait_until_ready(process, port):
            found.stop()
            raise AssertionError("Odoo did not start:\n" + log.read_text()[-6000:])
        return found

    yield make
    for found in started:
        found.stop()


@pytest.fixture(scope="module")
def odoo_server(new_server):
    """Return a live server on a copy of the demo database, one for each test file.

    Log in with ``admin``/``admin`` or one of the demo users: the log-in of each ends with
    ``@complaint.example`` and the password is what stands before the ``@``.  For Playwright
    ask for ``browser``, too.
    """
    return new_server()


@pytest.fixture(scope="module")
def browser():
    """Return headless Chromium; ``tests/browser.py`` has what a story does in it."""
    # Playwright is loaded for stories only.
    from browser import chromium

    with chromium() as running:
        yield running


def _free_port():
    """Return a port, with a free one above it, that nobody uses at the moment."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
