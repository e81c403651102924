"""How much an intake takes, and whether what it acknowledged is on disk: `python -m loadtests.intake`.

Starts one intake process on a folder and a port of its own, lets 64 callers report as fast as they
are answered (locust), and kills it with SIGKILL in the middle of it. It never imports `stormops`.

The callers share the machine with the intake, so requests a second say more about them than about
it. What is judged: processor time per report as a multiple of that of an app that only reads JSON
and answers, under the same server and callers in the same run; and that nothing is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, task
from locust.env import Environment

CALLERS = 64
SYMPTOMS = ("lights_out",) * 16 + ("partial", "flickering", "tree", "wire_down")
STREETS = ("Palmetto Ave", "N Orange Blossom Trl", "Bayshore Dr", "SW 14th St", "County Road 7")

NOTHING = """
import sys, uvicorn, msgspec
decoder = msgspec.json.Decoder()
async def app(scope, receive, send):
    if scope["type"] == "http":
        message = await receive()
        decoder.decode(message["body"])
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})
uvicorn.run(app, fd=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning",
            lifespan="off")
"""


@dataclass
class Tally:
    """What the callers saw. Times in seconds."""

    receipts: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    doubled: int = 0

    def percentile(self, share: float) -> float:
        """The answer time that this share of the answers kept, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


def report() -> dict[str, Any]:
    """One report of the usual size, about 300 bytes."""
    return {
        "symptom": random.choice(SYMPTOMS),
        "address": f"{random.randint(1, 9999)} {random.choice(STREETS)} Apt {random.randint(1, 40)}",
        "phone": f"850-555-{random.randint(0, 9999):04d}",
        "latitude": round(random.uniform(27, 28), 6),
        "longitude": round(random.uniform(-83, -82), 6),
        "note": "It went dark after a loud bang down the street about ten minutes ago; the neighbours as well.",
    }


class Caller(FastHttpUser):
    """Reports again as soon as it is answered. Repeats one report in twenty, as a nervous customer does."""

    tally = Tally()
    keyed = True

    @task
    def call(self) -> None:
        """One report, sometimes sent twice with the same key."""
        body, key = report(), uuid.uuid4().hex
        first = self._send(body, key)
        if self.keyed and first and random.random() < 0.05 and self._send(body, key) not in {first, None}:
            self.tally.doubled += 1

    def _send(self, body: dict[str, Any], key: str) -> str | None:
        started = time.perf_counter()
        headers = {"Idempotency-Key": key} if self.keyed else {}
        with self.rest("POST", "/api/v1/reports", json=body, headers=headers) as response:
            if response.status_code != 202:
                self.tally.refused += response.status_code != 0  # 0: the server was killed
                return None
            self.tally.seconds.append(time.perf_counter() - started)
            receipt = response.js.get("receipt") if response.js else None
        if receipt:
            self.tally.receipts.add(receipt)
        return receipt


class Server:
    """One server process on a socket that is held here, so that its end refuses nobody."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._socket.set_inheritable(True)
        number = str(self._socket.fileno())
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.started = time.perf_counter()
        self.process = subprocess.Popen(  # our own server
            [part.replace("{fd}", number) for part in command],
            env=os.environ | {name: value.replace("{fd}", number) for name, value in environment.items()},
            pass_fds=[self._socket.fileno()],
        )

    def cpu_seconds(self) -> float:
        """Processor time that the process has used, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self, how: signal.Signals) -> None:
        """End it and wait for it."""
        self.process.send_signal(how)
        self.process.wait()
        self._socket.close()


def load(server: Server, seconds: float, keyed: bool) -> tuple[Tally, float, float]:
    """Callers for so long; what they saw, processor microseconds per answer, answers a second.

    Measured after a second of warming up. The callers are still calling when this returns.
    """
    Caller.tally, Caller.keyed = Tally(), keyed
    environment = Environment(user_classes=[Caller], host=server.url)
    runner = environment.create_local_runner()
    runner.start(CALLERS, spawn_rate=CALLERS)
    gevent.sleep(1)
    while not Caller.tally.seconds:
        gevent.sleep(0.1)
    before, cpu, started = len(Caller.tally.seconds), server.cpu_seconds(), time.perf_counter()
    gevent.sleep(seconds)
    answers = len(Caller.tally.seconds) - before
    microseconds = (server.cpu_seconds() - cpu) / answers * 1e6
    rate = answers / (time.perf_counter() - started)
    server.end(signal.SIGKILL)
    runner.quit()
    return Caller.tally, microseconds, rate


def first_answer(server: Server) -> tuple[float, float]:
    """Wall and processor seconds from the start of the process to its first receipt."""
    body = json.dumps(report()).encode()
    request = urllib.request.Request(  # noqa: S310  # our own server
        f"{server.url}/api/v1/reports", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        if answer.status != 202:
            raise SystemExit(f"the intake answered {answer.status}")
    return time.perf_counter() - server.started, server.cpu_seconds()


def on_disk(folder: Path) -> list[bytes]:
    """The facts in the doors of a folder, as they are kept."""
    facts = []
    for path in folder.glob("*.door"):
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as door:
            facts += [body for (body,) in door.execute("SELECT body FROM safety UNION ALL SELECT body FROM facts")]
    return facts


def measure(seconds: float, folder: Path) -> dict[str, tuple[float, float, bool]]:
    """Run both servers; the bars by name as (measured, bar, met)."""
    nothing = Server([sys.executable, "-c", NOTHING, "{fd}"], {})
    _, floor_us, floor_rate = load(nothing, seconds, keyed=False)
    intake = Server(
        [sys.executable, "-m", "stormops", "run", "intake"],
        {"STORMOPS_DATA": str(folder), "STORMOPS_INTAKE_FD": "{fd}", "STORMOPS_REDIS_URL": ""},
    )
    start_s, start_cpu_s = first_answer(intake)
    tally, intake_us, rate = load(intake, seconds, keyed=True)
    kept = b"\n".join(on_disk(folder))
    lost = sum(receipt.encode() not in kept for receipt in tally.receipts)
    print(f"{'':24}{'answers/s':>12}{'cpu us each':>14}{'p50 ms':>9}{'p99 ms':>9}")
    print(f"{'reads JSON, answers':24}{floor_rate:12.0f}{floor_us:14.1f}")
    print(
        f"{'intake, durable':24}{rate:12.0f}{intake_us:14.1f}{tally.percentile(0.5):9.1f}{tally.percentile(0.99):9.1f}"
    )
    print(f"{1e6 / intake_us:.0f} durable reports for each second of one core, at this machine's pace just now")
    print(
        f"{len(tally.receipts)} receipts, {lost} lost after SIGKILL, {tally.doubled} doubled, {tally.refused} refused"
    )
    print(f"first receipt {start_s:.2f} s after the start of the process, {start_cpu_s:.2f} s of it computing")
    bars = {
        "cpu of a durable report / of an answer": (intake_us / floor_us, 3.0),
        "start to first receipt, cpu s": (start_cpu_s, 0.6),
        "receipts lost after SIGKILL": (lost, 0),
        "reports doubled": (tally.doubled, 0),
        "reports refused": (tally.refused, 0),
    }
    return {name: (round(value, 2), bar, value <= bar) for name, (value, bar) in bars.items()}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="how long each server is measured")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        bars = measure(given.seconds, Path(folder))
    print(json.dumps(bars))
    sys.exit(0 if all(met for _, _, met in bars.values()) else 1)


if __name__ == "__main__":
    main()
