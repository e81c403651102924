"""The native open-loop generator (`open_loop.c`): compiled when first needed, given a plan, its result read.

Nothing that could be installed does this: `wrk`, `hey`, `ab` and `siege` wait for answers (closed loop);
`httperf` keeps a rate but sends one kind of request from one address and knows no classes; `vegeta`,
`oha`, `k6` and `wrk2` are in neither Debian 12 nor PyPI.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_suffix(".c")
KEY = "@" * 20
"""Replaced in each request by a number of its own."""


class NoCompiler(Exception):
    """There is no C compiler on this machine."""


def build(folder: Path) -> Path:
    """The generator, compiled into a folder. Raises NoCompiler."""
    return compiled(SOURCE, folder)


def compiled(source: Path, folder: Path) -> Path:
    """A native program of ours, compiled into a folder. Raises NoCompiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoCompiler("no C compiler here (cc, gcc or clang): install one, for example `apt-get install gcc`")
    made = folder / source.stem
    subprocess.run([compiler, "-O2", "-o", str(made), str(source), "-lm"], check=True)  # our own source
    return made


@dataclass(frozen=True)
class Ask:
    """One kind of request. `group` has a rate of its own in each phase, `weight` is the share in it."""

    name: str
    group: int
    method: str
    path: str
    target: int = 0
    weight: float = 1.0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        """As it goes on the wire."""
        headers = {"Host": "127.0.0.1", "User-Agent": "open-loop"}
        if self.body:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(self.body))}
        headers |= self.headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + self.body


@dataclass(frozen=True)
class Phase:
    """So many seconds at these rates, one for each group, in requests a second."""

    name: str
    seconds: float
    rates: Sequence[float]


class Result:
    """What came of it. Latencies in milliseconds, from when a request was due to the last byte of its good answer."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.phases: dict[str, dict[str, Any]] = {phase["name"]: phase for phase in told["phases"]}
        self.seconds: list[dict[str, Any]] = told["seconds"]
        self.names: list[str] = told["names"]
        self.cpu_seconds = float(told["cpu_seconds"])
        """Processor time of the generator itself, over all phases."""

    def count(self, phase: str, what: str, names: Sequence[str] | None = None) -> int:
        """Requests of a phase with an outcome (or "attempts"), of some kinds or of all."""
        return sum(one[what] for name, one in self.phases[phase]["requests"].items() if names is None or name in names)

    def arrived(self, phase: str, names: Sequence[str] | None = None) -> int:
        """Requests that were due in a phase, each counted once."""
        outcomes = ("ok", "shed", "client_error", "server_error", "timed_out", "broken", "unsent")
        return sum(self.count(phase, what, names) for what in outcomes)

    def good(self, phase: str, names: Sequence[str] | None = None) -> float:
        """Share of a phase's requests that were answered well in time."""
        return self.count(phase, "ok", names) / max(1, self.arrived(phase, names))

    def goodput(self, phase: str) -> float:
        """Good answers a second to the requests of a phase."""
        return self.count(phase, "ok") / float(self.phases[phase]["seconds"])

    def late_ms(self, phase: str) -> float:
        """How late the generator itself was at worst: its own share of the latencies."""
        return float(self.phases[phase]["late_ms"])

    def latency(self, phase: str, name: str, which: str = "p99_ms") -> float:
        """A percentile of the good answers to one kind of request."""
        return float(self.phases[phase]["requests"][name][which])


class OpenLoop:
    """The generator against some targets. `prefix` is put before its command (to pin it to a core)."""

    def __init__(self, binary: Path, targets: Sequence[tuple[str, int]], prefix: Sequence[str] = ()) -> None:
        self._binary = binary
        self._targets = targets
        self._prefix = list(prefix)

    def run(
        self,
        asks: Sequence[Ask],
        phases: Sequence[Phase],
        *,
        seed: int = 1,
        sources: int = 4000,
        connections: int = 4000,
        opened: int = 0,
        patience_s: float = 2.0,
        retries: int = 0,
        backoff_s: float = 0.0,
    ) -> Result:
        """Run the phases; of each target's connections so many are `opened` before.

        Raises CalledProcessError when the generator fails.
        """
        plan = b"".join(f"target {host} {port}\n".encode() for host, port in self._targets)
        for phase in phases:
            plan += f"phase {phase.name} {phase.seconds} {' '.join(str(rate) for rate in phase.rates)}\n".encode()
        for ask in asks:
            raw = ask.raw()
            plan += f"request {ask.name} {ask.group} {ask.target} {ask.weight} {len(raw)}\n".encode() + raw + b"\n"
        with tempfile.NamedTemporaryFile() as file:
            file.write(plan)
            file.flush()
            numbers = (seed, sources, connections, opened, round(patience_s * 1000), retries, round(backoff_s * 1000))
            done = subprocess.run(  # our own generator
                [*self._prefix, str(self._binary), file.name, *map(str, numbers)], stdout=subprocess.PIPE, check=True
            )
        return Result(json.loads(done.stdout))


def main() -> None:
    """Compile it here, to run by hand."""
    sys.stdout.write(f"{build(Path.cwd())}\n")


if __name__ == "__main__":
    main()
