"""How meanings are ranked and when one is chosen."""

from __future__ import annotations

from typing import Any

import pytest

from stormops.core.address import Street
from stormops.core.address_said import read
from stormops.core.matching_answer import BAR, MARGIN, WORST
from stormops.core.matching_meaning import HOPELESS, Heard, Meaning, best_penalty, choose, fit, ranked
from stormops.core.matching_readings import Reading
from stormops.core.matching_streets import WITH_KIND, WITH_PRE, WITHOUT_CLASS, Like
from stormops.core.matching_towns import UNKNOWN
from tests.core.english import english

MAIN = Street("N", "MAIN", "STREET", "")


@pytest.mark.parametrize(
    ("said", "flags", "penalty"),
    [
        (MAIN, 0, 0),
        (MAIN._replace(kind=""), 0, 200),
        (MAIN._replace(kind="ROAD"), 0, 900),
        (MAIN._replace(kind="STEET"), 0, 200),
        (MAIN._replace(kind="FISHING"), 0, 2600),
        (MAIN._replace(kind="GAINESVILLE"), 0, HOPELESS),
        (MAIN._replace(pre=""), 0, 300),
        (MAIN._replace(pre="S"), 0, 2600),
        (MAIN._replace(pre="", post="N"), 0, 100),
        (MAIN._replace(pre="", kind=""), WITH_PRE | WITH_KIND, 0),
        (MAIN, WITH_KIND, 300),
        (MAIN, WITHOUT_CLASS, 200),
    ],
)
def test_fit(said: Street, flags: int, penalty: int) -> None:
    assert fit(said, MAIN, flags) == penalty


def test_a_direction_added() -> None:
    assert fit(MAIN, MAIN._replace(pre=""), 0) == 500


def _meaning(penalty: int, rows: tuple[int, ...] = (), street: int = 0, **reading: Any) -> Meaning:
    plain = Reading(MAIN, "12", "", "", (), 0, "", 0, None, close=False)._replace(**reading)
    return Meaning(penalty, street, 0, rows, plain, Like(street, 0, 0, sounds=False, penalty=0))


def _choose(there: list[Meaning], absent: list[Meaning] | None = None, text: str = "12 Main St") -> tuple[Any, str]:
    choice = choose(Heard(read(text), ranked(there), ranked(absent or [])))
    return choice.meaning and choice.meaning.rows, english(choice.why) if choice.why else ""


def test_ranked_keeps_the_best_of_each_address() -> None:
    rows = [m.rows for m in ranked([_meaning(500, (1,)), _meaning(100, (2,)), _meaning(50, (1,)), _meaning(50, (0,))])]
    assert rows == [(0,), (1,), (2,)]
    assert best_penalty([]) == WORST


def test_the_best_is_chosen_when_it_stands_out() -> None:
    assert _choose([_meaning(100, (1,)), _meaning(100 + MARGIN, (2,), street=1)]) == ((1,), "")


def test_two_that_are_near_each_other_are_not_told_apart() -> None:
    assert _choose([_meaning(100, (1,)), _meaning(99 + MARGIN, (2,), street=1)]) == (
        None,
        "several addresses fit equally",
    )
    assert _choose([_meaning(0, (1,)), _meaning(0, (2,))]) == (None, "the address exists in several towns")


def test_nothing_above_the_bar() -> None:
    assert _choose([_meaning(BAR, (1,))]) == ((1,), "")
    assert _choose([_meaning(BAR + 1, (1,))]) == (None, "no address is near enough")


def test_a_better_street_without_the_number_speaks_against() -> None:
    why = "there is no number 12 on the street named, only on one like it"
    assert _choose([_meaning(700, (1,))], [_meaning(400)]) == (None, why)
    assert _choose([_meaning(700, (1,))], [_meaning(401)]) == ((1,), "")


def test_reasons_for_nothing() -> None:
    assert _choose([], text="Main St")[1] == "no house number is given"
    assert _choose([], [_meaning(0)])[1] == "there is no number 12 on this street"
    assert _choose([])[1] == "no such street is known"
    assert _choose([_meaning(3000, (1,), town=UNKNOWN, town_text="OZ")])[1] == "'OZ' is not a place in this city"
    assert _choose([_meaning(0, (1,))], text="100 block of Main St")[1] == "a block is named, not a house"
