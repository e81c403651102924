"""One message of 1 KB to everybody: our hub against what else there is, on the same machine in the same run.

Each server has one core, the clients have the other. Time is from just before sending until the last client has
the whole message. nginx needs the module nchan (Debian: libnginx-mod-nchan), node the package ws (fetched by npm
into the bench's own folder); who is not there is left out and said.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loadtests.costs import children, cpu_seconds, rss_kib
from loadtests.sockets import HELLO, Seen, Sockets

SIZES = (5_000, 10_000)
MESSAGES, WARM_UP = 6, 1
ROUNDS = 2
"""Of all servers in turn: what else the machine does then meets all of them alike."""
PAUSE_S = 0.3
BARS = {"nchan": 1.1, "starlette": 1 / 2.0, "broadcast": 1 / 1.4}
"""Our time as a share of theirs, at most."""

NGINX = """
load_module modules/ngx_nchan_module.so;
daemon off; worker_processes 1; worker_rlimit_nofile 20000; error_log {folder}/error.log; pid {folder}/nginx.pid;
events {{ worker_connections 19000; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = / {{ nchan_subscriber websocket; nchan_channel_id bench; nchan_subscriber_first_message newest; }}
    location = /publish {{ nchan_publisher http; nchan_channel_id bench; nchan_message_buffer_length 1; }}
  }}
}}
"""

NODE = """
const {{ WebSocketServer }} = require("{folder}/node_modules/ws");
const wss = new WebSocketServer({{ host: "127.0.0.1", port: {port}, backlog: 4096, perMessageDeflate: false }});
require("readline").createInterface({{ input: process.stdin }}).on("line", () => {{
  const head = `{{"sent_ns":${{process.hrtime.bigint()}},"x":"`;
  const text = head + "x".repeat(1022 - head.length) + '"}}';
  for (const client of wss.clients) client.send(text);
}});
"""

Send = Callable[[], None]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def pinned(core: int) -> list[str]:
    """A command's prefix that keeps it on a core, where there are two."""
    return ["taskset", "-c", str(core)] if (os.cpu_count() or 1) > 1 and shutil.which("taskset") else []


def wait_listening(port: int) -> None:
    """Until somebody does. Raises TimeoutError."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {port}")


@contextlib.contextmanager
def spoken(command: list[str], port: int) -> Iterator[tuple[Send, int]]:
    """A server that sends when it is given a line; and its process number."""
    process = subprocess.Popen([*pinned(0), *command], stdin=subprocess.PIPE)
    stdin = process.stdin
    if stdin is None:
        raise RuntimeError("the server has no stdin")

    def send() -> None:
        stdin.write(b"\n")
        stdin.flush()

    try:
        wait_listening(port)
        yield send, process.pid
    finally:
        process.kill()
        process.wait(10)


@contextlib.contextmanager
def nchan(port: int, folder: Path, size: int = 1_024, prefix: Sequence[str] = ()) -> Iterator[tuple[Send, int]]:
    """Nginx with its module; sent to over HTTP, messages of `size` bytes. `prefix` is put before its command."""
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(port=port, folder=folder))
    process = subprocess.Popen([*prefix, "nginx", "-c", str(config), "-p", "/usr/share/nginx/"])

    def send() -> None:
        head = f'{{"sent_ns":{time.monotonic_ns()},"x":"'
        body = (head + "x" * (size - 2 - len(head)) + '"}').encode()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/publish", body).close()

    try:
        wait_listening(port)
        yield send, next(iter(children(process.pid)), process.pid)
    finally:
        process.terminate()
        process.wait(10)


def no_nchan() -> str:
    """Why nginx with nchan cannot run here; empty where it can."""
    if not shutil.which("nginx"):
        return "nginx is not here"
    there = Path("/usr/lib/nginx/modules/ngx_nchan_module.so").exists()
    return "" if there else "nginx has no nchan module"


def servers(folder: Path) -> dict[str, Callable[[int], contextlib.AbstractContextManager[tuple[Send, int]]] | str]:
    """All that can run here by name; those that cannot, with the reason."""
    ours = [sys.executable, "-m", "tests.bench.feed_servers"]
    found: dict[str, Callable[[int], contextlib.AbstractContextManager[tuple[Send, int]]] | str] = {
        name: lambda port, name=name: spoken([*ours, name, str(port)], port)  # type: ignore[misc]
        for name in ("starlette", "broadcast")
    }
    found["nchan"] = no_nchan() or (lambda port: nchan(port, folder, prefix=pinned(0)))
    found["node ws"] = node(folder)
    return {"hub": lambda port: spoken([*ours, "hub", str(port)], port), **dict(sorted(found.items(), key=_dearest))}


def _dearest(one: tuple[str, object]) -> int:
    """The ones that the bars are about come first, for who stops the run."""
    return [*BARS, "node ws"].index(one[0])


def node(folder: Path) -> Callable[[int], contextlib.AbstractContextManager[tuple[Send, int]]] | str:
    """Node's `ws`, fetched into the folder."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node or npm is not here"
    fetch = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "ws@8"]
    if subprocess.run(fetch, check=False, capture_output=True).returncode:
        return "npm could not fetch ws"

    def serve(port: int) -> contextlib.AbstractContextManager[tuple[Send, int]]:
        return spoken(["node", "-e", NODE.format(port=port, folder=folder)], port)

    return serve


class Told(NamedTuple):
    """Milliseconds until all had a message, for each; the server's processor time a delivery; KiB a connection."""

    times: list[float]
    microseconds: float
    kib: float


def measure(clients: Sockets, send: Send, pid: int, size: int) -> Told:
    """Send some messages, each when all have the one before."""
    before = rss_kib(pid)
    try:
        ready = clients.wait_ready()
        if ready["failed"]:
            raise RuntimeError(f"{ready['failed']} of {size} could not connect")
        memory, used = (rss_kib(pid) - before) / size, 0.0
        for number in range(WARM_UP + MESSAGES):
            if number == WARM_UP:
                clients.start()
                used = cpu_seconds(pid)
            due = size * (number + 1 if number < WARM_UP else number + 1 - WARM_UP)
            send()
            if (told := clients.until(due)) < due:
                raise RuntimeError(f"{due - told} of {size} did not get a message")
            time.sleep(PAUSE_S)
        microseconds = (cpu_seconds(pid) - used) / (MESSAGES * size) * 1e6
        seen = Seen([clients.stop()])
    finally:
        clients.kill()
    events = seen.events()
    if len(events) != MESSAGES:
        raise RuntimeError(f"{len(events)} messages instead of {MESSAGES}: {events}")
    return Told([last_ms for _, last_ms in events.values()], microseconds, memory)


def run(binary: Path, folder: Path) -> bool:
    """All of them, turn about; whether the bars hold."""
    here: dict[str, Callable[[int], contextlib.AbstractContextManager[tuple[Send, int]]]] = {}
    for name, serve in servers(folder).items():
        if isinstance(serve, str):
            print(f"{name:<12} left out: {serve}")
        else:
            here[name] = serve
    told: dict[str, dict[int, list[Told]]] = {name: {size: [] for size in SIZES} for name in here}
    for _ in range(ROUNDS):
        for size in SIZES:
            for name, serve in here.items():
                port = free_port()
                with serve(port) as (send, pid):
                    hello = HELLO if name == "hub" else ""
                    clients = Sockets(binary, port, "/", size, rate=5_000, hello=hello, prefix=pinned(1))
                    one = measure(clients, send, pid, size)
                told[name][size].append(one)
                print(f"  {name} {size}: {', '.join(f'{time:.0f}' for time in one.times)} ms", flush=True)
    middle: dict[str, dict[int, float]] = {name: {} for name in here}
    for name, each in told.items():
        for size, rounds in each.items():
            times = [time for one in rounds for time in one.times]
            middle[name][size] = statistics.median(times)
            print(
                f"{name:<10}{size:>7} sockets: all have it in {middle[name][size]:.1f} ms ({min(times):.1f} to "
                f"{max(times):.1f}); {statistics.median(one.microseconds for one in rounds):.1f} us of processor a "
                f"socket; {rounds[0].kib:.1f} KiB a connection",
                flush=True,
            )
    judged = [judge(middle["hub"], name, middle[name]) for name in BARS if name in middle]
    if "nchan" in middle:  # the same kernel calls from C
        shares = (f"{middle['nchan'][size] / middle['starlette'][size]:.2f} at {size}" for size in SIZES)
        print(f"  the limit here, nchan / starlette: {', '.join(shares)}", flush=True)
    return all(judged)


def judge(ours: dict[int, float], name: str, theirs: dict[int, float]) -> bool:
    """Whether our times are within the bar for a server."""
    good = True
    for size in SIZES:
        share = ours[size] / theirs[size]
        good &= share <= BARS[name]
        said = "ok" if share <= BARS[name] else "MISSED"
        print(f"  hub / {name} at {size}: {share:.2f} (at most {BARS[name]:.2f}) {said}", flush=True)
    return good
