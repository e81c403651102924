from __future__ import annotations

from datetime import date

from stormops.accounts.commands_owner import EndOwnerAgreement, SignOwnerAgreement, in_force
from stormops.accounts.records_place import OwnerAgreement
from tests.accounts.world import HASH, World, city, premise


def signed(world: World, at: str) -> str:
    made = world.do(SignOwnerAgreement(premise=at, party="ada", document=HASH, since="2026-02-01"))
    return made["owner_agreement"]


def test_an_owner_signs_once_for_a_premise_until_it_ends() -> None:
    world = city()
    at = premise(world)
    assert world.refused(SignOwnerAgreement(premise=at, party="nobody", document=HASH, since="2026-02-01")) == (
        "unknown_party"
    )
    agreement = signed(world, at)
    assert world.refused(SignOwnerAgreement(premise=at, party="bo", document=HASH, since="2026-03-01")) == (
        "agreed_already"
    )
    assert world.refused(EndOwnerAgreement(owner_agreement=agreement, until="2026-01-31")) == "before_start"
    world.do(EndOwnerAgreement(owner_agreement=agreement, until="2026-03-01"))
    assert world.refused(EndOwnerAgreement(owner_agreement=agreement, until="2026-04-01")) == "ended_already"
    assert signed(world, at) != agreement


def test_it_is_in_force_from_its_day_up_to_and_without_its_end() -> None:
    one = OwnerAgreement(id="o", premise="p", party="q", document=HASH, since=date(2026, 2, 1), until=date(2026, 3, 1))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    assert [in_force(one, day) for day in days] == [False, True, True, False]
