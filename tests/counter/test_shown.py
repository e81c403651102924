from __future__ import annotations

from stormops.accounts.records_place import Premise
from stormops.counter.duties import DUTIES
from stormops.counter.shown import About, Shown, said, shown_of
from stormops.counter.words import said as words_of
from tests.accounts.asking.paper import Paper, paper
from tests.counter.conftest import person

WORDS = words_of("en")


def fields(world: Paper, duty: str, errors: dict[str, str] | None = None, **given: str) -> dict[str, Shown]:
    about = About(
        DUTIES[duty],
        given.get("account", ""),
        {name: [value] for name, value in given.items()},
        person("rita", "representative"),
        WORDS,
        world.books,
    )
    return {field.name: field for field in shown_of(about, errors or {})}


def test_what_the_form_was_opened_about_is_said_and_asked_again_only_where_it_is_wrong() -> None:
    world = paper()
    assert fields(world, "add_contact", account="a1")["account"].fixed
    assert not fields(world, "add_contact", {"account": "no"}, account="a1")["account"].fixed
    assert not fields(world, "add_contact", account="nobody")["account"].fixed
    assert not fields(world, "add_contact")["account"].fixed


def test_the_only_thing_that_can_be_chosen_is_chosen_and_a_place_is_shown_by_its_address() -> None:
    world = paper()
    premise = fields(world, "start_service", account="a1")["premise"]
    assert premise.typed
    place = world.books.get(Premise, "p1")
    assert place is not None
    assert premise.values == [choice.value for choice in premise.choices] == [place.address]


def test_a_field_tells_a_screen_reader_its_hint_and_what_is_wrong() -> None:
    field = fields(paper(), "take_payment", {"cents": "Write an amount as 12.34."}, account="a1")["cents"]
    assert field.described("f-1") == 'required aria-describedby="f-1-hint f-1-error" aria-invalid="true"'
    assert 'inputmode="decimal"' in field.input()


def test_what_was_given_is_read_back() -> None:
    world = paper()
    given = fields(world, "take_payment", account="a1", cents="12.5", tender="cash")
    assert tuple(said(given[name], words_of("en")) for name in ("cents", "tender", "memo")) == ("$12.50", "Cash", "")


def test_days_and_times_are_read_back_as_people_read_them() -> None:
    given = fields(paper(), "estimate_read", day="2026-08-30", out_since="2026-08-10T14:00", incidents="E-0042")
    assert said(given["day"], words_of("es")) == "30 ago 2026"
    assert said(given["out_since"], words_of("en")) == "2026-08-10 14:00"
    assert said(given["incidents"], words_of("en")) == "E-0042"
    none = fields(paper(), "estimate_read", day="soon")["day"]
    assert said(none, words_of("en")) == "soon"
