"""Every language has every sentence, with the same places, and writes numbers and times as its readers do."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from stormops.core.incident import State
from stormops.core.mode import FOR_THE_PUBLIC, Mode
from stormops.core.report import SYMPTOMS, Symptom
from stormops.pages.words import LANGUAGES, NAMED_MAX, iso, some, words

OTHERS = [language for language in LANGUAGES if language != "en"]
MESSAGES = Path(__file__).parents[2] / "dashboards/src/messages"


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_and_places(language: str) -> None:
    english, other = words("en"), words(language)
    assert other.keys() == english.keys()
    for key in english.keys():  # noqa: SIM118  # Words is no mapping
        places = [set(re.findall(r"\{(\w+)\}", said(key))) for said in (english, other)]
        assert places[0] == places[1], key
        assert other(key).strip() or not english(key), key


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    english, other = words("en"), words(language)
    same = {key for key in english.keys() if english(key) == other(key)}  # noqa: SIM118
    assert same <= {"utility.gas", "mode_name.normal"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_domain_has_its_sentence(language: str) -> None:
    said = words(language)
    assert all(said.has(f"symptom.{symptom}") and said.has(f"symptom_hint.{symptom}") for symptom in Symptom)
    assert all(said.has(f"state.{state}") for state in [*State, "received", "unmatched", "matched", "withdrawn"])
    assert all(said.has(f"mode.{mode}") and said.has(f"mode_name.{mode}") for mode in Mode)
    assert all(said.has(f"advice.{symptom}") for symptom in Symptom if SYMPTOMS[symptom].safety)


def test_the_mode_is_said_as_the_public_view_says_it() -> None:
    assert {mode: words("en")(f"mode.{mode}") for mode in Mode} == FOR_THE_PUBLIC


@pytest.mark.parametrize("language", LANGUAGES)
def test_safety_advice_names_the_distance_and_the_number_to_call(language: str) -> None:
    said = words(language)
    for key in ("advice.wire_down", "advice.pole_down"):
        assert "25 " in said(key)
        assert "(8 m)" in said(key)
    assert all("911" in said(key) for key in said.keys() if key.startswith("advice."))  # noqa: SIM118


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_is_said_where_a_script_says_it(language: str) -> None:
    table = (MESSAGES / f"{language}.ts").read_text()
    said = words(language)
    for ours, theirs in (("state", "receipt"), ("mode", "mode_public"), ("mode_name", "mode_name")):
        spoken = dict(re.findall(rf'"{theirs}\.(\w+)":\s+"([^"]+)"', table))
        shared = {key: text for key, text in spoken.items() if said.has(f"{ours}.{key}")}
        assert len(shared) >= len(Mode)
        assert shared == {key: said(f"{ours}.{key}") for key in shared}


def test_a_sentence_is_filled_in_and_as_markup_escaped() -> None:
    said = words("en")
    assert said("miss.slow", seconds=5) == "Wait 5 seconds and try again."
    assert "&lt;b&gt;" in said.markup("page.by_phone", phone="<b>")
    with pytest.raises(KeyError):
        said("no.such.key")


def test_one_and_several() -> None:
    given = {"out": "5", "customers": "10"}
    assert words("en").count("text.total", 1, **given).endswith("in 1 area.")
    assert words("en").count("text.total", 1200, **given).endswith("in 1,200 areas.")
    assert words("es").count("text.total", 2, **given) == "5 de 10 clientes están sin servicio, en 2 zonas."


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Mon 21 Sep, 10:13 EDT"),
        ("es", "lun 21 sep, 10:13 EDT"),
        ("ht", "lendi 21 sept., 10:13 EDT"),
    ],
)
def test_times_are_the_citys_in_the_readers_words(language: str, written: str) -> None:
    assert words(language).time(1_790_000_000_000, ZoneInfo("America/New_York")) == written


def test_a_narrow_column_has_the_day_and_the_hour() -> None:
    assert words("en").short(1_790_000_000_000, ZoneInfo("America/New_York")) == "21\N{NO-BREAK SPACE}Sep 10:13"
    assert words("es").short(1_790_000_000_000, ZoneInfo("America/New_York")) == "21\N{NO-BREAK SPACE}sep 10:13"


def test_a_moment_is_read_by_people_and_by_programs() -> None:
    moment = words("ht").moment(1_790_000_000_000, ZoneInfo("America/New_York"))
    assert moment == f'<time datetime="{iso(1_790_000_000_000)}">lendi 21 sept., 10:13 EDT</time>'
    assert iso(1_790_000_000_000) == "2026-09-21T14:13:20+00:00"


def test_of_many_names_the_first_few_are_said() -> None:
    names = [str(number) for number in range(NAMED_MAX)]
    assert some(iter(names)) == ", ".join(names)
    assert some([*names, "a", "b"]) == f"{some(names)} (+2)"


def test_a_language_without_a_table_is_english() -> None:
    assert words("xx").language == "en"
