"""A physical replica of the private PostgreSQL server, for as long as somebody needs it."""

import contextlib
import time

from . import databases
from .common import Failure, need_disk
from .postgres import PORT, SETTINGS, Cluster, is_external


class Replica(Cluster):
    """A second server that replays what the private one writes, and takes no writes itself."""

    def __init__(self):
        super().__init__()
        self.primary = self.variables()
        self.folder = self.folder / "replica"
        self.data = self.folder / "data"
        self.socket = self._find_socket()
        self.log = self.folder / "server.log"

    def start(self):
        """Copy the private server as it runs and follow it; nothing in its settings changes.

        PostgreSQL's own defaults let it: `wal_level` is replica, and ten may follow.
        """
        self._make_folder(self.folder)
        self._make_folder(self.socket)
        copy = [self.programs / "pg_basebackup", "-D", self.data, "-R", "-X", "stream"]
        copy += ["-c", "fast", "-h", self.primary["PGHOST"], "-p", PORT]
        copy += ["-U", self.primary["PGUSER"]]
        if self._run(copy).returncode:
            raise Failure("The server could not be copied: see .odoo/log/postgres.log.")
        settings = SETTINGS.format(port=PORT, socket=self.socket)
        self._run(["sh", "-c", 'cat > "$0"', self.data / "dev.conf"], input=settings)
        command = [self.programs / "pg_ctl", "start", "-D", self.data, "-l", self.log, "-w"]
        if self._run([*command, "-t", "60"]).returncode or not self._answers():
            raise Failure(self._why_not())

    def catch_up(self):
        """Wait until all that is committed by now can be read here."""
        [[position]] = databases.query("SELECT pg_current_wal_lsn()")
        for _attempt in range(600):
            [[done]] = self._query(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")
            if done == "t":
                return
            time.sleep(0.1)
        raise Failure("The replica does not catch up.")

    def _query(self, sql):
        return databases.query(sql, host=self.socket)


@contextlib.contextmanager
def replica():
    """Yield the folder of the socket of a replica that has caught up; it is removed afterwards."""
    if is_external() and not databases.is_private():
        raise Failure(
            "A replica is made of the private PostgreSQL server: unset the PG* variables."
        )
    need_disk(8)
    server = Replica()
    server.remove()
    try:
        server.start()
        server.catch_up()
        yield server.socket
    finally:
        server.remove()
