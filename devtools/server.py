"""``./dev run``: serve the addons on this machine."""

import contextlib
import signal
import socket
import subprocess
import threading
import time
import unicodedata
import urllib.error
import urllib.request

from . import databases, dev_database, log_gate, machine, odoo_process
from .common import REPO, Failure, be_killed_with_parent, log_path, say, step

HOST = "127.0.0.1"


class Stop(Exception):
    """The user asked for the end."""


def run(recipe, database, port, workers=0, fresh=False, verbose=False):
    """Set up, serve until stopped, and return the exit code."""
    _check_port(port)
    if workers:
        _check_port(port + 1)
    if workers == 1:
        raise Failure("With one worker Odoo prints no PDF: give --workers 0 or at least 2.")
    with machine.prepared() as source, dev_database.reserved(database):
        dev_database.ensure(source, database, recipe, fresh)
        _check_port(port)
        return _serve(database, port, workers, verbose)


def _check_port(port):
    """Say at once that the port is taken, instead of after the set-up."""
    if not 1 <= port <= 65535:
        raise Failure(f"{port} is no port: give --port a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Failure(
                f"Port {port} cannot be used ({error.strerror}): stop what uses it or give "
                "another with --port."
            ) from None


def start(database, port, workers=0, name="server", extra=None, **options):
    """Start Odoo's server and return the process; it ends when this process ends."""
    _let_reports_find_their_styles(database, port)
    settings = {"http_port": port, "workers": workers, **(extra or {})}
    if workers:
        settings["gevent_port"] = port + 1
    configuration = odoo_process.write_configuration(name, database, settings)
    return subprocess.Popen(
        odoo_process.command("-d", database),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        env=odoo_process.environment(configuration),
        cwd=REPO,
        start_new_session=True,
        preexec_fn=be_killed_with_parent,
        **options,
    )


def _let_reports_find_their_styles(database, port):
    """Tell Odoo where PDFs fetch their style sheets: from this server, whatever its port."""
    databases.query(
        "INSERT INTO ir_config_parameter (key, value) "
        f"VALUES ('report.url', {databases.literal(f'http://{HOST}:{port}')}) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        database,
    )


def wait_until_ready(process, port, seconds=120):
    """Wait until the server answers; return False when it ended instead."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://{HOST}:{port}/web/health", timeout=5).close()
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return False


def stop(process, seconds=20):
    """End a server as Odoo wants it: one signal, and time to finish its requests."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def _serve(database, port, workers, verbose):
    """Run the server until a signal comes."""
    log = log_path("server")
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _ask_to_stop)
    process = None
    try:
        with step("Starting Odoo"):
            process = start(
                database,
                port,
                workers,
                name=f"server-{port}",
                extra={"max_cron_threads": 1},
                stdout=subprocess.PIPE,
            )
            reader = threading.Thread(target=_relay, args=(process, log, verbose), daemon=True)
            reader.start()
            if not wait_until_ready(process, port):
                stop(process)
                raise Failure(f"Odoo did not start: see {log.relative_to(REPO)}.")
        _greet(database, port, workers, log)
        code = process.wait()
        raise Failure(f"Odoo ended by itself with code {code}: see {log.relative_to(REPO)}.")
    except Stop:
        say("\nStopping ...")
        return 0
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if process:
            stop(process)


def _ask_to_stop(_number, _frame):
    """Turn a signal into an exception, so that the database server is stopped as well."""
    raise Stop


def _relay(process, log, verbose):
    """Write the server's output into its log and show what a developer must not miss."""
    inside = False
    with open(log, "w", encoding="utf-8") as handle:
        for raw in process.stdout:
            line = raw.decode(errors="replace")
            handle.write(line)
            handle.flush()
            match = log_gate.LINE.match(line)
            if match:
                inside = match["level"] in log_gate.BAD and not log_gate.is_allowed(
                    match["logger"], match["message"]
                )
            if verbose or inside:
                print(line, end="", flush=True)


def _greet(database, port, workers, log):
    """Print where it is, who can log in and how to stop."""
    rows = [("Log-in", "Password", "Name", "Roles"), *dev_database.demo_logins(database)]
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    say("")
    for row in rows:
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)
        ]
        say("  " + "  ".join([*cells, row[3]]).rstrip())
    say("")
    say(f"  http://{HOST}:{port}    database {database}, log {log.relative_to(REPO)}")
    if workers:
        say(f"  Live updates need a proxy that sends /websocket to port {port + 1}.")
    say("  Stop with Ctrl-C.")


def _width(text):
    """Return how many columns of a terminal a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
