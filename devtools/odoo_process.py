"""How Odoo is called: its configuration file, its environment, its commands."""

import os
import subprocess

from . import addons, log_gate, python_env
from .common import (
    BIN,
    REPO,
    RUN,
    STATE,
    Failure,
    die_with_parent,
    disk_full_sentence,
    held_locks,
    log_path,
)

DATA = STATE / "data"
SCREENSHOTS = STATE / "screenshots"


def write_configuration(name, database, extra=None):
    """Write a configuration file for one database and return its path.

    No memory limit is set: Odoo would put it on its own process, and a Chromium that is
    started from there dies of it.
    """
    settings = {
        "addons_path": REPO if addons.present() else "",
        "data_dir": DATA,
        "db_name": database,
        "dbfilter": f"^{database}$",
        "list_db": False,
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
        "limit_memory_hard": 0,
        "limit_time_real": 600,
        "limit_time_cpu": 600,
        "screenshots": SCREENSHOTS,
        **(extra or {}),
    }
    RUN.mkdir(parents=True, exist_ok=True)
    path = RUN / f"{name}.conf"
    lines = [f"{key} = {value}" for key, value in settings.items() if value != ""]
    path.write_text("[options]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def environment(configuration=None):
    """Return the environment of Odoo: our programs come first on the path."""
    venv = python_env.VENV
    path = os.pathsep.join([str(BIN), str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    result = dict(os.environ, PATH=path, VIRTUAL_ENV=str(venv), PYTHONUNBUFFERED="1")
    result.setdefault("LANG", "C.UTF-8")
    for name in ("PYTHONPATH", "PYTHONHOME", "ODOO_RC", "OPENERP_SERVER"):
        result.pop(name, None)
    if configuration:
        result["ODOO_RC"] = str(configuration)
    return result


def command(*arguments):
    """Return the command line of Odoo.

    It is a script file: a worker of Odoo starts ``sys.argv[0]`` again, which fails
    with ``python -m odoo``.
    """
    return [str(python_env.python()), str(BIN / "odoo"), *map(str, arguments)]


def run(database, *arguments, name="odoo", stdin=None):
    """Run Odoo on ``database`` until it ends; its log goes to ``.odoo/log/<name>.log``.

    :param str stdin: text for the standard input, for ``odoo shell``
    :return: the path of the log
    """
    configuration = write_configuration(f"{name}-{os.getpid()}", database)
    path = log_path(name)
    try:
        with open(path, "w", encoding="utf-8") as log:
            done = subprocess.run(
                command(*arguments),
                stdout=log,
                stderr=subprocess.STDOUT,
                input=stdin,
                stdin=None if stdin is not None else subprocess.DEVNULL,
                text=True,
                env=environment(configuration),
                cwd=REPO,
                preexec_fn=die_with_parent,
                pass_fds=held_locks(),
                check=False,
            )
    finally:
        configuration.unlink(missing_ok=True)
    if done.returncode:
        lines = "".join(f"\n  {line}" for line in log_gate.bad_lines(path)[-25:])
        sentence = disk_full_sentence(path) or "Odoo failed."
        raise Failure(f"{sentence} Its log is {path.relative_to(REPO)}.{lines}")
    return path


def install(database, modules, name, *options, update=()):
    """Install ``modules`` and update those in ``update``, without auto-install."""
    arguments = ["-d", database, "--stop-after-init", "--no-http", *options]
    if modules:
        arguments += ["-i", ",".join(modules)]
    if update:
        arguments += ["-u", ",".join(update)]
    return run(database, *arguments, name=name)


def shell(database, script, name):
    """Run a Python script inside ``odoo shell``."""
    return run(
        database,
        "shell",
        "-d",
        database,
        "--no-http",
        "--shell-interface",
        "python",
        name=name,
        stdin=script,
    )
