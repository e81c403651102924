from __future__ import annotations

from stormops.accounts.records_money import Deposit, Drawer
from stormops.accounts.records_work import Visit
from stormops.counter.lines import bare_line, href_of, line, links_of
from stormops.counter.words import said
from tests.counter.conftest import person

WORDS = said("en")


def test_a_step_is_one_link_and_only_what_the_state_allows_is_offered() -> None:
    visit = Visit(id="v", ticket="A7", topic="billing", language="en", state="waiting", taken_ms=1)
    links = links_of(visit, WORDS, person("rita", "representative"))
    assert {link.label for link in links} == {"Call", "Left", "Move to the telephone"}
    assert all(link.href.startswith("/counter/do/step_visit?visit=v&step=") for link in links)
    assert links_of(visit, WORDS, person("vic", "viewer")) == ()


def test_a_duty_without_steps_is_offered_where_its_step_is_legal() -> None:
    held = Deposit(id="d", account="a", fund="electric", required=100, held=100, state="held")
    offered = {link.label for link in links_of(held, WORDS, person("rita", "representative"))}
    assert "Apply a deposit to the final bill" in offered
    assert "Bill a deposit" not in offered
    counted = Drawer(id="w", desk="north", shift=1, opened_by="carl", state="counted")
    labels = {link.label for link in links_of(counted, WORDS, person("carl", "cashier"))}
    assert labels == {"Count and close a drawer, second person"}


def test_a_line_says_its_kind_where_the_lists_title_does_not() -> None:
    held = Deposit(id="d", account="a", fund="electric", required=100, state="held")
    nobody = person("vic", "viewer")
    assert line(held, WORDS, nobody)[:3] == ("Deposit: Electric", "$1.00", "held")
    assert bare_line(held, WORDS, nobody)[:3] == ("Electric", "$1.00", "held")


def test_what_has_a_page_leads_there() -> None:
    held = Deposit(
        id="d/1", account="a", fund="electric", required=1, state="held", decision={"policy": "p", "formula": "x"}
    )
    assert href_of(held) == "/counter/why/deposit/d%2F1"
    assert href_of(Deposit(id="d", account="a", fund="electric", required=1, state="held")) == ""
