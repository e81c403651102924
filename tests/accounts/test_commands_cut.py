from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from stormops.accounts.commands_collect import ExtendDueDate, FileCertificate, StepCertificate
from stormops.accounts.commands_cut import NoticeCut, Reconnect, StepCut
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_review import OpenCase
from stormops.accounts.commands_weather import DeclareWeatherHold
from stormops.accounts.records_place import CutOrder
from tests.accounts.test_commands_bankruptcy import notice
from tests.accounts.test_commands_service import bill, start
from tests.accounts.world import HASH, PROOF, World, city, premise


@dataclass
class Late:
    """A world in which a1 is past due and was given notice."""

    world: World
    cut: str


@pytest.fixture
def late() -> Late:
    world = city()
    agreement = world.do(start(premise(world)))["service_agreement"]
    bill(world, "a1", 4_000)
    world.later(40)
    early = NoticeCut(agreement=agreement, earliest=str(world.day), decision=PROOF)
    assert world.refused(early) == "too_early"
    cut = world.do(NoticeCut(agreement=agreement, earliest="2026-04-20", decision=PROOF))["cut_order"]
    assert world.refused(StepCut(cut=cut, step="order")) == "too_early"
    world.later(10)
    return Late(world, cut)


def test_cut_and_reconnected(late: Late) -> None:
    late.world.do(StepCut(cut=late.cut, step="order"))
    late.world.do(StepCut(cut=late.cut, step="cut"))
    assert "medical" in late.world.get(CutOrder, late.cut).excluded
    late.world.set(levels=dict.fromkeys(late.world.now.levels, "hold") | {"reconnect": "full"})
    late.world.do(Reconnect(cut=late.cut))
    late.world.do(Reconnect(cut=late.cut, done=True))
    assert late.world.get(CutOrder, late.cut).state == "reconnected"


def test_one_switch_holds_every_cut_and_none_is_kept_from_being_cancelled(late: Late) -> None:
    late.world.level("disconnect", "hold")
    assert late.world.refused(StepCut(cut=late.cut, step="order")) == "on_hold"
    late.world.do(StepCut(cut=late.cut, step="cancel"))


EXCLUDING: dict[str, Callable[[World], object]] = {
    "medical": lambda w: w.do(FileCertificate(account="a1", expires="2027-01-01", document=HASH)),
    "bankruptcy": notice,
    "arrangement": lambda w: w.do(ExtendDueDate(account="a1", until="2026-05-30", decision=PROOF)),
    "dispute": lambda w: w.do(OpenCase(account="a1", kind="dispute", text="not my meter", disputed=500)),
    "weather": lambda w: w.do(DeclareWeatherHold(kind="heat", since=str(w.day), until=str(w.day), reason="advisory")),
    "unposted": lambda w: w.set(settled=False),
    "nothing_past_due": lambda w: w.do(TakePayment(account="a1", number="n1", cents=4_000, tender="bank")),
}


@pytest.mark.parametrize("why", EXCLUDING)
def test_each_exclusion_is_looked_at_when_it_is_ordered_and_when_it_is_cut(late: Late, why: str) -> None:
    late.world.do(StepCut(cut=late.cut, step="order"))
    EXCLUDING[why](late.world)
    if why == "bankruptcy":
        assert late.world.get(CutOrder, late.cut).state == "cancelled"
        assert late.world.refused(StepCut(cut=late.cut, step="cut")) == "excluded"
        return
    answer = late.world.decide(StepCut(cut=late.cut, step="cut"))
    assert (answer.code, answer.field) == ("excluded", why)  # type: ignore[union-attr]


def test_an_expired_certificate_excludes_no_more(late: Late) -> None:
    made = late.world.do(FileCertificate(account="a1", expires="2026-04-30", document=HASH))["medical_cert"]
    late.world.do(StepCertificate(certificate=made, step="certify"))
    assert late.world.refused(StepCut(cut=late.cut, step="order")) == "excluded"
    assert late.world.refused(StepCertificate(certificate=made, step="expire")) == "not_expired"
    late.world.later(20)
    late.world.do(StepCut(cut=late.cut, step="order"))


def test_46_what_may_not_cut_never_does() -> None:
    world = city()
    agreement = world.do(start(premise(world)))["service_agreement"]
    bill(world, "a1", 1_675, "fire")
    world.later(40)
    assert world.refused(NoticeCut(agreement=agreement, earliest="2026-04-20", decision=PROOF)) == "excluded"
