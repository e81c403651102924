"""What the core says: every key that is used is declared, and has words with the same values in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec
import pytest

import stormops
from stormops.core.entry import ActionRefused, decode, encode
from stormops.core.mode import FOR_STAFF, FUNCTIONS
from stormops.core.sentence import SENTENCES, Sentence, say, words
from stormops.web.problem import PROBLEMS
from tests.core.english import english, table

SOURCE = Path(stormops.__file__).parent
TABLES = ("said.ts", "said-es.ts", "said-ht.ts")


def _calls() -> list[tuple[set[str], set[str]]]:
    """Each call of `say` in the source: the keys that it may have, and the names of its values."""
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                keys = {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)}
                found.append(({key for key in keys if isinstance(key, str)}, {str(word.arg) for word in node.keywords}))
    return found


def test_every_sentence_is_declared_with_its_values_and_used() -> None:
    calls = _calls()
    wrong = [(key, names) for keys, names in calls for key in keys if names != set(SENTENCES.get(key, ("undeclared",)))]
    assert wrong == []
    assert set().union(*(keys for keys, _ in calls)) == set(SENTENCES)


@pytest.mark.parametrize("name", TABLES)
def test_every_sentence_has_words_with_its_values_in_each_language(name: str) -> None:
    said = {key.removeprefix("said."): forms for key, forms in table(name).items() if key.startswith("said.")}
    assert set(said) == set(SENTENCES)
    for key, forms in said.items():
        for form, text in forms.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(SENTENCES[key]), (key, form)
        # A number of things needs its plural; a mere number beside words that do not change does not.
        assert set(forms) in ({"other"}, {"one", "other"}), key


@pytest.mark.parametrize("name", ["server-es.ts", "server-ht.ts"])
def test_modes_functions_and_refusals_have_words_in_each_language(name: str) -> None:
    has = {key for key, forms in table(name).items() if forms["other"].strip()}
    assert has >= {f"mode_staff.{mode.value}" for mode in FOR_STAFF}
    assert has >= {f"{group}.{function}" for function in FUNCTIONS for group in ("function", "function_why")}
    assert has >= {f"problem.{code}" for code in PROBLEMS}
    names = {key.partition(".")[2] for key in has if key.startswith("function")}
    assert names == set(FUNCTIONS), "words for what is no function any more"


def test_a_sentence_within_a_sentence_is_said_first() -> None:
    why = say("both", first=say("no_street"), second=say("of_field", field="service_point", why=say("as_said")))
    assert english(why) == "no such street is known; service point: address as said"


def test_the_journal_keeps_keys_and_values_and_still_reads_text_of_before() -> None:
    text = Sentence("incident_is_closed", {"incident": "E-0001", "state": "restored"})
    for kept in (text, say("both", first=text, second=say("alone")), "It has ended.", ""):
        fact = ActionRefused(action="a", code="incident_closed", text=kept)
        assert decode(encode(fact)) == fact
        assert words(msgspec.msgpack.decode(msgspec.msgpack.encode(kept))) == kept
    with pytest.raises(msgspec.ValidationError):
        words(7)
