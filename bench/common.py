"""What the benchmarks share: the command line, the database, how they measure and what they say."""

import argparse
import contextlib
import platform
import statistics
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

HERE = Path(__file__).parent


@dataclass
class Measure:
    """What one call cost: milliseconds and queries."""

    milliseconds: float
    queries: int


def parse(command, description, arguments, sizes=None, **numbers):
    """Return the options of a benchmark; `numbers` are further ones with their defaults."""
    parser = argparse.ArgumentParser(
        prog=f"./dev bench {command}".strip(), description=description.split("\n")[0]
    )
    if sizes:
        parser.add_argument(
            "--sizes",
            default=sizes,
            type=lambda text: sorted(int(part) for part in text.split(",")),
            help="numbers of records, separated by commas",
        )
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", default=default, type=int)
    parser.add_argument("--write", action="store_true", help="keep the table in bench/")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def open_env(keep=False):
    """Yield the superuser's environment; nothing is committed unless `keep` says so."""
    config.parse_config([])
    with Registry(config["db_name"][0]).cursor() as cr:
        yield api.Environment(cr, api.SUPERUSER_ID, {})
        if not keep:
            cr.rollback()


def tell(table, file_name, options):
    """Print a table, keep it if that was asked for, and return the exit code."""
    print()
    print(table)
    if options.write:
        (HERE / file_name).write_text(table, encoding="utf-8")
    return 0


def render(title, command, sentences, rows):
    """Return a table as Markdown; its first row is the head, whose `:` ends a column of numbers."""
    head = rows[0]
    marks = ["--:" if cell.endswith(":") else "---" for cell in head]
    lines = [
        f"# {title}",
        "",
        f"`./dev bench {command}".rstrip() + f"` on {date.today().isoformat()}: "
        f"{platform.machine()}, Python {platform.python_version()}, "
        f"Odoo {odoo.release.version}. {sentences}",
        "",
    ]
    for row in ([cell.rstrip(":") for cell in head], marks, *rows[1:]):
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


# What `measure` counts, for the sentence above a table.
MEASURED = (
    "Milliseconds are those that the processor worked, for Odoo and for PostgreSQL together and "
    "without parallel workers, so that waiting for others that use the machine does not count"
)


def measure(env, call, repeat):
    """Call often enough with empty record caches; return the Measure of the best call."""
    env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    clock = get_clock(env.cr)
    times, queries = [], []
    for _round in range(repeat + 1):
        env.flush_all()
        env.invalidate_all()
        env.cr.precommit.run()
        before, start = env.cr.sql_log_count, clock()
        call()
        env.cr.flush()
        times.append((clock() - start) * 1000)
        queries.append(env.cr.sql_log_count - before)
    # The first call warms the caches that a working server has warm.
    return Measure(min(times[1:]), round(statistics.median(queries[1:])))


def get_clock(cr):
    """Return a clock of the seconds that this process and its PostgreSQL one have worked.

    Where the server cannot be watched, since it runs elsewhere, it is one that hangs on the wall.
    """
    watched = Path(f"/proc/{cr._cnx.info.backend_pid}")
    try:
        if b"postgres" not in (watched / "cmdline").read_bytes():
            return time.perf_counter
        (watched / "schedstat").read_text()
    except OSError:
        return time.perf_counter
    return lambda: time.process_time() + int((watched / "schedstat").read_text().split()[0]) / 1e9
