"""The native socket clients (`sockets.c`): compiled when first needed, started, asked for what they saw.

A library object and a task for each socket would cost the machine more than the server under test.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.open_loop import compiled

SOURCE = Path(__file__).with_suffix(".c")
HELLO = '{"type":"hello","resume":null}'


def build(folder: Path) -> Path:
    """The clients, compiled into a folder. Raises NoCompiler."""
    return compiled(SOURCE, folder)


@dataclass(frozen=True)
class Seen:
    """What some clients saw, since they were told to start: of those that are `open`, and were closed."""

    told: Sequence[dict[str, Any]]

    def count(self, what: str) -> int:
        """Of all of them together: open, failed, closed, changes, snapshots, heartbeats, gaps, bytes."""
        return sum(int(one[what]) for one in self.told)

    def percentile(self, share: float) -> float:
        """Milliseconds until so large a share of all deliveries was there."""
        buckets: Counter[int] = Counter()
        for one in self.told:
            for bucket, count in one["histogram"]:
                buckets[bucket] += count
        left = share * buckets.total()
        for bucket in sorted(buckets):
            left -= buckets[bucket]
            if left <= 0:
                return (bucket + 1) / 10
        return float("nan")

    def events(self) -> dict[int, tuple[int, float]]:
        """By the time of sending: how many had it, and milliseconds until the last one did."""
        found: dict[int, tuple[int, float]] = {}
        for one in self.told:
            for sent, count, last_ms in one["events"]:
                before = found.get(sent, (0, 0.0))
                found[sent] = before[0] + count, max(before[1], last_ms)
        return found


class Sockets:
    """One process with so many clients. Sources are 127.`source`.0.1 and on, a few hundred clients each."""

    def __init__(
        self,
        binary: Path,
        port: int,
        path: str,
        count: int,
        *,
        rate: float = 2_500,
        source: int = 10,
        mark: str = '"sent_ns":',
        nanoseconds: bool = True,
        hello: str = "",
        headers: Sequence[str] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        sources = max(1, count // 500)
        words = ["127.0.0.1", port, path, count, rate, source, sources, mark, int(nanoseconds), hello, *headers]
        self._process = subprocess.Popen(
            [*prefix, str(binary), *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait_ready(self) -> dict[str, int]:
        """Until each is connected or has failed: `{"ready", "failed"}`."""
        return dict(json.loads(self._out()))

    def start(self) -> None:
        """Forget what was seen so far."""
        self._say("start")

    def until(self, changes: int) -> int:
        """Wait, 10 s at most, until all together have been told so many changes; gives how many they were."""
        self._say(f"until {changes}")
        return int(json.loads(self._out())["changes"])

    def stop(self) -> dict[str, Any]:
        """End; gives what was seen."""
        self._say("stop")
        told: dict[str, Any] = json.loads(self._out())
        self._process.wait(20)
        self._close()
        return told

    def kill(self) -> None:
        """End at once, if it has not."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
            self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _say(self, word: str) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the clients have no stdin")
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def _out(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the clients have no stdout")
        return self._process.stdout.readline()
