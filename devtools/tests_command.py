"""``./dev test`` and ``./dev bench``: run Python on a fresh copy of the prepared database."""

import json
import os
import signal
import subprocess

from . import machine, odoo_process, python_env
from .common import REPO, Failure, die_with_parent

OPTIONS = ["--odoo-http", "--odoo-log-level=warn"]
# More processes than this wait for each other's disk and database server.
MOST_JOBS = 4
# What shows what happens inside of a test shows nothing when several processes run.
ONE_PROCESS = {"-s", "--capture=no", "--pdb", "--trace", "--collect-only", "--co", "--sw"}


def run_tests(recipe, arguments, jobs=None):
    """Run pytest over the addons and ``tests`` and return its exit code.

    :param jobs: how many processes share the test files, default: as many as there are cores
    """
    jobs = jobs or _default_jobs(arguments)
    # conftest.py puts the files in their order.
    sharing = ["-n", jobs, "--dist=loadfile", "--no-loadscope-reorder"] if jobs > 1 else []
    return _run(
        recipe, "tests", [python_env.python(), "-m", "pytest", *OPTIONS, *sharing, *arguments]
    )


def _default_jobs(arguments):
    """Return how many processes are worth their start."""
    if ONE_PROCESS & set(arguments):
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), MOST_JOBS, _count_files(arguments)))


def _count_files(arguments):
    """Return how many test files the arguments name; without any, all are meant."""
    named = [REPO / argument.split("::")[0] for argument in arguments if argument[:1] != "-"]
    files = [path for path in named if path.suffix == ".py" and path.is_file()]
    folders = [path for path in named if path.is_dir()]
    if not files and not folders:
        return MOST_JOBS
    return len(set(files).union(*(folder.rglob("test_*.py") for folder in folders)))


def run_bench(recipe, arguments):
    """Run the benchmark and return its exit code."""
    script = REPO / "bench" / "run.py"
    if not script.exists():
        raise Failure("There is no benchmark yet: bench/run.py is missing.")
    return _run(recipe, "bench", [python_env.python(), script, *arguments])


def _run(recipe, suffix, command):
    """Run ``command`` with a configuration that leads to a copy of our own."""
    with (
        machine.prepared() as source,
        machine.private_copy(source, recipe, suffix) as (database, prefix, top, base),
    ):
        configuration = odoo_process.write_configuration(prefix + suffix, database)
        environment = odoo_process.environment(configuration)
        environment["COMPLAINT_DEV"] = json.dumps(
            {
                "prefix": prefix,
                "database": database,
                "top": top,
                "base": base,
                "names": recipe.names,
                "auto": recipe.auto,
            }
        )
        try:
            return wait(command, environment)
        finally:
            for path in configuration.parent.glob(f"{prefix}*.conf"):
                path.unlink(missing_ok=True)


def wait(command, environment):
    """Run in the foreground; Ctrl-C reaches the child by itself, other signals are passed on."""
    process = subprocess.Popen(
        [str(part) for part in command], env=environment, cwd=REPO, preexec_fn=_prepare_child
    )

    def forward(number, _frame):
        process.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, forward),
        signal.SIGHUP: signal.signal(signal.SIGHUP, forward),
    }
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _prepare_child():
    """Runs in the child: take signals again and end when ./dev is killed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent()
    if os.getppid() == 1:
        os._exit(1)
