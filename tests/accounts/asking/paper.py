"""A world whose commands are made by asking: a customer with service, charges of the policy, and days that go on."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from stormops.accounts.asking.asked import Work
from stormops.accounts.asking.catalogue import BODIES, made
from stormops.accounts.charge_types import charge_types
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import BillLine, Loan, Receivable
from stormops.accounts.records_place import Account, Outage, Party, Premise, Read, ServiceAgreement, ServicePoint
from stormops.accounts.refusal import Refused
from tests.accounts.policies import PACKS
from tests.accounts.world import HASH, World

__all__ = ["LOAN_ASKED", "Paper", "lent", "paper"]


LOAN_ASKED: dict[str, Any] = {
    "account": "a1",
    "programme": "general",
    "cents": 120_000,
    "months": 12,
    "contractor": "Sun Co",
    "quote": HASH,
}


class Paper(World):
    """See `World`: what is asked for is made by the rules of Palmetto, then decided."""

    episode = ""
    outages: tuple[Outage, ...] = ()
    """That the platform knows."""

    @property
    def work(self) -> Work:
        return Work(self.books, PACKS["palmetto"], self.day, "ann", self.episode, outages=self.outages)

    def put(self, *records: Record) -> None:
        for record in records:
            self.books.records[kind_name(type(record)), record.id] = record

    def owes(self, key: str, charge: str, cents: int, due: date, **fields: Any) -> Receivable:
        """Something that account a1 owes."""
        fund = next(kind.fund for kind in charge_types(self.work.pack, self.day) if kind.id == charge)
        record = Receivable(id=key, account="a1", charge=charge, fund=fund, due=due, cents=cents, owed=cents, **fields)
        self.put(record)
        return record

    def command(self, name: str, /, **body: Any) -> Any:
        """The command that comes of asking. Raises Refused."""
        asked = msgspec.convert(body, BODIES[name])
        return made(asked, self.work)

    def no(self, name: str, /, **body: Any) -> str:
        """The code of the rule's refusal."""
        with pytest.raises(Refused) as refused:
            self.command(name, **body)
        assert refused.value.refusal.sentence.endswith(".")
        return refused.value.refusal.code


def paper(category: str = "residential") -> Paper:
    """Ada's account a1 with electric and water service since 1 July 2026, read on 1 and 31 July; today is 1 August."""
    world = Paper(day=date(2026, 8, 1))
    since = date(2026, 7, 1)
    world.put(
        *charge_types(PACKS["palmetto"], world.day),
        Party(id="ada", name="Ada", verified="photo_id"),
        Party(id="bo", name="Bo", verified="photo_id"),
        Account(id="a1", party="ada", category=category, opened=date(2024, 1, 1)),
        Account(id="a2", party="ada", category=category, opened=date(2024, 1, 1)),
        Account(id="b1", party="bo", category=category, opened=date(2024, 1, 1)),
        Premise(
            id="p1",
            address="1 Palm Ave",
            plain="1 palm ave",
            state="official",
            made_by="x",
            fire_class="1",
            impervious_square_feet=3980,
        ),
    )
    for service, rate in (("electric", "residential"), ("water", "water")):
        world.put(
            ServicePoint(id=f"sp-{service}", premise="p1", utility=service),
            ServiceAgreement(
                id=f"g-{service}",
                account="a1",
                premise="p1",
                service=service,
                rate=rate,
                since=since,
                state="active",
                point=f"sp-{service}",
            ),
            Read(id=f"r1-{service}", point=f"sp-{service}", day=since, register=100, kind="actual"),
            Read(
                id=f"r2-{service}",
                point=f"sp-{service}",
                day=date(2026, 7, 31),
                register=1100 if service == "electric" else 105,
                kind="actual",
            ),
        )
    for service in ("sewer", "solid_waste", "stormwater", "fire"):
        world.put(
            ServiceAgreement(
                id=f"g-{service}",
                account="a1",
                premise="p1",
                service=service,
                rate="residential",
                since=since,
                state="active",
            )
        )
    return world


LINE = BillLine("electric", 100, date(2026, 7, 1), date(2026, 7, 31), "g-electric")


def lent(world: Paper) -> Loan:
    """$1,200 at 5 % for a year, lent to account a1 on the world's day."""
    terms = world.command("apply_for_loan", **LOAN_ASKED).terms
    loan = Loan(
        id="l1",
        account="a1",
        fund="electric",
        charge="loan",
        amount=120_000,
        months=12,
        state="active",
        made_by="x",
        principal=120_000,
        terms=terms,
    )
    world.put(loan)
    return loan
