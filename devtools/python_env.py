"""Virtual environments under ``.odoo``: one that runs Odoo and its tests, one for lint."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

from .common import REPO, RUN, STATE, Failure, need_disk, replace_folder, run_logged, step, sweep

VENV = STATE / "venv"
LINT_VENV = STATE / "lint-venv"
REQUIREMENTS = REPO / "requirements.txt"
LINT_REQUIREMENTS = REPO / "requirements-lint.txt"
_IN_USE = []


def python(venv=VENV):
    """Return the interpreter of a virtual environment."""
    return venv / "bin" / "python"


def ensure(source):
    """Make the environment of Odoo and let it find the Odoo in use."""
    _ensure(VENV, [REQUIREMENTS])
    _link_odoo(VENV, source)


def ensure_lint():
    """Make the environment of the linters."""
    _ensure(LINT_VENV, [LINT_REQUIREMENTS])


def packages(venv):
    """Return the folder of an environment that packages are imported from."""
    sites = list(venv.glob("lib/python3*/site-packages"))
    if not sites:
        raise Failure(f"{venv} is broken: remove it and run ./dev again.")
    return sites[0]


def _ensure(venv, requirements):
    """Build ``venv`` anew if what it was made of is no longer what is asked for."""
    stamp = venv / "made-of"
    wanted = _fingerprint(requirements)
    if _is_current(venv, stamp, wanted):
        return
    need_disk(1)
    _refuse_if_used(venv)
    with step(f"Installing Python packages into {venv.relative_to(REPO)}"):
        # Scripts in a virtual environment name its path, so it is built in its place; the
        # stamp, written last, tells that it was finished.
        sweep(venv.parent, f"{venv.name}.old-*")
        if venv.exists():
            empty = venv.with_name(f"{venv.name}.old-new")
            empty.mkdir(exist_ok=True)
            replace_folder(empty, venv)
        _create(venv)
        _install(venv, requirements)
        stamp.write_text(wanted, encoding="utf-8")


def use(venv=VENV):
    """Keep ``venv`` from being renewed for as long as this process lives.

    The handle is never closed: what this process starts works with the packages as well.
    """
    handle = open(RUN / f"{venv.name}.users", "w", encoding="utf-8")  # noqa: SIM115
    fcntl.flock(handle, fcntl.LOCK_SH)
    _IN_USE.append(handle)


def _refuse_if_used(venv):
    """Do not pull the packages away from under another command."""
    with open(RUN / f"{venv.name}.users", "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"The Python packages in {venv.relative_to(REPO)} have to be renewed, but another "
                "./dev command works with them: run this again when it has ended."
            ) from None


def _fingerprint(requirements):
    """Say what a virtual environment is made of.

    The patch release of Python is left out: Debian updates it at any time and the
    packages stay as they are.
    """
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    digest.update(str(STATE.resolve()).encode())
    for path in requirements:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_current(venv, stamp, wanted):
    """Tell whether the environment is finished, up to date and still starts."""
    try:
        if stamp.read_text(encoding="utf-8") != wanted:
            return False
    except OSError:
        return False
    return not subprocess.run([python(venv), "-c", ""], capture_output=True, check=False).returncode


def _create(venv):
    """Make an empty environment."""
    run_logged(
        [sys.executable, "-m", "venv", "--clear", venv],
        f"{venv.name}-create",
        "No Python virtual environment could be made: install python3-venv and run ./dev again",
    )


def _install(venv, requirements):
    """Install the pinned packages; only ready-made wheels, so that no compiler is needed."""
    command = [python(venv), "-m", "pip", "install", "--disable-pip-version-check"]
    for path in requirements:
        command += ["-r", path]
    run_logged(
        command,
        f"{venv.name}-pip",
        "The Python packages could not be installed: check the network and run ./dev again",
    )


def _link_odoo(venv, source):
    """Put Odoo on the path of the environment's Python, as pytest's plugin imports it early."""
    path_file = packages(venv) / "odoo-source.pth"
    line = f"{source.python_path}\n"
    if path_file.exists() and path_file.read_text(encoding="utf-8") == line:
        return
    new = path_file.with_suffix(f".new-{os.getpid()}")
    new.write_text(line, encoding="utf-8")
    shutil.move(new, path_file)
