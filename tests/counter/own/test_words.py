from __future__ import annotations

import re
from pathlib import Path

import pytest

from stormops.accounts.states_service import CUT
from stormops.accounts.states_work import SERVICE_REQUEST
from stormops.core.levels import Level, Mode
from stormops.core.mode import level_of
from stormops.counter.own.rendering import PLACES, SAID
from stormops.counter.own.wishes import KINDS, SERVICES
from stormops.counter.own.words import PACKAGE, said
from stormops.pages.words import LANGUAGES, table

OTHERS = [language for language in LANGUAGES if language != "en"]
TEMPLATES = Path(__file__).parents[3] / "src/stormops/counter/own/templates"


def flat(language: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def walk(rows: dict[str, object], path: str) -> None:
        for name, value in rows.items():
            if isinstance(value, dict):
                walk(value, f"{path}{name}.")
            else:
                found[path + name] = str(value)

    walk(table(language, PACKAGE), "")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_page_makes_up_is_there(language: str) -> None:
    words = said(language)
    wanted = {f"own.{name}" for _, name in PLACES} | {f"own_ask.{kind}" for kind in KINDS}
    wanted |= {f"own_request.{state}" for state in SERVICE_REQUEST.states} | {f"choice.{one}" for one in SERVICES}
    wanted |= {f"own_cut.{state}" for state in set(CUT.states) - CUT.final}
    wanted |= {f"own_held.{action}{end}" for action in ("cut", "late_fee") for end in ("", "_until")}
    wanted |= {f"own.{field}_{kind}" for field in ("address", "day") for kind in KINDS}
    levels = {(name, level_of(name, mode)) for name in SAID for mode in Mode}
    wanted |= {f"own_level.{name}_{level}" for name, level in levels if level is not Level.FULL}
    wanted |= {f"own_way.{what}_{way}" for what in ("lead", "contact", "wrong") for way in ("text", "mail", "both")}
    for path in TEMPLATES.glob("*.html"):
        wanted |= set(re.findall(r'\bt(?:\.markup)?\("([a-z_]+\.[a-z_]*[a-z])"', path.read_text()))
        wanted |= {f"{key}.other" for key in re.findall(r't\.count\("([a-z_.]+)"', path.read_text())}
    assert sorted(key for key in wanted if not words.has(key)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_and_places_and_nothing_is_left_in_english(language: str) -> None:
    english, other = flat("en"), flat(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", other[key])), key
        assert other[key] != text, key
