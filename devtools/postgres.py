"""PostgreSQL: the server that the ``PG*`` variables name, or a private one under ``.odoo``.

The private server listens on a socket only and never runs as root.  Every command that
uses it holds a shared lock; the last one to leave stops it.
"""

import contextlib
import fcntl
import glob
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import time
from pathlib import Path

from .common import CHECKOUT, RUN, STATE, Failure, is_root, log_path, step, tail

ROLE = "odoo"
PORT = "5432"
# A socket's path may not be longer than this, name of the socket included.
SOCKET_LIMIT = 100
SETTINGS = """\
# Written by ./dev at each start.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
logging_collector = off
# Databases of tests are copied all the time, and made anew if the machine dies.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def is_external():
    """Tell whether the user has named a server by the usual variables."""
    return any(os.environ.get(name) for name in ("PGHOST", "PGHOSTADDR", "PGPORT"))


def find_programs():
    """Return the folder of the newest PostgreSQL programs on this machine, or None."""
    folders = [Path(found).parent for found in glob.glob("/usr/lib/postgresql/*/bin/postgres")]
    initdb = shutil.which("initdb")
    if initdb and not folders:
        folders.append(Path(initdb).resolve().parent)

    def version(folder):
        numbers = re.findall(r"\d+", folder.parent.name)
        return int(numbers[0]) if numbers else 0

    return max(folders, key=version, default=None)


@contextlib.contextmanager
def server():
    """Have a server run; the ``PG*`` variables of this process lead to it."""
    if is_external():
        _check_external()
        yield
        return
    cluster = Cluster()
    with open(RUN / "pg.users", "w", encoding="utf-8") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with open(RUN / "pg.start", "w", encoding="utf-8") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            cluster.start()
        os.environ.update(cluster.variables())
        try:
            yield
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()


def _check_external():
    """Say in one sentence what is wrong with the server that the user named."""
    os.environ.setdefault("PGUSER", pwd.getpwuid(os.geteuid()).pw_name)
    if os.environ["PGUSER"] == "postgres":
        raise Failure(
            "Odoo refuses to work as PostgreSQL's role 'postgres': set PGUSER to another role "
            "that may create databases."
        )
    done = subprocess.run(
        [
            "psql",
            "-X",
            "-A",
            "-t",
            "-d",
            "postgres",
            "-c",
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise Failure(
            f"The PostgreSQL server that the PG* variables name does not answer ({reason}): "
            "correct them, or unset them to use a private server."
        )
    if done.stdout.strip() != "t":
        raise Failure(
            f"PostgreSQL's role {os.environ['PGUSER']} may not create databases: run "
            f"'ALTER ROLE \"{os.environ['PGUSER']}\" CREATEDB' as a superuser of that server."
        )


class Cluster:
    """The private server."""

    def __init__(self):
        self.programs = find_programs()
        self.user = self._find_user()
        self.folder = self._find_folder()
        self.data = self.folder / "data"
        self.socket = self._find_socket()
        self.log = self.folder / "server.log"

    def variables(self):
        """Return what libpq needs to find this server."""
        return {"PGHOST": str(self.socket), "PGPORT": PORT, "PGUSER": ROLE}

    def start(self):
        """Start the server if it does not run yet, making it first if need be."""
        if self._answers():
            return
        self._make_folder(self.socket)
        if not (self.data / "PG_VERSION").exists():
            with step("Creating the PostgreSQL server"):
                self._create()
        self._forget_dead_server()
        settings = SETTINGS.format(port=PORT, socket=self.socket)
        self._run(["sh", "-c", 'cat > "$0"', self.data / "dev.conf"], input=settings)
        command = [self.programs / "pg_ctl", "start", "-D", self.data, "-l", self.log]
        done = self._run([*command, "-w", "-t", "60"])
        if done.returncode or not self._answers():
            raise Failure(self._why_not())

    def stop(self):
        """Stop the server; nobody uses it any more."""
        self._run([self.programs / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w"])

    def remove(self):
        """Stop the server and delete all its databases."""
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _find_user(self):
        """Return the user to run as; PostgreSQL refuses to be root."""
        if not is_root():
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise Failure(
            "PostgreSQL cannot run as root and there is no user postgres or nobody: "
            "run ./dev as another user."
        )

    def _find_folder(self):
        """Return a folder that the server's user can reach, in the checkout if possible."""
        folder = STATE.resolve() / "pg"
        if self.user is None:
            return folder
        STATE.mkdir(exist_ok=True)
        reach = self._run(["test", "-x", STATE])
        if not reach.returncode:
            return folder
        return Path(f"/var/tmp/complaint-{CHECKOUT}-pg")

    def _find_socket(self):
        """Return the folder of the socket; a deep checkout needs a shorter path."""
        socket = self.folder / "sock"
        if len(f"{socket}/.s.PGSQL.{PORT}") <= SOCKET_LIMIT:
            return socket
        name = hashlib.sha256(str(socket).encode()).hexdigest()[:10]
        return Path(f"/tmp/complaint-{name}")

    def _run(self, command, **options):
        """Run a program of the server as its user."""
        if self.user is not None:
            options.update(user=self.user.pw_uid, group=self.user.pw_gid, extra_groups=[], cwd="/")
        with open(log_path("postgres"), "a", encoding="utf-8") as log:
            return subprocess.run(
                [str(part) for part in command],
                stdout=log,
                stderr=log,
                text=True,
                check=False,
                start_new_session=True,
                **options,
            )

    def _make_folder(self, folder):
        """Create a folder that only the server's user (and root) can enter."""
        for path in (self.folder, folder):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.user is not None:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
            if path.stat().st_uid not in (os.geteuid(), getattr(self.user, "pw_uid", -1)):
                raise Failure(f"{path} belongs to somebody else: remove it and run ./dev again.")

    def _create(self):
        """Make the server's files beside their final place, and rename them when complete."""
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        done = self._run(
            [
                self.programs / "initdb",
                "-D",
                new,
                "-U",
                ROLE,
                "-A",
                "trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ]
        )
        if done.returncode:
            raise Failure(f"PostgreSQL could not be set up: see {log_path('postgres')}.")
        self._run(
            ["sh", "-c", 'echo "include_if_exists = \'dev.conf\'" >> "$0"', new / "postgresql.conf"]
        )
        new.rename(self.data)

    def _answers(self):
        """Tell whether the server takes connections."""
        probe = [str(self.programs / "psql"), "-X", "-A", "-t", "-d", "postgres"]
        done = subprocess.run(
            [*probe, "-c", "SHOW data_directory"],
            env={**os.environ, **self.variables()},
            capture_output=True,
            text=True,
            check=False,
        )
        return not done.returncode and done.stdout.strip() == str(self.data)

    def _forget_dead_server(self):
        """Remove the lock files of a server that was killed, even if its pid lives on.

        PostgreSQL would refuse to start when the number now belongs to some other program, or
        to a dead one that nobody has reaped.
        """
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 30
        while True:
            try:
                pid = pid_file.read_text(encoding="utf-8").split()[0]
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                break
            ours = b"postgres" in os.path.basename(command[0]) and os.fsencode(self.data) in command
            if not ours or time.monotonic() > deadline:
                break
            if self._answers():
                return
            time.sleep(0.2)
        pid_file.unlink(missing_ok=True)
        (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _why_not(self):
        """Say why the server did not start."""
        end = tail(self.log, 12)
        if "No space left" in end:
            return "The disk is full: free some space and run ./dev again."
        return (
            f"PostgreSQL does not start, see {self.log}; './dev reset' removes it with "
            "its databases."
        )
