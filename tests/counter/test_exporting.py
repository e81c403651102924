from __future__ import annotations

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from stormops.accounts.audit import AuditEvent, text_of
from stormops.accounts.disclosure import CLASSES, FILES
from stormops.accounts.records_work import RecordsRequest
from stormops.books.schema import AUDIT, HEAD
from stormops.counter.exporting import FORMAT, MANIFEST, export
from tests.counter.conftest import API, LEASE, ZONE, Desk, billed, customer, opened
from tests.counter.test_every_duty import approved

PLANTED = {
    "name": "Zebulon Quagmire",
    "mailing": "77 Secretariat Lane",
    "account": "acct-9918273",
    "party": "p-acct-9918273",
    "phone": "850-555-0147",
    "email": "zebulon@quagmire.example",
    "note": "wife Marigold is on dialysis, key under the mat",
    "reference": "CHK-55512077",
    "language": "Tagalogue",
    "topic": "Hortensia's eviction",
    "number": "RCPT-8817261",
    "meter": "M-acct-9918273",
    "feeder": "F1-SUBSTATION-KILO",
}
"""What must not come out, each with a spelling of its own so that it is found wherever it is."""


async def planted(desk: Desk) -> None:
    """A customer who says everything about themselves, in every field that takes it, done and refused."""
    key = PLANTED["account"]
    await billed(desk, key)
    opening = {"account": f"{key}-2", "category": "residential", "party": f"{PLANTED['party']}-2", "verified": "id"}
    await desk.do(
        "representative", "open_account", **opening, name=PLANTED["name"], mailing=PLANTED["mailing"], language="en"
    )
    for kind, value in (("mobile", PLANTED["phone"]), ("email", PLANTED["email"])):
        await desk.do("representative", "update_contact", account=key, kind=kind, value=value, messages=True)
    for text, language in ((PLANTED["note"], "en"), (PLANTED["email"], PLANTED["language"])):
        await desk.send("representative", "add_contact", account=key, text=text, language=language)
    await desk.do("representative", "take_ticket", ticket=PLANTED["phone"][-8:], topic=PLANTED["topic"], language="es")
    certificate: dict[str, Any] = {"account": key, "expires": "2026-12-01", "battery_hours": 6, "document": LEASE}
    await desk.send("representative", "file_certificate", **certificate)
    drawer = await opened(desk)
    paid: dict[str, Any] = {
        "account": key,
        "cents": 500,
        "drawer": drawer,
        "number": PLANTED["number"],
        "tender": "cheque",
    }
    await desk.do("cashier", "take_payment", **paid)
    await desk.send("cashier", "take_payment", **paid | {"account": PLANTED["name"], "tender": PLANTED["reference"]})
    owing = (await desk.get("billing", f"{API}/accounts/{key}")).json()["receivables"][0]
    parts = [{"receivable": owing["id"], "cents": 100}]
    await approved(desk, "billing", {"kind": "adjustment", "account": key, "type": "leak", "parts": parts}, "approver")
    await desk.do("cashier", "take_payment", account=key, number="x1", cents=90_000, tender="bank")
    desk.later(20)
    back = {"kind": "credit_refund", "account": key, "amount": 9_000, "pay_to": "transfer"}
    await approved(desk, "billing", back, "approver", "cashier_supervisor")
    refund = (await desk.get("treasurer", f"{API}/queues/refunds")).json()["items"][0]["id"]
    await desk.do("treasurer2", "issue_refund", refund=refund, method="bank", reference=PLANTED["reference"])
    due = desk.clock[0] + 3_600_000
    escalation = {"account": key, "kind": "medical", "text": PLANTED["note"], "owner": "approver", "due_ms": due}
    await desk.do("representative", "open_escalation", **escalation)
    await desk.do("representative", "add_task", text=PLANTED["note"], owner="billing", due_ms=due, account=key)
    place = await desk.do("representative", "add_premise", address=PLANTED["mailing"], known_as="P-9918273")
    official: dict[str, Any] = {
        "address": PLANTED["mailing"],
        "jurisdiction": "city",
        "tax_code": "",
        "parcel": "PARCEL-661",
    }
    official |= {"feeder": PLANTED["feeder"], "fire_class": "1", "impervious_square_feet": 10}
    await desk.do("addresses", "make_premise_official", premise=place["premise"], **official)


async def prepared(desk: Desk, **chosen: Any) -> str:
    asked = {"text": f"everything about {PLANTED['name']}", "requester": "The Paper", "reply_to": "paper@press.example"}
    made = await desk.do("representative", "take_records_request", **asked, received=str(desk.clerk.today()))
    selection = {"since": "2026-01-01", "until": str(desk.clerk.today())} | (chosen or dict.fromkeys(FILES, True))
    await desk.do("records", "prepare_records", request=made["records_request"], **selection)
    return made["records_request"]


def made(desk: Desk, request: str, name: str = "out.zip") -> Path:
    record = desk.clerk.books.get(RecordsRequest, request)
    assert record is not None
    out = desk.folder / name
    assert export(desk.clerk.books.database, record, "Palmetto Springs", ZONE, out) is not None
    return out


def files(out: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_nothing_of_a_planted_customer_is_in_any_file(desk: Desk) -> None:
    await planted(desk)
    inside = files(made(desk, await prepared(desk)))
    assert set(inside) == {MANIFEST, *(f"{kind}.csv" for kind in FILES)}
    secrets = {*PLANTED.values(), "Zebulon", "Quagmire", "Marigold", "Hortensia", "9918273", "555-0147", "PARCEL-661"}
    secrets |= {"The Paper", "paper@press.example", "1 Palm Ave"}
    for name, content in inside.items():
        text = content.decode().casefold()
        assert [each for each in sorted(secrets) if each.casefold() in text] == [], name
    for name in ("journals", "bills", "adjustments", "refunds", "interactions", "commands", "ledger_summary"):
        assert len(inside[f"{name}.csv"].splitlines()) > 1, name
    assert b"issue_refund" in inside["refunds.csv"]
    manifest = json.loads(inside[MANIFEST])
    withheld = {of for each in manifest["files"] for of in each["redactions"]}
    assert withheld == set(CLASSES) - {"staff"}


async def test_the_manifest_says_what_is_in_the_files_and_each_redaction_by_what(desk: Desk) -> None:
    await planted(desk)
    request = await prepared(desk)
    inside = files(made(desk, request))
    manifest = json.loads(inside[MANIFEST])
    assert (manifest["format"], manifest["city"], manifest["request"]) == (FORMAT, "Palmetto Springs", request)
    assert (manifest["policy"], manifest["prepared_by"]) == ("palmetto 2026-07", "records")
    assert manifest["kinds"] == list(FILES)
    known = {f"[withheld: {by}]" for by in manifest["exemptions"].values() if by}
    for each in manifest["files"]:
        content = inside[each["name"]]
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (each["sha256"], each["bytes"])
        heading, *rows = csv.reader(io.StringIO(content.decode()))
        assert heading == [column.name for column in FILES[each["name"].removesuffix(".csv")]]
        assert len(rows) == each["rows"]
        cells = [cell for row in rows for cell in row if cell.startswith("[withheld")]
        assert set(cells) <= known
        assert len(cells) == sum(each["redactions"].values())


async def test_the_ledger_of_the_file_is_that_of_the_books(desk: Desk) -> None:
    await planted(desk)
    inside = files(made(desk, await prepared(desk)))
    rows = list(csv.DictReader(io.StringIO(inside["ledger_summary.csv"].decode())))
    checks = (await desk.get("auditor", f"{API}/checks")).json()["trial"]
    ours = {(row["account_code"], row["fund"]): int(row["debit_cents"]) - int(row["credit_cents"]) for row in rows}
    theirs = {(code, fund): cents for code, funds in checks.items() for fund, cents in funds.items()}
    assert {key: cents for key, cents in ours.items() if cents} == {
        key: cents for key, cents in theirs.items() if cents
    }


async def test_it_is_made_again_byte_for_byte_however_the_books_and_the_day_went_on(desk: Desk) -> None:
    await planted(desk)
    request = await prepared(desk)
    first = made(desk, request).read_bytes()
    drawer = await opened(desk)
    paid = {"account": PLANTED["account"], "cents": 700, "drawer": drawer, "number": "r-2", "tender": "cash"}
    await desk.do("cashier", "take_payment", **paid)
    await desk.do("records", "fetch_records", request=request)
    await desk.do("manager", "release_records", request=request)
    desk.later(3)
    assert made(desk, request, "again.zip").read_bytes() == first


async def test_a_selection_has_its_days_and_its_kinds_and_no_others(desk: Desk) -> None:
    await customer(desk)
    day = str(desk.clerk.today())
    desk.later(5)
    await desk.do("representative", "add_contact", account="a1", text="later", language="en")
    request = await prepared(desk, since=day, until=day, interactions=True)
    inside = files(made(desk, request))
    assert set(inside) == {MANIFEST, "interactions.csv"}
    rows = list(csv.DictReader(io.StringIO(inside["interactions.csv"].decode())))
    assert {date.fromisoformat(row["time"][:10]).isoformat() for row in rows} == {day}
    assert "add_contact" not in {row["command"] for row in rows}


async def test_what_was_never_prepared_has_no_file(desk: Desk) -> None:
    asked = {"text": "x", "received": str(desk.clerk.today())}
    request = (await desk.do("representative", "take_records_request", **asked))["records_request"]
    record = desk.clerk.books.get(RecordsRequest, request)
    assert record is not None
    assert export(desk.clerk.books.database, record, "x", ZONE, desk.folder / "none.zip") is None


async def test_memory_does_not_grow_with_the_books(desk: Desk) -> None:
    """Ten times the events need less than twice the memory: pages, and no list of everything."""
    peaks = []
    for number, more in enumerate((2_000, 20_000)):
        start = desk.clerk.books.position()
        with desk.clerk.books.database.writing() as connection:
            rows = [_event(start + place, desk.clock[0]) for place in range(1, more + 1)]
            connection.execute(insert(AUDIT), rows)
            connection.execute(update(HEAD).values(position=start + more))
        request = await prepared(desk, commands=True, staff_actions=True)
        tracemalloc.start()
        made(desk, request, f"{number}.zip")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0], peaks


def _event(position: int, at_ms: int) -> dict[str, Any]:
    made = AuditEvent(
        f"many-{position}", "add_contact", "f" * 64, at_ms, "ann", "desk", "north", 1, "normal", 0, "done"
    )
    return {"position": position, "body": text_of(made).decode(), "sealed": "0" * 64}
