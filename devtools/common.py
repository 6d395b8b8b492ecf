"""Paths, progress lines, locks and the one kind of error that a user gets to see."""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
STATE = REPO / ".odoo"
LOGS = STATE / "log"
RUN = STATE / "run"
BIN = REPO / "devtools" / "bin"

# Names databases and folders of this checkout where several share one server or /tmp.
CHECKOUT = hashlib.sha256(str(REPO).encode()).hexdigest()[:6]

# Loaded once at import: calling dlopen between fork and exec could lock up.
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


_HELD = []


class Failure(Exception):
    """What went wrong and what to do about it, in one sentence."""


def say(text):
    """Print a progress line at once, also when the output goes into a file."""
    print(text, flush=True)


@contextlib.contextmanager
def step(text):
    """Announce a piece of work and print how many seconds it took."""
    print(f"{text} ...", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - start:.1f} s", flush=True)


def make_folders():
    """Create the folders that everything else writes into."""
    for folder in (STATE, LOGS, RUN, STATE / "data"):
        folder.mkdir(parents=True, exist_ok=True)


def need_disk(gigabytes):
    """Stop early, rather than with half of a download, when the disk is too full."""
    free = shutil.disk_usage(STATE if STATE.exists() else REPO).free / 1e9
    if free < gigabytes:
        raise Failure(
            f"Only {free:.1f} GB are free where {REPO} is, but {gigabytes} GB are needed: "
            "free some disk space and run ./dev again."
        )


def log_path(name):
    """Return the file that keeps the output of one kind of work."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def tail(path, lines=15):
    """Return the last lines of a log file."""
    try:
        return "\n".join(Path(path).read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def run_logged(command, name, failure, finish=False, **options):
    """Run ``command`` with its output in ``.odoo/log/<name>.log``.

    It keeps the lock of the set-up for as long as it lives, and what it has started too:
    should ``./dev`` be killed, the next one waits for them.

    :param str failure: the sentence shown when the command fails; the log's name is added
    :param bool finish: let the command come to its end when ``./dev`` is killed
    """
    path = log_path(name)
    with open(path, "w", encoding="utf-8") as log:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            pass_fds=held_locks(),
            preexec_fn=None if finish else die_with_parent,
            check=False,
            **options,
        )
    if done.returncode:
        raise Failure(f"{disk_full_sentence(path) or failure} (see {path.relative_to(REPO)})")
    return path


def disk_full_sentence(path):
    """Return the sentence about a full disk when the log at ``path`` speaks of one."""
    if os.strerror(errno.ENOSPC) in tail(path, 200):
        return "The disk is full: free some space and run ./dev again."
    return ""


@contextlib.contextmanager
def setup_lock():
    """Let one command at a time change what lies under ``.odoo``."""
    RUN.mkdir(parents=True, exist_ok=True)
    with open(RUN / "setup.lock", "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another ./dev command that is setting up ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        _HELD.append(handle.fileno())
        try:
            yield
        finally:
            _HELD.remove(handle.fileno())


def held_locks():
    """Return the descriptors of the locks that this process holds, for its children."""
    return tuple(_HELD)


def die_with_parent(how=signal.SIGTERM):
    """Make the child end when ``./dev`` is killed, so that nothing keeps serving."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, how)


def be_killed_with_parent():
    """Do so at once: a server whose output nobody reads any more can miss a polite signal."""
    die_with_parent(signal.SIGKILL)


def replace_folder(new, target):
    """Put the finished folder ``new`` where ``target`` is to be, in one rename."""
    if target.exists() or target.is_symlink():
        old = target.with_name(f"{target.name}.old-{os.getpid()}")
        target.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    new.rename(target)


def sweep(folder, pattern):
    """Remove what a killed command left half done."""
    for path in folder.glob(pattern):
        shutil.rmtree(path, ignore_errors=True)


def is_root():
    """Tell whether this runs as root."""
    return os.geteuid() == 0


def fail(sentence):
    """Print one sentence for the user and return the exit code that goes with it."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr, flush=True)
    return 1
