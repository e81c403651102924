from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import stormops.accounts
from stormops.accounts.chart import CHART
from stormops.accounts.record import MACHINE_OF
from stormops.accounts.records import KINDS
from stormops.core.incident import State
from stormops.counter.duties import DUTIES, GROUPS, TAKES
from stormops.counter.queues import QUEUES
from stormops.counter.words import PACKAGE, english_in, in_ledger, named, plain, said
from stormops.pages.words import LANGUAGES, table

OTHERS = [language for language in LANGUAGES if language != "en"]
TEMPLATES = Path(__file__).parents[2] / "src/stormops/counter/templates"


def flat(language: str) -> dict[str, str]:
    made = table(language, PACKAGE)
    return {f"{group}.{name}": text for group, rows in made.items() for name, text in rows.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_the_domain_has_its_word(language: str) -> None:
    words = said(language)
    fields = [field for duty in DUTIES.values() for field in duty.fields]
    wanted = {f"duty.{name}" for name in DUTIES} | {f"group.{name}" for name in GROUPS}
    wanted |= {f"queue.{name}" for name in QUEUES} | {f"kind.{name}" for name in KINDS}
    wanted |= {f"field.{field.label}" for field in fields}
    wanted |= {f"step.{step}" for field in fields if field.kind == "step" for step in field.of[1:]}
    wanted |= {f"choice.{each}" for field in fields if field.kind == "choice" for each in field.of if each}
    wanted |= {f"incident.{state}" for state in State}
    wanted |= {f"state.{state}" for machine in MACHINE_OF.values() for state in machine.states}
    assert sorted(key for key in wanted if not words.has(key)) == []


def test_what_is_said_of_taking_back_is_of_a_duty_that_can_be() -> None:
    own = set(table("en", PACKAGE)["back"]) - {"by"}
    assert {name for name in own if name not in DUTIES or DUTIES[name].undo is None} == set()
    assert set(table("en", PACKAGE)["again"]) <= set(TAKES)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_and_places(language: str) -> None:
    english, other = flat("en"), flat(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", other[key])), key


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    english, other = flat("en"), flat(language)
    cognates = {"field.inspector", "choice.cheque", "state.final", "state.finalled", "ui.fund"}
    assert {key for key in english if english[key] == other[key]} <= cognates


def test_every_word_of_a_template_is_there() -> None:
    keys = {
        key
        for path in TEMPLATES.glob("*.html")
        for key in re.findall(r't\("([a-z_]+\.[a-z_]*[a-z])"', path.read_text())
    }
    assert len(keys) > 40
    assert sorted(key for key in keys if not said("en").has(key)) == []


def test_what_no_table_has_is_written_out() -> None:
    assert named(said("es"), "state", "somewhere_else") == "Somewhere else"
    assert plain("pending_deposit") == "Pending deposit"
    assert said("xx") is said("xx")
    assert said("xx").language == "en"


NAME = re.compile(r"[a-z]+(_[a-z]+)*")
EVENTS = [*Path(stormops.accounts.__file__).parent.glob("postings*.py")]


def events() -> set[str]:
    """Of every journal that the domain posts, as its source names it, and of what is waived."""
    found = {
        node.value
        for path in EVENTS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+(_[a-z]+)*", node.value)
    }
    kinds = next(each for each in DUTIES["request_adjustment"].fields if each.label == "type").of
    return found | set(kinds) | {"fee_charged", "back_billed"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_account_of_the_chart_and_every_event_has_its_name(language: str) -> None:
    names = {row.name for row in CHART.values()} | {plain(event) for event in events()}
    assert names >= {"Recalled", "Late fee", "Billed"}
    table_ = english_in("ledger", language)
    assert table_.keys() == names
    assert {name for name in names if table_[name] == name} == set()
    assert in_ledger("Recalled", said(language)) == table_["Recalled"]
    assert in_ledger("Recalled", said("en")) == "Recalled"
