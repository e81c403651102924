from __future__ import annotations

import pytest

from stormops.accounts.refusal import Refused
from stormops.accounts.rules.disconnection import Disconnection
from stormops.accounts.rules.storm import StormHold
from stormops.papers.document import Office
from stormops.papers.writing import Writing
from tests.accounts.policies import PACKS
from tests.papers.city import customer, desk


def test_a_paper_is_about_an_account_that_there_is() -> None:
    with pytest.raises(Refused, match="There is no account nobody"):
        Writing(desk(customer()[0]), "nobody")


def test_a_clause_is_named_with_its_sources_by_whoever_has_it() -> None:
    world, _, _ = customer()
    city = Writing(desk(world), "a1").clause(Disconnection, world.day)
    state = Writing(desk(world, pack=PACKS["psc-florida"]), "a1").clause(Disconnection, world.day)
    assert city is not None
    assert state is not None
    assert city.text.startswith("Rule: Palmetto Springs, version 2026-07. Sources: Leon County")
    assert "25-6.105" in state.text
    assert Writing(desk(world, pack=PACKS["psc-florida"]), "a1").clause(StormHold, world.day) is None


def test_history_is_in_the_order_of_its_days_and_only_what_was_posted() -> None:
    world, _, _ = customer()
    history = Writing(desk(world), "a1").history()
    assert [entry.event for entry in history] == ["billed", "paid", "billed"]
    assert [entry.effective for entry in history] == sorted(entry.effective for entry in history)


def test_whoever_has_no_telephone_is_asked_for_by_name() -> None:
    world, _, _ = customer()
    writing = Writing(desk(world, office=Office("Elm City")), "a1")
    assert "call Elm City" in writing.phoned("common.ask")
    paper = writing.paper("statement", "T", [None], [("empty", ""), ("full", "x")])
    assert paper.sender == ("Elm City",)
    assert paper.recipient[1:] == ("1 Palm Ave", "Palmetto")
    assert [label for label, _ in paper.facts] == ["Date", "Account", "full"]
