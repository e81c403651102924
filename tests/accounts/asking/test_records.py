from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from stormops.accounts.asking.asked import Work
from stormops.accounts.asking.records import AskPreparation, AskRecords
from stormops.accounts.disclosure import CLASSES, FILES
from stormops.accounts.refusal import Refused
from tests.accounts.asking.paper import paper
from tests.accounts.policies import PACKS


def test_the_policy_says_when_it_is_due_and_why() -> None:
    world = paper()
    command = world.command("take_records_request", text="May", received=str(world.day))
    assert command.decision["result"]["due"] == (world.day + timedelta(10)).isoformat()
    assert command.decision["policy"] == "palmetto"
    world.do(command)


def test_an_export_keeps_what_the_policy_withholds_today() -> None:
    world = paper()
    asked = {"request": "r", "since": str(world.day), "until": str(world.day)}
    command = world.command("prepare_records", **asked, refunds=True, bills=True)
    assert command.kinds == ("bills", "refunds")
    assert set(command.exemptions) == set(CLASSES)
    assert command.exemptions["bank"] == "F.S. 119.071(5)(b)"
    assert command.exemptions["staff"] == ""
    assert command.policy == "palmetto 2026-07"
    assert world.no("prepare_records", **asked) == "nothing_chosen"


def test_a_policy_that_is_silent_about_a_class_gives_nothing_away() -> None:
    world = paper()
    work = Work(world.books, PACKS["gru"], world.day)
    asked = AskPreparation(request="r", since=str(world.day), until=str(world.day), bills=True)
    with pytest.raises(Refused) as refused:
        asked.command(work)
    assert refused.value.refusal.code == "no_policy"
    with pytest.raises(Refused):
        AskRecords(text="x", received=str(world.day)).command(work)


def test_every_kind_of_records_can_be_chosen() -> None:
    flags = {field.name for field in msgspec.structs.fields(AskPreparation) if field.default is False}
    assert flags == set(FILES)
