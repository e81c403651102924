"""How quickly journals take news and give them back: `make bench-journal` (`ARGS=--quick`).

The same news go into the journal in a file and into the one on PostgreSQL (`fsync` on, as by default),
in batches as `operations` drains them, and through a relay. What is judged is the shared journal as
a share of the file in the same run, and that a peak of 500 reports a second leaves it mostly idle.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stormops.core.entry import News, ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.port import Journal, follow
from stormops.journal.postgres import PostgresJournal
from stormops.journal.relayed_doors import RelayedDoors
from stormops.journal.sqlite import SqliteJournal
from tests.postgres import Postgres

BATCH = 1_000
PEAK = 500
SHARE_MIN = 0.3
IDLE_MIN = 0.9


def news(count: int) -> list[News]:
    """Reports of the usual size from one door."""
    report = Report(symptom=Symptom.LIGHTS_OUT, address="1432 N Orange Blossom Trl Apt 12", note="It went dark. " * 8)
    facts = (ReportReceived(receipt=f"01{n:012d}", channel=Channel.WEB, report=report) for n in range(count))
    return [News("node-01.bench", number, 1_000 + number, fact) for number, fact in enumerate(facts, 1)]


def rate(count: int, work: Callable[[], object]) -> float:
    """So many a second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def filled(journal: Journal, batches: Sequence[Sequence[News]]) -> Callable[[], None]:
    """Appends all batches."""
    epoch = journal.lead()

    def fill() -> None:
        for batch in batches:
            journal.append_news(batch, epoch)

    return fill


def measure(folder: Path, server: Postgres, count: int) -> dict[str, tuple[float, float, bool]]:
    """Print the table; the bars."""
    everything = news(count)
    batches = [everything[i : i + BATCH] for i in range(0, count, BATCH)]
    alone = [[item] for item in everything[: count // 50]]
    journals: dict[str, Journal] = {
        "file": SqliteJournal(folder / "journal.sqlite"),
        "PostgreSQL": PostgresJournal(server.url),
    }
    other = {"file": SqliteJournal(folder / "alone.sqlite")}
    print(f"{'journal':14}{'append/s':>12}{'one by one/s':>14}{'read/s':>12}")
    appended: dict[str, float] = {}
    for name, journal in journals.items():
        appended[name] = rate(count, filled(journal, batches))
        read = rate(count, lambda journal=journal: sum(1 for _ in follow(journal, 0)))  # type: ignore[misc]
        singly = rate(len(alone), filled(other.get(name, journal), _renamed(alone)))
        print(f"{name:14}{appended[name]:12.0f}{singly:14.0f}{read:12.0f}")
        journal.close()
    other["file"].close()
    doors = RelayedDoors(server.url)
    put = rate(count, lambda: [doors.put(_relayed(batch)) for batch in batches])
    drained = rate(count, lambda: _drain(doors))
    print(f"{'relay':14}{put:12.0f}{'':14}{drained:12.0f}")
    doors.close()
    share = appended["PostgreSQL"] / appended["file"]
    idle = 1 - PEAK * (1 / put + 1 / drained + 1 / appended["PostgreSQL"])
    return {
        "append on PostgreSQL / in a file": (round(share, 2), SHARE_MIN, share >= SHARE_MIN),
        f"idle at {PEAK} reports/s": (round(idle, 3), IDLE_MIN, idle >= IDLE_MIN),
    }


def _renamed(batches: list[list[News]]) -> list[list[News]]:
    return [[item._replace(door="node-02.bench") for item in batch] for batch in batches]


def _relayed(batch: Sequence[News]) -> list[News]:
    return [item._replace(door="node-03.bench") for item in batch]


def _drain(doors: RelayedDoors) -> None:
    reached: dict[str, int] = {}
    while page := doors.drain(reached, BATCH):
        reached = {page[-1].door: page[-1].counter}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10,000 news instead of 50,000")
    count = 10_000 if parser.parse_args().quick else 50_000
    server = Postgres(durable=True)
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            bars = measure(Path(folder), server, count)
    finally:
        server.remove()
    for name, (measured, bar, met) in bars.items():
        print(f"{name:44}{measured:12g}{bar:12g}  {'yes' if met else 'NO'}")
    print(json.dumps(bars))
    sys.exit(0 if all(met for _, _, met in bars.values()) else 1)


if __name__ == "__main__":
    main()
