from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.pages.language import choose, offered, remembered

ALL = ("en", "es", "ht")


def test_what_is_asked_for_goes_before_what_is_remembered_before_what_is_preferred() -> None:
    assert choose(ALL, asked="ht", remembered="es", accept="en") == "ht"
    assert choose(ALL, asked="xx", remembered="es", accept="en") == "es"
    assert choose(ALL, remembered="xx", accept="es-MX,es;q=0.9") == "es"
    assert choose(ALL, accept="xx") == "en"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("ht;q=0.8, es;q=0.9, en;q=0.7", "es"),
        ("es;q=0, ht", "ht"),
        ("es-419", "es"),
        ("ES", "es"),
        ("fr, de;q=0.5", "en"),
        ("es;q=nonsense", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_browsers_preference_by_quality(accept: str, language: str) -> None:
    assert choose(ALL, accept=accept) == language


def test_only_what_the_city_offers_is_chosen_and_its_first_is_the_default() -> None:
    assert choose(("es", "en"), accept="fr") == "es"
    assert choose(("en",), asked="es", accept="es") == "en"
    assert offered(["xx", "ht"]) == ["ht"]
    assert offered(["xx"]) == ["en"]


@given(st.text(max_size=80), st.text(max_size=10))
def test_no_header_is_too_strange(accept: str, asked: str) -> None:
    assert choose(ALL, asked=asked, accept=accept) in ALL


@pytest.mark.parametrize(
    ("cookies", "language"),
    [("stormops_lang=es", "es"), ("a=b; stormops_lang=ht", "ht"), ("not_stormops_lang=es", ""), ("", "")],
)
def test_a_choice_is_remembered_by_its_cookie(cookies: str, language: str) -> None:
    assert remembered(cookies) == language
