from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts.commands_bankruptcy import NoticeBankruptcy
from stormops.accounts.records_money import BankruptcyCase, Receivable, Request
from stormops.papers.document import Due, Rows, Sign
from tests.papers.city import amounts, customer, requested, said, written


def test_a_bankruptcy_stops_collection_and_the_claim_is_what_was_owed_before_the_petition() -> None:
    world, _, _ = customer()
    notice = NoticeBankruptcy(account="a1", court="N.D. Fla.", number="26-9", chapter=7, petition="2026-08-10")
    case = world.do(notice)["bankruptcy_case"]
    first = said(written(world, "bankruptcy", case))
    assert "case 26-9" in first
    assert "All collection of what was owed before the petition has stopped." in first
    world.do(world.command("split_at_petition", case=case, new_account="a1-new"))
    found = world.get(BankruptcyCase, case)
    after = said(written(world, "bankruptcy", case))
    assert "billed to account a1-new" in after
    assert found.assurance_due is not None
    assert "August 30, 2026" in after
    claim = written(world, "claim", case)
    stayed = sum(each.stayed for each in world.books.where(Receivable, account="a1"))
    assert Due("Claim", f"${stayed / 100:.2f}", "To be filed by February 6, 2027") in claim.parts
    assert amounts(claim)["Total"] == f"${stayed / 100:.2f}"
    assert isinstance(claim.parts[-1], Sign)


def test_a_back_bill_tells_how_many_months_and_over_how_long() -> None:
    world, _, _ = customer()
    asked = {"charge": "electric", "months": [1_420] * 18, "cause": "utility", "due": "2026-10-01"}
    key = requested(world, "back_bill", since="2025-03-01", until="2026-08-31", **asked)
    paper = written(world, "back_bill", key)
    assert Due("Billed afterwards", "$170.40", "Please pay by October 1, 2026") in paper.parts  # oracle case 22
    text = said(paper)
    assert "18 months were billed too low. The rule lets us bill the last 12 of them" in text
    assert "12 monthly parts of at most $14.20" in text
    assert "25-6.106" in text


def test_an_overcharge_goes_back_as_the_customer_chose() -> None:
    world, _, _ = customer()
    asked = {"charge": "water", "months": [1_000], "since": "2026-07-01", "until": "2026-07-31"}
    paper = written(world, "overcharge", requested(world, "overcharge", **asked))
    assert Due("Given back", "$10.00", "As a credit on your account") in paper.parts
    assert next(part for part in paper.parts if isinstance(part, Rows)).rows[0][0] == "Water"


def test_an_adjustment_is_granted_or_declined_with_its_reason() -> None:
    world, _, _ = customer()
    owing = next(each for each in world.books.where(Receivable, account="a1") if each.charge == "water" and each.owed)
    key = requested(world, "adjustment", type="courtesy", parts=[{"receivable": owing.id, "cents": 300}])
    granted = said(written(world, "adjustment", key))
    assert "Your request was granted: $3.00 is taken back." in granted
    assert "because of a courtesy" in granted
    found = world.get(Request, key)
    world.put(replace(found, state="declined"))
    declined = said(written(world, "adjustment", key))
    assert "Your request was declined" in declined
    assert "somebody who has not decided on it" in declined
    water = {"charge": "water", "cents": 300, "since": "2026-07-01", "until": "2026-08-01"}
    world.put(replace(found, kind="leak", proposal={"kind": "leak", "account": "a1", "bill": "k", "lines": [water]}))
    leak = written(world, "adjustment", key)
    assert "because of a leak" in said(leak)
    assert amounts(leak)["Water"] == "$3.00"
