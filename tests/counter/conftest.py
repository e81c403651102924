"""A counter over real books, asked in process by people of every role."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import insert
from starlette.requests import Request

from stormops.accounts.command import Circumstances
from stormops.accounts.policy import Pack
from stormops.accounts.policy_limits import limits
from stormops.accounts.records_place import Outage
from stormops.books import billing_run
from stormops.books.store import Books
from stormops.clock import Clock
from stormops.core.levels import Mode
from stormops.core.mode import FUNCTIONS
from stormops.counter.clerk import Clerk
from stormops.counter.episode import Episodes
from stormops.counter.outage import Known
from stormops.counter.policies import read_pack
from stormops.counter.rights import grants_of
from stormops.counter.web import CounterSettings, add_charge_types, create_counter
from stormops.journal.mode_file import ModeFile, ModeReader
from stormops.staff.person import Person
from stormops.staff.records import PERSON, open_records
from stormops.staff.roles import ROLES
from stormops.staff.storm_roles import StormRoles
from stormops.telemetry import Log, Metrics
from tests.books.new import kept, new_books

COUNTER = "http://counter.test"
ZONE = ZoneInfo("America/New_York")
POLICIES = Path(__file__).parents[2] / "deploy/cities/policies"
START = datetime(2026, 7, 1, 14, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
LEASE = hashlib.sha256(b"lease").hexdigest()
API = "/api/v1/counter"


def person(name: str, role: str, desk: str = "north", related: frozenset[str] = frozenset()) -> Person:
    may = ROLES[role]
    return Person(name, desk, 1, [role], may.permissions, f"token of {name}", 0, may.grants, related, may.home)


@dataclass
class Asked:
    """What feed would say of outages at a premise, now and earlier."""

    now: dict[str, Known]
    before: dict[str, list[Outage]]

    async def __call__(self, premise: str, cookie: str) -> Known | None:
        del cookie
        return self.now.get(premise)

    async def past(self, premise: str, cookie: str) -> list[Outage] | None:
        del cookie
        return self.before.get(premise)


@dataclass
class Desk:
    """The app, its books, and who is who: the session cookie is the name."""

    client: httpx2.AsyncClient
    clerk: Clerk
    metrics: Metrics
    folder: Path
    people: dict[str, Person]
    clock: list[int]
    outage: dict[str, Known]
    past: dict[str, list[Outage]]
    number: int = 0
    position: dict[str, int] = field(default_factory=dict)

    def headers(self, name: str, **more: str) -> dict[str, str]:
        signed_in = {"Cookie": f"stormops_session={name}"} if name else {}
        token = self.people[name].csrf if name in self.people else ""
        return {**signed_in, "X-CSRF-Token": token, "Origin": COUNTER, **more}

    async def get(self, name: str, path: str) -> httpx2.Response:
        return await self.client.get(path, headers=self.headers(name))

    async def send(self, name: str, command: str, /, key: str = "", seal: str = "", **body: Any) -> httpx2.Response:
        self.number += 1
        more = {"Idempotency-Key": key or f"k{self.number:05}"} | ({"If-Match": seal} if seal else {})
        return await self.client.post(f"{API}/commands/{command}", json=body, headers=self.headers(name, **more))

    async def do(self, name: str, command: str, /, **body: Any) -> dict[str, str]:
        answer = await self.send(name, command, **body)
        assert answer.status_code == 200, answer.text
        done: dict[str, str] = answer.json()["answer"]
        return done

    async def refused(self, name: str, command: str, /, **body: Any) -> str:
        answer = await self.send(name, command, **body)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

    async def preview(self, name: str, command: str, /, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"{API}/commands/{command}/preview", json=body, headers=self.headers(name))
        assert answer.status_code == 200, answer.text
        would: dict[str, Any] = answer.json()
        return would

    def mode(self, mode: Mode, since_ms: int | None = None) -> None:
        ModeFile(self.folder).leave(mode, self.clock[0] if since_ms is None else since_ms)

    def later(self, days: float) -> None:
        self.clock[0] += round(days * 86_400_000)


@cache
def pack() -> Pack:
    """The generated city's policy."""
    return read_pack(POLICIES, "palmetto", START.date())


@pytest.fixture(scope="session")
def with_charge_types(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of new books as a counter leaves it that has started: everything else in it is the test's."""
    folder = tmp_path_factory.mktemp("new")
    books = Books(new_books(folder / "books.sqlite"))
    clerk = Clerk(books, pack(), lambda: START_MS, ZONE, Episodes(folder, ModeReader(folder).left, ZONE))
    assert add_charge_types(clerk) > 0
    books.close()
    return kept(folder / "books.sqlite")


@pytest.fixture
async def desk(tmp_path: Path, with_charge_types: bytes) -> AsyncIterator[Desk]:
    """One person of every role, called like it; a second one of some; Sam, whose account is s1."""
    people = {role: person(role, role) for role in ROLES}
    people |= {
        f"{role}2": person(f"{role}2", role) for role in ("cashier", "approver", "billing", "addresses", "treasurer")
    }
    people["sam"] = person("sam", "billing", related=frozenset({"s1"}))
    clock = [START_MS]
    outage: dict[str, Known] = {}
    past: dict[str, list[Outage]] = {}

    async def authenticate(request: Request) -> Person | None:
        return people.get(request.cookies.get("stormops_session", ""))

    ask = Asked(outage, past)

    def now_ms() -> int:
        clock[0] += 1
        return clock[0]

    (tmp_path / "books.sqlite").write_bytes(with_charge_types)
    books = Books(tmp_path / "books.sqlite")
    clerk = Clerk(books, pack(), now_ms, ZONE, Episodes(tmp_path, ModeReader(tmp_path).left, ZONE))
    metrics = Metrics()
    settings = CounterSettings(
        title="Palmetto <Springs>",
        counter_url=COUNTER,
        feed_url="http://feed.test",
        intake_url="http://intake.test",
        origins=[COUNTER],
        evidence=tmp_path / "evidence",
        languages=("en", "es", "ht"),
    )
    records = open_records(tmp_path / "staff.sqlite")
    with records.begin() as db:
        rows = [
            {"name": name, "role": each.roles[0], "password_hash": "", "added_ms": 0} for name, each in people.items()
        ]
        db.execute(insert(PERSON), rows)
    roles = StormRoles(records, Clock(), lambda: clerk.episodes().episode)
    log = Log("counter", "error")
    app = create_counter(settings, clerk, authenticate, metrics=metrics, log=log, outage=ask, storm_roles=roles)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=COUNTER) as client:
            yield Desk(client, clerk, metrics, tmp_path, people, clock, outage, past)


async def customer(desk: Desk, account: str = "a1", name: str = "Ada Núñez", category: str = "residential") -> str:
    """An account of a verified person at an official address with an electric meter; gives the agreement's id."""
    await desk.do(
        "representative",
        "open_account",
        account=account,
        category=category,
        party=f"p-{account}",
        name=name,
        verified="photo id",
        mailing="1 Palm Ave",
    )
    made = await desk.do("representative", "add_premise", address=f"1 Palm Ave {account}", known_as=f"P-{account}")
    premise = made["premise"]
    await desk.do(
        "addresses",
        "make_premise_official",
        premise=premise,
        address=f"1 Palm Ave {account}",
        jurisdiction="city",
        tax_code="",
        parcel="1",
        feeder="F1",
        fire_class="1",
        impervious_square_feet=2000,
    )
    point = await desk.do(
        "addresses", "add_service_point", premise=premise, utility="electric", meter=f"M-{account}", needs_release=False
    )
    started = await desk.do(
        "representative",
        "start_service",
        account=account,
        premise=premise,
        service="electric",
        rate="residential",
        since="2026-07-01",
        occupancy=LEASE,
        point=point["service_point"],
        **({"monthly_bills": [12_000]} if category != "residential" else {}),
    )
    return started["service_agreement"]


async def served(desk: Desk, account: str = "a1") -> str:
    """A customer with paid deposit and the meter on; gives the agreement's id."""
    agreement = await customer(desk, account)
    deposit = (await desk.get("cashier", f"{API}/accounts/{account}")).json()["deposits"][0]
    drawer = await opened(desk)
    await desk.do(
        "cashier",
        "pay_deposit",
        deposit=deposit["id"],
        number=f"d-{account}",
        cents=deposit["required"],
        tender="cash",
        drawer=drawer,
    )
    await desk.do("field", "energise", agreement=agreement, register=1000)
    return agreement


async def opened(desk: Desk, name: str = "cashier") -> str:
    """The desk's open drawer, opened if there is none."""
    drawers = (await desk.get(name, f"{API}/queues/drawers")).json()["items"]
    if drawers:
        return str(drawers[0]["id"])
    return (await desk.do(name, "open_drawer", change=10_000))["drawer"]


async def billed(desk: Desk, account: str = "a1", days: int = 30, used: int = 1000) -> str:
    """A served customer's first bill; gives its id."""
    agreement = await served(desk, account)
    view = (await desk.get("billing", f"{API}/accounts/{account}")).json()
    point = next(each["point"] for each in view["agreements"] if each["id"] == agreement)
    desk.later(days)
    day = desk.clerk.today().isoformat()
    await desk.do("billing", "record_read", point=point, day=day, register=1000 + used, kind="actual")
    made = await desk.do("billing", "post_bill", account=account, since="2026-07-01", until=day, due=day)
    return made["bill"]


async def billed_by_run(desk: Desk, register: int = 2_900) -> billing_run.Done:
    """The next bill of a billed customer, by a billing run: it is called RUN:a1."""
    desk.later(30)
    clerk, day = desk.clerk, desk.clerk.today()
    point = (await desk.get("billing", f"{API}/accounts/a1")).json()["agreements"][0]["point"]
    await desk.do("billing", "record_read", point=point, day=str(day), register=register, kind="actual")
    levels = {function.name: function.levels[0].value for function in FUNCTIONS.values()}
    now = Circumstances(limits=limits(clerk.pack, day), levels=levels)
    runner = billing_run.Person(grants_of(desk.people["billing"]), now, clerk.now_ms(), day)
    done = billing_run.bill_all(clerk.books, clerk.pack, billing_run.Order(day, day + timedelta(days=20)), runner)
    assert isinstance(done, billing_run.Done)
    return done
