"""Databases with their file stores: made, copied, renamed and dropped together."""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import time

from . import postgres
from .common import CHECKOUT, RUN, STATE, Failure

FILESTORE = STATE / "data" / "filestore"
PREFIX = f"cd_{CHECKOUT}"
# One file for each running command; locked as long as the command lives.
SESSIONS = RUN / "sessions"


def program(name):
    """Return the path of a PostgreSQL program."""
    folder = None if postgres.is_external() and not is_private() else postgres.find_programs()
    if folder and (folder / name).exists():
        return str(folder / name)
    return name


def is_private():
    """Tell whether the variables lead to the server that ./dev itself started."""
    host = os.environ.get("PGHOST", "")
    return os.environ.get("PGUSER") == postgres.ROLE and host.startswith("/")


def query(sql, database="postgres", host=None):
    """Run SQL and return its rows, each a list of strings; `host` is another server's socket."""
    done = subprocess.run(
        [
            program("psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-F",
            "\t",
            "-v",
            "ON_ERROR_STOP=1",
            *(["-h", str(host)] if host else []),
            "-d",
            database,
            "-f",
            "-",
        ],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = " ".join(done.stderr.split())
        if "No space left" in reason:
            raise Failure("The disk is full: free some space and run ./dev again.")
        raise Failure(f"PostgreSQL refused a command on {database}: {reason}")
    return [line.split("\t") for line in done.stdout.splitlines() if line]


def names():
    """Return the names of all databases of the server."""
    return [row[0] for row in query("SELECT datname FROM pg_database ORDER BY oid")]


def exists(database):
    """Tell whether there is a database of that name."""
    return bool(query(f"SELECT 1 FROM pg_database WHERE datname = {literal(database)}"))


def literal(text):
    """Quote a string for SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(text):
    """Quote a name for SQL."""
    return '"' + text.replace('"', '""') + '"'


def check_name(database):
    """Refuse a name that a shell, a folder or a filter would read in another way."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,60}", database):
        raise Failure(f"'{database}' is no name for a database: use letters, digits and _ . -")


def create(database):
    """Make an empty database, sorted in the same way on every machine."""
    drop(database)
    query(
        f"CREATE DATABASE {identifier(database)} TEMPLATE template0 ENCODING 'UTF8' "
        "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
    )
    # Odoo makes indexes for searches in texts when the server has the extension.
    with contextlib.suppress(Failure):
        query("CREATE EXTENSION IF NOT EXISTS pg_trgm", database)


def drop(database):
    """Remove a database and its files, whoever is connected to it."""
    query(f"DROP DATABASE IF EXISTS {identifier(database)} WITH (FORCE)")
    shutil.rmtree(FILESTORE / database, ignore_errors=True)


def rename(database, new_name):
    """Rename; the files move first, so that a database under its new name is complete."""
    shutil.rmtree(FILESTORE / new_name, ignore_errors=True)
    if (FILESTORE / database).exists():
        (FILESTORE / database).rename(FILESTORE / new_name)
    query(f"ALTER DATABASE {identifier(database)} RENAME TO {identifier(new_name)}")


def clone(source, database):
    """Copy a database; its files are linked, as Odoo never changes one in place."""
    drop(database)
    if (FILESTORE / source).exists():
        shutil.copytree(FILESTORE / source, FILESTORE / database, copy_function=os.link)
    sql = f"CREATE DATABASE {identifier(database)} TEMPLATE {identifier(source)}"
    for attempt in range(20):
        try:
            query(sql)
            return
        except Failure as error:
            if "being accessed by other users" not in str(error) or attempt == 19:
                raise
            time.sleep(0.5)


@contextlib.contextmanager
def session():
    """Mark this command as alive, so that nobody drops the databases it makes.

    :return: the beginning of the names of its databases
    """
    SESSIONS.mkdir(parents=True, exist_ok=True)
    mark = SESSIONS / str(os.getpid())
    with open(mark, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        prefix = f"{PREFIX}_run_{os.getpid()}_"
        try:
            yield prefix
        finally:
            for database in names():
                if database.startswith(prefix):
                    drop(database)
            mark.unlink(missing_ok=True)


def drop_left_behind():
    """Drop the databases of commands that were killed."""
    for database in names():
        found = re.fullmatch(PREFIX + r"_run_(\d+)_.*", database)
        if found and not _is_alive(SESSIONS / found[1]):
            drop(database)
    yesterday = time.time() - 86400
    for path in RUN.glob("*.conf"):
        if path.stat().st_mtime < yesterday:
            path.unlink(missing_ok=True)


def _is_alive(mark):
    """Tell whether the command that made a mark still runs."""
    try:
        with open(mark, encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    mark.unlink(missing_ok=True)
    return False
