"""A million reports while every process is killed in turn, and Redis flushed: `make soak` (`ARGS=--quick`).

Every 2 seconds one process gets SIGKILL: intake, operations, feed, worker, redis, and relay where there
is one; every third time Redis is flushed as well. Each customer tries until there is a receipt. At
the end: acknowledged - stored = 0, doubled = 0, and no safety report stands behind lights-out reports
that came a second or more after it. `--postgres` runs it on a shared journal, whose server is killed, and
made to hang, in its turn. It never imports `stormops`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from itertools import cycle
from pathlib import Path

import uvloop

from loadtests.durability import centre_of, told
from loadtests.reporters import Reporters, Stored, audit, tell
from tests.platform import Platform, make_city
from tests.postgres import Postgres

KILL_EVERY_S = 2.0
SENDING_SECONDS_MAX = 1500
"""Who has no receipt by then gets none: a run ends by itself within half an hour, whatever it shows."""
FLUSH_EVERY = 3
HANG_S = 3.0
CALLERS = 64
SAMPLE = 1_000
PATIENCE_S = 60


def flush_redis(platform: Platform) -> bool:
    """Empty the platform's Redis, found as an operator would: by its command line. Whether it was there."""
    with contextlib.suppress(OSError, KeyError):
        words = Path(f"/proc/{platform.where()['pids']['redis']}/cmdline").read_bytes()
        found = re.search(rb"unixsocket[:\0]([^\0 ]+)", words)
        if found is None:
            return False
        with socket.socket(socket.AF_UNIX) as redis:
            redis.settimeout(1)
            redis.connect(found[1])
            redis.sendall(b"FLUSHALL\r\n")
            return redis.recv(64).startswith(b"+OK")
    return False


class Killer:
    """Kills each in turn, until cancelled; counts by name."""

    def __init__(self, platform: Platform, others: dict[str, Callable[[], None]]) -> None:
        self._platform = platform
        self._others = others
        self.killed: dict[str, int] = {}
        self.flushed = 0

    async def run(self) -> None:
        """Every `KILL_EVERY_S`."""
        names = [*(n for n in self._platform.where()["pids"] if n != "supervisor"), *self._others]
        for number, name in enumerate(cycle(names), 1):
            await asyncio.sleep(KILL_EVERY_S)
            with contextlib.suppress(ProcessLookupError):  # it is just being started again
                if name in self._others:
                    await asyncio.to_thread(self._others[name])
                else:
                    self._platform.kill(name)
                self.killed[name] = self.killed.get(name, 0) + 1
            if number % FLUSH_EVERY == 0:
                self.flushed += await asyncio.to_thread(flush_redis, self._platform)


def unknown(feed_url: str, receipts: list[str]) -> list[tuple[str, int]]:
    """Those of these that have no status, each with the answer's code: 404 unknown, 429 or 503 ask again."""
    without: list[tuple[str, int]] = []
    for receipt in receipts:
        try:
            with urllib.request.urlopen(f"{feed_url}/api/v1/reports/{receipt}", timeout=30) as answer:  # noqa: S310 - our own
                code = answer.status
        except urllib.error.HTTPError as error:
            code = error.code
        if code != HTTPStatus.OK:
            without.append((receipt, code))
    return without


async def measure(
    platform: Platform, journal: Path | str, count: int, others: dict[str, Callable[[], None]]
) -> dict[str, tuple[float, float, bool]]:
    """The whole soak; the bars."""
    reporters = Reporters(
        platform.intake_url, centre_of(platform), count=count, callers=CALLERS, seconds_max=SENDING_SECONDS_MAX
    )
    killer, stored = Killer(platform, others), Stored(journal)
    killing = asyncio.create_task(killer.run())
    telling = asyncio.create_task(reporters.tell_progress())
    took = await reporters.send()
    killing.cancel()
    telling.cancel()
    receipts = list(reporters.receipts.values())
    behind = await stored.until_all(set(receipts), PATIENCE_S)
    print(
        f"{len(receipts):,} receipts of {count:,} in {took:.0f} s ({len(receipts) / took:.0f}/s), "
        f"all journaled {behind:.1f} s later"
    )
    print(
        f"killed: {', '.join(f'{n} {name}' for name, n in killer.killed.items())}; Redis flushed {killer.flushed} times"
    )
    print(
        f"answers: {reporters.refused} refused, {reporters.broken} broken, p99 {reporters.p99_ms:.0f} ms with the kills"
    )
    sample = random.Random(1).sample(receipts, min(SAMPLE, len(receipts)))
    begun, without = time.monotonic(), [(receipt, 0) for receipt in sample]
    while without and time.monotonic() - begun < PATIENCE_S:
        without = await asyncio.to_thread(unknown, platform.feed_url, [receipt for receipt, _ in without])
        if without:
            tell(f"{len(without)} receipts without a status yet: {Counter(code for _, code in without)}")
        await asyncio.sleep(1 if without else 0)
    if without:
        print(f"last answers for receipts without a status: {Counter(code for _, code in without)}")
    given = (len(receipts), count, len(receipts) == count)
    bars: dict[str, tuple[float, float, bool]] = {f"receipts of {count:,}": given}
    bars |= audit(reporters.receipts, stored)
    bars["receipts without a status, of a sample"] = (len(without), 0, not without)
    return bars


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="20,000 reports")
    parser.add_argument("--postgres", action="store_true", help="on a shared journal, killed in its turn as well")
    parser.add_argument("--customers", type=int, default=20_000, help="size of the generated city")
    given = parser.parse_args()
    count = 20_000 if given.quick else given.reports
    with contextlib.ExitStack() as ending, tempfile.TemporaryDirectory(prefix="stormops-soak-") as folder:
        data, settings = Path(folder) / "data", dict[str, str]()
        journal: Path | str = data / "journal.sqlite"
        others: dict[str, Callable[[], None]] = {}
        if given.postgres:
            server = Postgres()
            ending.callback(server.remove)
            server.start()
            journal = settings["STORMOPS_JOURNAL_URL"] = server.url

            def restart() -> None:
                server.end()
                server.start()

            def hang() -> None:
                server.hang()
                time.sleep(HANG_S)
                server.go_on()

            others |= {"postgres": restart, "postgres (hung)": hang}
        platform = Platform(make_city(Path(folder), given.customers), data, settings)
        try:
            bars = uvloop.run(measure(platform, journal, count, others))
        finally:
            platform.stop()
    sys.exit(told(bars))


if __name__ == "__main__":
    main()
