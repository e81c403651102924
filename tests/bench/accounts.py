"""Accounts at scale: `make bench-accounts` (`--quick`; `--books` takes books that an earlier run kept by `--keep`).

A generated city of 100,000 premises with 24 months of bills each. Over HTTP, at the counter's own process, while the
real intake takes 200 reports a second: customers looked at (the page as staff sees it) and searched for by name,
address, telephone and account, twenty times a second. Then the month's billing run on one core, cycle by
cycle, and every bill of it computed again from what it keeps, by the policy packs, to the cent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx2
import numpy as np
from sqlalchemy import select

from geo.billing_history import history
from loadtests.reporters import Reporters
from stormops.accounts import abridged, catalogue
from stormops.accounts.command import Circumstances
from stormops.accounts.controls import Grant, Grants
from stormops.accounts.cycles import CYCLES
from stormops.accounts.policy import Pack
from stormops.accounts.policy_limits import limits
from stormops.accounts.records_money import Bill, BillingRun
from stormops.accounts.refusal import Refusal
from stormops.books import checks, fresh
from stormops.books.billing_run import Order, Person, bill_all
from stormops.books.columns import from_row
from stormops.books.schema import TABLES
from stormops.books.store import Books
from stormops.core.mode import FUNCTIONS
from stormops.counter.policies import read_pack
from stormops.gis.pack import read_pack as read_city
from tests.bench.bars import Bars, tell
from tests.platform import Platform, make_city

ROOT = Path(__file__).parents[2]
UNTIL = date(2026, 11, 30)
REPORTS_A_SECOND = 200
PEOPLE, ASKED_A_SECOND = 8, 20
"""Eight desks that look at or search for twenty customers a second together: a city's whole staff in a storm."""
VIEW_MS, SEARCH_MS, RUN_SECONDS = 50.0, 100.0, 60.0
ENOUGH = 1 << 30


class Size(NamedTuple):
    """How much of everything."""

    premises: int
    months: int
    asked: int


WHOLE, QUICK = Size(100_000, 24, 800), Size(2_000, 6, 200)


class Sought(NamedTuple):
    """One account, and what a caller would say."""

    account: str
    name: str
    address: str
    phone: str


def make(path: Path, city: Path, pack: Pack, size: Size) -> None:
    """The books, and what they cost."""
    began = time.perf_counter()
    made = fresh.make(path, history(read_city(city), pack, UNTIL, size.months), "city", 5)
    print(
        f"{made.records:,} records, {made.journals:,} journals: {(time.perf_counter() - began) / 60:.1f} minutes, "
        f"{path.stat().st_size / 1e6:,.0f} MB"
    )


def sought(books: Path, count: int) -> list[Sought]:
    """Accounts by chance, with their words."""
    opened = Books(books)
    account, party, contact = (TABLES[name] for name in ("account", "party", "contact_point"))
    agreement, premise = TABLES["service_agreement"], TABLES["premise"]
    query = (
        select(account.c.id, party.c.name, premise.c.address, contact.c.value)
        .join(party, party.c.id == account.c.party)
        .join(contact, contact.c.party == party.c.id)
        .join(agreement, agreement.c.account == account.c.id)
        .join(premise, premise.c.id == agreement.c.premise)
        .where(agreement.c.service == "electric")
    )
    with opened.database.reading() as connection:
        rows = [Sought(*row) for row in connection.execute(query)]
    print(f"{len(rows):,} customers with a telephone")
    opened.close()
    return random.Random(7).sample(rows, min(count, len(rows)))


@contextlib.contextmanager
def reports(url: str, centre: tuple[float, float], rate: int) -> Iterator[None]:
    """Customers report meanwhile, from a process of their own."""
    words = [sys.executable, "-m", "tests.bench.accounts", "--report", url, *map(str, centre), str(rate)]
    with subprocess.Popen(words, cwd=ROOT) as process:
        try:
            yield
            assert process.poll() is None, "the reports ended too early"
        finally:
            process.terminate()


def report(url: str, lon: float, lat: float, rate: int) -> None:
    """Send reports until ended."""
    asyncio.run(Reporters(url, (lon, lat), count=ENOUGH, callers=64, rate=rate).send())


class Desk:
    """Somebody signed in at the counter."""

    def __init__(self, platform: Platform, name: str, password: str) -> None:
        where = platform.where()
        self.http = httpx2.Client(base_url=where["counter_url"], timeout=30)
        sent = {"person": name, "password": password, "desk": "bench"}
        self.http.post(f"{where['intake_url']}/staff/sign-in", json=sent).raise_for_status()

    def ms(self, path: str, holds: str, **query: str) -> float:
        """How long an answer takes that says what it should, milliseconds."""
        began = time.perf_counter()
        answer = self.http.get(path, params=query)
        took = (time.perf_counter() - began) * 1_000
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        assert holds in answer.text, (path, query, holds)
        return took


def asked(desks: list[Desk], which: list[Sought], ask: Callable[[Desk, Sought], float]) -> list[float]:
    """People ask, so many a second together, whether earlier ones were answered or not; waiting counts."""

    begun = time.perf_counter()

    def one(person: int) -> list[float]:
        took = []
        for place in range(person, len(which), len(desks)):
            due = begun + place / ASKED_A_SECOND
            early = due - time.perf_counter()
            time.sleep(max(0.0, early))
            took.append(ask(desks[person], which[place]) + max(0.0, -early) * 1_000)
        return took

    with ThreadPoolExecutor(len(desks)) as pool:
        return [ms for part in pool.map(one, range(len(desks))) for ms in part]


def search(field: str, desk: Desk, one: Sought) -> float:
    """A search by what a caller would say; several may have the name, or live at the address."""
    said = getattr(one, field)
    return desk.ms("/api/v1/counter/search", said if field in {"name", "address"} else one.account, q=said)


def at_the_counter(city: Path, data: Path, which: list[Sought], bars: Bars) -> None:
    """Views and searches under the intake's load."""
    platform = Platform(city, data, ready=("intake_url", "feed_url", "counter_url"))
    try:
        enrolled = platform.enrol("representative")
        desks = [Desk(platform, *enrolled) for _ in range(PEOPLE)]
        premises = read_city(city).premises
        centre = float(np.nanmean(premises.lon)), float(np.nanmean(premises.lat))
        kinds: dict[str, Callable[[Desk, Sought], float]] = {
            "view, page": lambda desk, one: desk.ms(f"/counter/accounts/{one.account}", one.name),
            "view, API": lambda desk, one: desk.ms(f"/api/v1/counter/accounts/{one.account}", one.name),
        }
        kinds |= {f"search by {field}": partial(search, field) for field in Sought._fields}
        asked(desks, which[:40], kinds["view, page"])
        with reports(platform.intake_url, centre, REPORTS_A_SECOND):
            time.sleep(2)  # the load's own start is not what is measured
            for kind, ask in kinds.items():
                p50, p95, p99 = map(float, np.percentile(asked(desks, which, ask), (50, 95, 99)))
                print(f"{kind:<20} p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms")
                most = VIEW_MS if kind.startswith("view") else SEARCH_MS
                bars[f"{kind}, p95 ms"] = (round(p95, 1), most, p95 <= most)
    finally:
        platform.stop()


def bill(path: Path, pack: Pack, bars: Bars, least_accounts: int) -> list[str]:
    """The month, cycle by cycle, on one core; gives the runs."""
    levels = {function.name: function.levels[0].value for function in FUNCTIONS.values()}
    now = Circumstances(limits=limits(pack, UNTIL), levels=levels)
    person = Person(Grants("bench", (Grant("billing", 10**9),)), now, 1_796_000_000_000, UNTIL)
    books, cores = Books(path), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    began, processor = time.perf_counter(), time.process_time()
    done = []
    for cycle in range(1, CYCLES + 1):
        until = UNTIL.replace(day=cycle + 1)
        one = bill_all(books, pack, Order(until, until + timedelta(days=20), cycle), person)
        assert not isinstance(one, Refusal), one
        done.append(one)
    took, spent = time.perf_counter() - began, time.process_time() - processor
    os.sched_setaffinity(0, cores)
    accounts, bills = sum(one.accounts for one in done), sum(one.bills for one in done)
    excepted = sum(sum(one.exceptions.values()) for one in done)
    print(
        f"{accounts:,} accounts, {bills:,} bills in {took:.1f} s ({spent:.1f} s of processor), "
        f"{sum(one.estimated for one in done):,} reads estimated, {excepted:,} for the queue"
    )
    bars["billing run, s of 100,000 accounts"] = (
        round(took / accounts * 100_000, 1),
        RUN_SECONDS,
        took / accounts * 100_000 <= RUN_SECONDS and accounts >= least_accounts,
    )
    sound = checks.soundness(books.database)
    wrong = len(sound.differences) + len(sound.unbalanced_funds) + (sound.broken_at is not None)
    bars["differences in the books"] = (wrong, 0, bool(wrong == 0))
    books.close()
    return [one.run for one in done]


def again(path: Path, pack: Pack, runs: list[str], bars: Bars) -> None:
    """Every bill of the runs computed again from what it keeps, by the packs."""
    books = Books(path)
    runs_by_id = {run.id: run for run in (books.get(BillingRun, key) for key in runs) if run is not None}
    made = differing = 0
    table = TABLES["bill"]
    with books.database.reading(long=True) as connection:
        for row in connection.execute(select(table).where(table.c.id.like("run-%"))).mappings():
            bill = from_row(Bill, row)
            kept = bill.decision
            if "bill" in kept:
                continue  # the shares of a building are decided in its first bill
            cents = 0
            for part in abridged.whole(kept, runs_by_id[kept["run"]]):
                decision = catalogue.from_plain(part)
                decided = catalogue.RULES[decision.rule](pack, decision.on, decision.inputs, decision.of)
                differing += decided.result != decision.result
                if decision.rule == "metered.charge":
                    cents += decided.value.total
                elif decision.rule.startswith("property."):
                    cents += decided.value
            shared = any(part[0] == "umbrella.allocate" for part in kept["decisions"])
            differing += not shared and cents != sum(line.cents for line in bill.lines)
            made += 1
    books.close()
    print(f"{made:,} bills computed again")
    bars["bills that come out otherwise"] = (differing, 0, differing == 0 and made > 0)


def main() -> int:
    """Print what was measured and the bars; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--months", type=int, help="fewer months than the whole has")
    parser.add_argument("--books", type=Path, help="books of an earlier run, which are copied")
    parser.add_argument("--no-bills", action="store_true", help="only at the counter, without the billing run")
    parser.add_argument("--keep", type=Path, help="where to keep the books before they are billed")
    parser.add_argument("--report", nargs=4, metavar=("URL", "LON", "LAT", "RATE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.report:
        url, lon, lat, rate = given.report
        report(url, float(lon), float(lat), int(rate))
        return 0
    size = QUICK if given.quick else WHOLE
    size = size._replace(months=given.months or size.months)
    pack = read_pack(ROOT / "deploy/cities/policies", "palmetto", UNTIL)
    bars: Bars = {}
    with tempfile.TemporaryDirectory(prefix="stormops-accounts-") as folder:
        city, data = make_city(Path(folder) / "packs", size.premises), Path(folder) / "data"
        data.mkdir()
        path = data / "books.sqlite"
        if given.books:
            copy(given.books, path)
        else:
            make(path, city, pack, size)
        if given.keep:
            copy(path, given.keep)
        at_the_counter(city, data, sought(path, size.asked), bars)
        if not given.no_bills:
            again(path, pack, bill(path, pack, bars, size.premises), bars)
    return tell(bars)


def copy(source: Path, target: Path) -> None:
    """A file of many gigabytes, shared until one is changed where the disk can."""
    subprocess.run(["cp", "--reflink=auto", str(source), str(target)], check=True)


if __name__ == "__main__":
    sys.exit(main())
