"""Ada's account in memory, with two bills and a payment; today is 1 September 2026. And a paper's text, as read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_request import ApproveRequest, AttachEvidence, PostRequest, SubmitRequest
from stormops.accounts.record import Record
from stormops.accounts.records_money import Request
from stormops.accounts.records_place import Account, Party, Read
from stormops.papers.document import Bars, Document, Due, Head, Note, Office, Part, Points, Rows, Say, Sign, Stub
from stormops.papers.letters import compose
from stormops.papers.writing import Desk
from tests.accounts.asking.paper import Paper, paper
from tests.accounts.policies import PACKS
from tests.accounts.world import HASH

OFFICE = Office("Palmetto Springs", "850-555-0100", "", ("Palmetto Springs Utilities", "PO Box 100"))
NAME = "Ada Núñez <b>O'Neil</b>"


def bill(world: Paper, since: str, until: str, due: str) -> str:
    return world.do(world.command("post_bill", account="a1", since=since, until=until, due=due))["bill"]


def customer(language: str = "en") -> tuple[Paper, str, str]:
    """The world, its latest bill (with a read that a storm made an estimate), the receipt of what was paid before."""
    world = paper()
    world.put(
        Party(id="ada", name=NAME, language=language),
        Account(id="a1", party="ada", category="residential", opened=date(2024, 1, 1), mailing="1 Palm Ave\nPalmetto"),
    )
    bill(world, "2026-07-01", "2026-07-31", "2026-08-20")
    world.day = date(2026, 9, 1)
    world.put(
        Read(id="r3-electric", point="sp-electric", day=date(2026, 8, 31), register=2421, kind="storm"),
        Read(id="r3-water", point="sp-water", day=date(2026, 8, 31), register=111, kind="actual"),
    )
    receipt = world.do(TakePayment(account="a1", number="R-1", cents=9_000, tender="bank"))["receipt"]
    return world, bill(world, "2026-07-31", "2026-08-31", "2026-09-20"), receipt


def desk(world: Paper, **fields: Any) -> Desk:
    return Desk(world.books, PACKS["palmetto"], world.day, OFFICE)._replace(**fields)


def written(world: Paper, kind: str, about: str, **fields: Any) -> Document:
    return compose(desk(world, **fields), kind, about)


def changed(world: Paper, record: Record) -> str:
    """A record as a test needs it; gives its id."""
    world.put(record)
    return record.id


def requested(world: Paper, kind: str, **proposal: Any) -> str:
    """A request that went its whole way."""
    asked = {"kind": kind, "account": "a1", **proposal}
    key = world.do(world.command("draft_request", proposal=asked, reason="as asked"))["request"]
    world.do(AttachEvidence(request=key, hashes=(HASH,)))
    world.do(SubmitRequest(request=key))
    for checker in ("lea", "leo"):
        if world.get(Request, key).state != "approved":
            world.do(ApproveRequest(request=key), checker)
    world.do(PostRequest(request=key), "tess")
    return key


def texts(document: Document) -> list[str]:
    """Every text of a paper, in the order in which it is read."""
    found = [*document.recipient, *(text for fact in document.facts for text in fact), document.title]
    for part in document.parts:
        found += READ[type(part)](part)
    return found


READ: dict[type[Part], Callable[[Any], list[str]]] = {
    Head: lambda part: [part.text],
    Say: lambda part: [part.text],
    Note: lambda part: [part.text],
    Points: lambda part: list(part.items),
    Due: lambda part: [part.label, part.amount, part.note],
    Rows: lambda part: [*part.head, *(cell for row in part.rows for cell in row), *part.total],
    Bars: lambda part: [part.alt],
    Sign: lambda part: list(part.lines),
    Stub: lambda part: [part.cut, *part.to, *(cell for row in part.rows for cell in row)],
}


def said(document: Document) -> str:
    """All of it as one text."""
    return "\n".join(texts(document))


def amounts(document: Document) -> dict[str, str]:
    """Names and figures of all its tables."""
    return {
        row[0]: row[-1]
        for part in document.parts
        if isinstance(part, Rows)
        for row in (*part.rows, *([part.total] if part.total else []))
    }
