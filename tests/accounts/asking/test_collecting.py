from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts.records_money import Arrangement, Instalment, Placement
from stormops.accounts.records_place import Account, MedicalCert, ServiceAgreement
from stormops.accounts.records_work import Case
from tests.accounts.asking.paper import Paper, paper


def owing(cents: int = 40_000) -> Paper:
    world = paper()
    world.owes("r1", "electric", cents, date(2026, 7, 20))
    return world


def test_instalments_add_up_to_what_is_owed() -> None:
    offer = owing().command("offer_arrangement", account="a1", down=10_000, instalments=3, first_due="2026-09-01")
    assert [each.cents for each in offer.instalments] == [10_000, 10_000, 10_000, 10_000]
    assert offer.instalments[0].due == date(2026, 8, 1)
    assert offer.decision["rule"] == "arrangements.offer"


def test_less_down_or_more_instalments_than_the_policy_has_are_refused() -> None:
    world = owing()
    ask = {"account": "a1", "down": 10_000, "instalments": 3, "first_due": "2026-09-01"}
    assert world.no("offer_arrangement", **ask | {"down": 100}) == "down_payment"
    assert world.no("offer_arrangement", **ask | {"instalments": 7}) == "instalments"
    broken = Arrangement(
        id="x", account="a1", kind="instalments", state="broken", instalments=(Instalment(date(2026, 7, 1), 100),)
    )
    world.put(broken)
    assert world.no("offer_arrangement", **ask) == "breach"


def test_an_extension_is_from_today_on_and_twice_a_year() -> None:
    world = owing()
    command = world.command("extend_due_date", account="a1", days=10)
    assert (command.until, command.event) == ("2026-08-11", "")
    assert world.no("extend_due_date", account="a1", days=15) == "too_long"
    for number in range(2):
        made = Arrangement(
            id=f"e{number}",
            account="a1",
            kind="extension",
            state="kept",
            instalments=(Instalment(date(2026, 5, 1), 100),),
        )
        world.put(made)
    assert world.no("extend_due_date", account="a1", days=10) == "too_often"
    assert world.no("extend_due_date", account="b1", days=10) == "nothing_owed"


def test_an_extension_in_a_storm_is_the_events() -> None:
    world = owing()
    world.episode = "storm-7"
    assert world.command("extend_due_date", account="a1", days=10).event == "storm-7"


def test_a_notice_gives_working_days_and_every_exclusion_refuses_it() -> None:
    world = owing()
    notice = world.command("notice_cut", agreement="g-electric")
    assert notice.earliest == "2026-08-07"  # five working days after a Saturday
    world.put(Case(id="c", account="a1", kind="dispute", state="open", opened_by="x", text="t", disputed=39_000))
    assert world.no("notice_cut", agreement="g-electric") == "disputed"
    world.put(MedicalCert(id="m", account="a1", state="pending", expires=date(2027, 1, 1)))
    assert world.no("notice_cut", agreement="g-electric") == "medical"


def test_only_what_has_a_meter_is_cut() -> None:
    world = owing()
    for service in ("fire", "solid_waste", "stormwater", "sewer"):
        assert world.no("notice_cut", agreement=f"g-{service}") == "not_metered"


def test_a_fire_fee_cuts_nobodys_power() -> None:
    world = paper()
    world.owes("r1", "fire", 90_000, date(2026, 7, 20))
    assert world.no("notice_cut", agreement="g-electric") == "nothing_disconnectable"


def test_a_debt_is_placed_only_when_the_account_is_final_for_long_enough() -> None:
    world = owing()
    assert world.no("propose_placement", account="a1", agency="acme") == "not_final"
    for agreement in world.books.where(ServiceAgreement, account="a1"):
        world.put(replace(agreement, state="finalled", until=date(2026, 5, 1)))
    assert world.command("propose_placement", account="a1", agency="acme").decision["rule"] == "collections.place"
    world.episode = "storm-1"
    assert world.no("propose_placement", account="a1", agency="acme") == "storm_hold"


def test_an_agencys_commission_is_the_policys() -> None:
    world = owing()
    world.put(Placement(id="pl", account="a1", agency="acme", state="placed", maker="x"))
    assert world.command("record_recovery", placement="pl", cents=10_000).commission == 2_000


def test_an_allowance_is_kept_with_who_must_approve_it() -> None:
    command = paper().command("allow_for_bad_debt", fund="electric", cents=50_000)
    assert command.decision["result"]["roles"] == ("supervisor", "manager")


def test_a_debt_is_called_back_for_what_the_rule_finds_and_not_otherwise() -> None:
    world = owing()
    placement = Placement(id="pl", account="a1", agency="acme", state="placed", maker="x", placed=date(2026, 7, 1))
    debt = world.owes("ag", "electric", 4_000, date(2026, 6, 1))
    world.put(placement, replace(debt, owed=0, at_agency=4_000))

    def why() -> str:
        return str(world.command("recall_placement", placement="pl").decision["result"])

    assert world.no("recall_placement", placement="pl") == "stays"
    world.put(Case(id="c", account="a1", kind="dispute", state="open", opened_by="x", text="t", disputed=1))
    assert why() == "disputed"
    world.put(replace(world.get(Account, "a1"), stayed_by="case"))
    assert why() == "bankruptcy"
    world.put(replace(world.get(Account, "a1"), stayed_by=""), replace(world.get(Case, "c"), state="closed"))
    world.put(replace(placement, placed=world.day))
    assert why() == "same_day"
    world.put(replace(placement, state="returned"))
    assert why() == "given_back"
    world.put(placement, replace(debt, owed=0, at_agency=0))
    assert why() == "paid"
