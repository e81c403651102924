from __future__ import annotations

from datetime import date

from stormops.accounts.records_money import Receivable
from stormops.core.levels import Mode
from stormops.counter.own.outage import Believed, Incident, Reported, Service
from stormops.counter.own.overview import owed_by_charge
from tests.counter.conftest import LEASE
from tests.counter.own.conftest import Own


async def test_what_is_owed_stands_by_service_with_its_day(own: Own) -> None:
    await own.enter()
    page = (await own.get("/account")).text
    for said in ("$109.07", "Electric", "$150.00", "850-555-0100", "not taken on these pages"):
        assert said in page
    own.desk.later(40)
    assert "Past due" in (await own.get("/account")).text
    assert "Ou dwe" in (await own.get("/account?lang=ht")).text
    assert "Usted debe" in (await own.get("/account?lang=es")).text
    assert "Usted debe" in (await own.get("/account")).text  # remembered


def test_what_is_stayed_or_at_an_agency_is_not_owed_here() -> None:
    def open_one(key: str, charge: str, day: int, owed: int, stayed: int = 0) -> Receivable:
        return Receivable(
            id=key, account="a", charge=charge, fund="f", due=date(2026, 7, day), cents=9, owed=owed, stayed=stayed
        )

    rows = [open_one("1", "water", 9, 5), open_one("2", "electric", 2, 7), open_one("3", "water", 4, 1)]
    found = owed_by_charge([*rows, open_one("4", "gas", 1, 0, 8)], date(2026, 7, 5))
    assert [tuple(one) for one in found] == [
        ("electric", 7, date(2026, 7, 2), 7),
        ("water", 6, date(2026, 7, 4), 1),
    ]


async def test_a_notice_and_what_stands_against_it_are_said_in_plain_words(own: Own) -> None:
    own.desk.later(40)
    view = (await own.desk.get("credit", "/api/v1/counter/accounts/a1")).json()
    await own.desk.do("credit", "notice_cut", agreement=view["agreements"][0]["id"])
    await own.enter()
    page = (await own.get("/account")).text
    assert "may be turned off from" in page
    assert "protects you" not in page
    own.desk.mode(Mode.STORM)
    page = (await own.get("/account")).text
    assert "nobody&#39;s service is turned off for a debt" in page
    assert "no late fees are charged" in page
    assert "Bills are not shown here until the storm is over" in page
    own.desk.later(2)
    own.desk.mode(Mode.NORMAL)
    assert "After the storm, nobody" in (await own.get("/account")).text
    made = await own.desk.do("representative", "file_certificate", account="a1", expires="2027-07-01", document=LEASE)
    await own.desk.do("approver", "step_certificate", certificate=made["medical_cert"], step="certify")
    assert "Medically essential service" in (await own.get("/account")).text


async def test_the_outage_at_home_stands_there_and_its_absence_holds_nothing_up(own: Own) -> None:
    await own.enter()
    assert "Nothing can be said about an outage" in (await own.get("/account")).text
    out = Service("electric", "out", Incident("confirmed", 0, 1_234))
    own.outage["P-a1"] = Believed([out, Service("water", "unknown", None)], Reported(2, 0), "mark")
    page = (await own.get("/account")).text
    assert "1,234 customers" in page
    assert "http://feed.test/report" in page
    assert "http://feed.test/messages?place=mark" in page
