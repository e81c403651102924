"""Every sentence of a refusal that the domain has is in every language, with all its values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import stormops.accounts
from stormops.accounts.commands_cut import EXCLUSIONS
from stormops.accounts.refusal import Refusal
from stormops.accounts.states_service import CUT
from stormops.books.store import KEY_REUSED
from stormops.counter.clerk import CHANGED
from stormops.counter.refusing import sentence, table
from stormops.counter.words import said
from stormops.pages.words import LANGUAGES
from tests.counter.conftest import Desk, customer

OTHERS = [language for language in LANGUAGES if language != "en"]
SOURCES = Path(stormops.accounts.__file__).parent
PLACE = re.compile(r"\{\d\}")


def template(node: ast.expr) -> str | None:
    """A text of the source with places for its values; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        made, places = "", 0
        for part in node.values:
            if isinstance(part, ast.Constant):
                made += str(part.value)
            else:
                made, places = made + f"{{{places}}}", places + 1
        return made
    return None


def sentences() -> Iterator[str]:
    """Of every refusal in the source; where a table of tests gives the sentence, of that table."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and named in {"Refused", "Refusal"} and len(node.args) > 1:
                if (found := template(node.args[1])) is not None:
                    yield found
            elif isinstance(node, ast.Tuple) and path.name == "disconnection.py" and len(node.elts) == 3:
                found = template(node.elts[2])
                if found is not None and found.endswith("."):
                    yield found


@pytest.mark.parametrize("language", OTHERS)
def test_every_refusal_of_the_domain_is_in_every_language_with_its_places(language: str) -> None:
    known = table(language)
    wanted = {*sentences(), CHANGED.sentence, "This key was used for something else."}
    assert len(wanted) > 250
    assert sorted(wanted - known.keys()) == []
    for english, other in known.items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(other)), english
        assert english != other
    assert sorted(known.keys() - wanted) == [], "nobody says this any more"


@pytest.mark.parametrize("language", OTHERS)
def test_whatever_is_in_its_places_a_sentence_is_found_again_with_its_values(language: str) -> None:
    words = said(language)
    for english, other in table(language).items():
        values = [f"v{number}x" for number in range(len(PLACE.findall(english)))]
        assert sentence(Refusal("code", english.format(*values)), words) == other.format(*values), english


def test_values_are_said_in_the_language_too() -> None:
    spanish = said("es")
    step = CUT.after("noticed", "reconnect")
    assert isinstance(step, Refusal)
    assert "ordered" not in sentence(step, spanish)
    two = Refusal("excluded", "Nobody may cut this service: medical, nothing past due.", "medical")
    assert sentence(two, spanish) == (
        "Nadie puede cortar este servicio: servicio médicamente esencial, nada vencido que pueda causar un corte."
    )
    heat = Refusal("excluded", "Nobody may cut this service: weather (heat until 2026-07-04: advisory).", "weather")
    assert "tiempo (heat until 2026-07-04: advisory)" in sentence(heat, spanish)
    assert all(spanish.has(f"exclusion.{name}") for name in EXCLUSIONS)
    money = Refusal("down_payment", "$90.00 is less than $100.25.")
    assert sentence(money, said("ht")) == "$90.00 mwens pase $100.25."


def test_what_no_table_has_and_english_stay_as_they_are() -> None:
    strange = Refusal("x", "Something else entirely.")
    assert sentence(strange, said("es")) == strange.sentence
    assert sentence(Refusal(KEY_REUSED, "Say why."), said("en")) == "Say why."
    long = Refusal("x", f"There is no journal {'x ' * 300}.")
    assert sentence(long, said("es")) == long.sentence
    hostile = Refusal("unknown_journal", "There is no journal {0} {x} <b>.")
    assert sentence(hostile, said("es")) == "No hay asiento {0} {x} <b>."


async def test_a_person_who_reads_spanish_is_refused_in_spanish(desk: Desk) -> None:
    await customer(desk)
    fields = {"account": "a1", "number": "R-1", "cents": "10", "tender": "cash", "stage": "look"}
    headers = {name: value for name, value in desk.headers("cashier").items() if name != "X-CSRF-Token"}
    body = {"csrf": desk.people["cashier"].csrf, **fields}
    answer = await desk.client.post("/counter/do/take_payment?lang=es", data=body, headers=headers)
    assert answer.status_code == 409
    assert "El efectivo y los cheques van a una caja abierta." in answer.text
