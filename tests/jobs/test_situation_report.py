from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from geo.generate import generate_city
from stormops.core.entry import AnyFact, CityAdopted, Entry, IncidentChanged, IncidentOpened, Tick
from stormops.core.incident import State
from stormops.core.mode import FOR_STAFF, Mode
from stormops.core.mode_rules import AUTOMATIC, DECLARED
from stormops.core.network import EdgeKind, trace
from stormops.core.report import Utility
from stormops.core.sentence import say
from stormops.core.situation import Situation
from stormops.core.summary import ModeState
from stormops.jobs.situation_report import render, said, summarise, write
from stormops.pages.words import LANGUAGES

AT = 1_778_785_200_000


@pytest.fixture(scope="module")
def situation() -> Situation:
    city = generate_city(customers=500, seed=2)
    tree = trace(city.network, city.premises)
    made = Situation(city, tree)
    fuse = int((tree.kind == EdgeKind.FUSE).argmax())
    facts: list[AnyFact] = [
        CityAdopted(name=city.name, hash="x"),
        Tick(number=1, at_ms=AT),
        IncidentOpened(incident="E-0001", utility=Utility.ELECTRIC, since_ms=AT - 60_000),
        IncidentChanged(incident="E-0001", devices=[made.device_ids[fuse]], since_ms=AT - 60_000),
    ]
    made.apply(Entry(i + 1, AT, "", 0, 1, i + 1, fact) for i, fact in enumerate(facts))
    return made


def test_the_figures_are_the_situations(situation: Situation) -> None:
    report = summarise(situation, "Palmetto", "America/New_York", "scheduled")
    assert report.customers_out == situation.customers_out > 0
    assert report.incidents_by_state == {"predicted": 1}
    assert report.largest[0].customers_out == report.feeders[0].customers_out == report.customers_out
    assert report.position == situation.position
    assert summarise(situation, "Palmetto", "America/New_York", "scheduled") == report


def test_reliability_is_by_the_standard_and_what_is_only_predicted_is_no_interruption(situation: Situation) -> None:
    hour, customers = AT // 3_600_000, len(situation.city.premises)
    before, incident = situation.interruptions, next(iter(situation.incidents.values()))
    try:
        usual = {hour - 24 * (200 + number): (1, 60_000 * (1_000 + number)) for number in range(100)}
        situation.interruptions = {**usual, hour: (customers, 3_600_000 * customers), hour - 24: (1, 600_000)}
        report = summarise(situation, "Palmetto", "America/New_York", "scheduled")
        lines = {each.stretch: each for each in report.reliability}
        today = lines["today"]
        assert (today.saifi, today.saidi_minutes, today.caidi_minutes) == (1.0, 60.0, 60.0)
        assert lines["today, with those still out"] == replace(today, stretch="today, with those still out")
        assert lines["this year"].customers_interrupted == customers + 1
        assert lines["this year without major event days"].customer_minutes == 10
        assert report.major_event_days == ["2026-05-14"]
        incident.state, incident.since_ms = State.CONFIRMED, incident.since_ms - 3_600_000
        still = summarise(situation, "Palmetto", "America/New_York", "scheduled").reliability[1]
        assert still.customers_interrupted == customers + incident.customers_out
        assert "IEEE 1366" in render(report)
        assert "2026-05-14" in render(report)
    finally:
        situation.interruptions, incident.state = before, State.PREDICTED
        incident.since_ms += 3_600_000


def test_it_says_the_mode_who_declared_it_and_why(situation: Situation) -> None:
    quiet = summarise(situation, "Palmetto", "America/New_York", "scheduled")
    assert (quiet.mode.mode, quiet.mode.since_ms, quiet.mode.sentence) == ("normal", 0, FOR_STAFF[Mode.NORMAL])
    page = render(quiet)
    assert FOR_STAFF[Mode.NORMAL] in page
    assert "declared by" not in page
    before = situation.mode
    try:
        situation.mode = ModeState(Mode.STORM, AT, DECLARED, "ana", "wind <40 kn>", "city")
        declared = summarise(situation, "Palmetto", "America/New_York", "scheduled")
        page = render(declared)
        assert FOR_STAFF[Mode.STORM] in page
        assert "declared by ana for the city: wind &lt;40 kn&gt;" in page
        assert json.loads(msgspec.json.encode(declared))["mode"]["mode"] == "storm"
        situation.mode = ModeState(Mode.SURGE, AT, AUTOMATIC, "", "5,000 customers are out.", "")
        assert "tightened automatically: 5,000 customers are out." in render(summarise(situation, "P", "UTC", "due"))
    finally:
        situation.mode = before


def test_it_names_no_address_phone_or_account(situation: Situation) -> None:
    page = render(summarise(situation, "Palmetto", "America/New_York", "scheduled"))
    premises = situation.city.premises
    assert not any(premises.address(p) in page for p in range(len(premises)))
    assert not any(secret in page for secret in (*premises.phone, *premises.account) if secret)


def test_hostile_words_are_only_words(situation: Situation) -> None:
    page = render(summarise(situation, "<script>alert(1)</script>", "UTC", "asked for by ana: <b>now</b>"))
    assert "<script>" not in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page


def test_both_forms_are_written_whole(situation: Situation, tmp_path: Path) -> None:
    report = summarise(situation, "Palmetto", "America/New_York", "scheduled")
    creole, spanish, html, data = write(tmp_path, report)
    assert html.read_text() == render(report)
    assert (spanish.read_text(), creole.read_text()) == (render(report, "es"), render(report, "ht"))
    assert json.loads(data.read_text())["customers_out"] == report.customers_out
    assert {p.name for p in tmp_path.iterdir()} == {html.name, spanish.name, creole.name, data.name}


def test_every_word_is_in_every_language_with_the_same_places() -> None:
    english, modes = said("en"), {f"mode_staff.{mode.value}" for mode in FOR_STAFF}
    for code in LANGUAGES[1:]:
        words = said(code)
        assert words.keys() == english.keys() | modes
        assert [key for key in sorted(english.keys()) if _places(words(key)) != _places(english(key))] == []


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize(
    ("language", "held"),
    [
        (
            "es",
            [
                "lo pidió ana: &lt;b&gt;",
                "Gran demanda: llega más",
                "endurecido automáticamente: 1,234 clientes",
                "previsto",
            ],
        ),
        ("ht", ["se ana: &lt;b&gt;", "Gwo demann: gen plis", "poukont li: 1,234 kliyan san sèvis", "prevwa"]),
    ],
)
def test_it_is_in_the_readers_language(situation: Situation, language: str, held: list[str]) -> None:
    before = situation.mode
    try:
        reason = say("share_out", count=1_234, share="41.0%")
        situation.mode = ModeState(Mode.SURGE, AT, AUTOMATIC, "", reason, "city")
        report = summarise(situation, "Palmetto", "America/New_York", "asked for by ana: <b>now</b>")
    finally:
        situation.mode = before
    page = render(report, language)
    assert f'<html lang="{language}">' in page
    assert [text for text in held if text not in page] == []
    left = ("Customers", "Incident<", "Feeder", "Since", "today", "transformer<", "None.")
    assert [text for text in left if text in page] == []
    assert "tightened automatically: 1,234 customers are out, 41.0% of all." in render(report)
