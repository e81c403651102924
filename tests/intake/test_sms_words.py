from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.danger import tells_of_danger
from stormops.core.report import Symptom
from stormops.intake.phrases import LANGUAGES, phrases
from stormops.intake.sms_words import Kind, plain, understand
from stormops.intake.voice_script import DANGER_KEYS

DARK, WIRE, POLE, GAS = Symptom.LIGHTS_OUT, Symptom.WIRE_DOWN, Symptom.POLE_DOWN, Symptom.GAS_ODOUR


@pytest.mark.parametrize(
    ("text", "kind", "language", "symptom", "rest"),
    [
        ("OUT", Kind.REPORT, "en", DARK, ""),
        ("out 1103 Blue Ave", Kind.REPORT, "en", DARK, "1103 Blue Ave"),
        ("Power out at 1103 Blue Ave", Kind.REPORT, "en", DARK, "at 1103 Blue Ave"),
        ("my lights went out, 5 Elm St", Kind.REPORT, "en", DARK, "my lights went out, 5 Elm St"),
        ("¡Sin luz!", Kind.REPORT, "es", DARK, ""),
        ("No hay luz en 12 Calle Ocho", Kind.REPORT, "es", DARK, "en 12 Calle Ocho"),
        ("Blakawout", Kind.REPORT, "ht", DARK, ""),
        ("Pa gen limyè", Kind.REPORT, "ht", DARK, ""),
        ("still out", Kind.STILL, "en", DARK, "still out"),
        ("sigue sin luz", Kind.STILL, "es", DARK, "sigue sin luz"),
        ("Toujou pa gen kouran", Kind.STILL, "ht", DARK, "Toujou pa gen kouran"),
        ("STAT", Kind.STATUS, "en", DARK, "STAT"),
        ("status 01-2345-6789-012-3", Kind.STATUS, "en", DARK, "status 01-2345-6789-012-3"),
        ("Estado", Kind.STATUS, "es", DARK, "Estado"),
        ("eta", Kind.STATUS, "ht", DARK, "eta"),
        ("lights flicker 5 Elm St", Kind.REPORT, "en", Symptom.FLICKERING, "lights flicker 5 Elm St"),
        ("no tengo agua", Kind.REPORT, "es", Symptom.WATER, ""),
    ],
)
def test_keywords_of_three_languages(text: str, kind: Kind, language: str, symptom: Symptom, rest: str) -> None:
    assert understand(text)[:3] == (kind, language, symptom)
    assert understand(text).rest == rest


@pytest.mark.parametrize(
    ("text", "symptom", "language"),
    [
        ("wire down", WIRE, "en"),
        ("There's a LIVE WIRE across Oak St", WIRE, "en"),
        ("power line is down on my car, lights out too", WIRE, "en"),
        ("cable caído", WIRE, "es"),
        ("hay un alambre en el suelo", WIRE, "es"),
        ("Fil tonbe", WIRE, "ht"),
        ("gen yon fil atè", WIRE, "ht"),
        ("pole snapped at 5th and Main", POLE, "en"),
        ("poste caido", POLE, "es"),
        ("Poto a tonbe", POLE, "ht"),
        ("I smell gas", GAS, None),  # English and Spanish write it alike
        ("huele a gas", GAS, None),
        ("odè gaz", GAS, "ht"),
        ("rotten eggs smell", GAS, "en"),
        ("trapped in a car under a wire", Symptom.ENTRAPMENT, "en"),
        ("hay gente atrapada", Symptom.ENTRAPMENT, "es"),
        ("yon moun bloke anndan", Symptom.ENTRAPMENT, "ht"),
        ("STOP sign: wire down", WIRE, "en"),
        ("help wire down", WIRE, "en"),
        ("still out and I smell gas", GAS, None),
    ],
)
def test_a_danger_is_heard_before_anything_else(text: str, symptom: Symptom, language: str | None) -> None:
    meaning = understand(text)
    assert (meaning.kind, meaning.symptom) == (Kind.REPORT, symptom)
    assert meaning.language == language or (symptom is GAS and language is None)


@pytest.mark.parametrize("text", ["out near the gas station", "OUT 5 Gas Station Rd"])
def test_a_petrol_station_is_no_gas_odour(text: str) -> None:
    assert understand(text).symptom is DARK


@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "StopAll", "Unsubscribe", "QUIT", "¡Alto!", "Basta", "Rete", "RETE!"]
)
def test_opt_out_words(text: str) -> None:
    assert understand(text).kind is Kind.STOP


@pytest.mark.parametrize("text", ["please stop", "stop the outage", "the end", "cancel my report"])
def test_an_opt_out_word_in_a_sentence_is_none(text: str) -> None:
    assert understand(text).kind is not Kind.STOP


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("START", Kind.START),
        ("Iniciar", Kind.START),
        ("kòmanse", Kind.START),
        ("help", Kind.HELP),
        ("Ayuda", Kind.HELP),
        ("Èd", Kind.HELP),
        ("1103 Blue Ave", Kind.ADDRESS),
        ("Apt 4, 77 Main", Kind.ADDRESS),
        ("2", Kind.NUMBER),
        ("hello", Kind.UNCLEAR),
        ("the cat went out", Kind.UNCLEAR),
        ("", Kind.UNCLEAR),
        ("😀", Kind.UNCLEAR),
    ],
)
def test_the_rest(text: str, kind: Kind) -> None:
    assert understand(text).kind is kind


def test_a_medical_need_makes_any_report_a_safety_report() -> None:
    assert understand("OUT, my son is on oxygen").medical
    assert understand("sin luz, mi madre usa respirador").medical
    assert understand("dyaliz").medical
    assert not understand("OUT").medical


def test_plain_takes_accents_and_marks_off() -> None:
    assert plain("  ¡Cable, CAÍDO!\n") == "cable caido"
    assert plain("l\u2019électricité n'est") == "lelectricite nest"


@given(st.text(max_size=2000))
def test_every_text_means_something(text: str) -> None:
    meaning = understand(text)
    assert meaning.kind in Kind
    assert (meaning.kind is Kind.REPORT) <= (meaning.symptom is not None)


DANGERS = ("wire", "pole", "gas", "trapped", "medical")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DANGERS)
def test_admission_lets_through_first_whatever_is_heard_as_a_danger_here(language: str, name: str) -> None:
    for word in phrases(language).words[name]:
        assert tells_of_danger(urlencode({"MessageSid": "SM1", "Body": f"Ay! {word.upper()} now"}).encode()), word
    assert not tells_of_danger(urlencode({"MessageSid": "SM1", "Body": "OUT 1103 Blue Ave"}).encode())


def test_admission_knows_the_danger_keys_of_a_call() -> None:
    for key in "0123456789*#":
        webhook = urlencode({"CallSid": "CA1", "From": "+18505550101", "Digits": key}).encode()
        assert tells_of_danger(webhook) == (key in DANGER_KEYS)
