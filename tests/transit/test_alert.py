"""When an alert holds, how alerts are ordered, in which language a text is read."""

from __future__ import annotations

import pytest

from stormops.transit.alert import Alert, Named, Period, said


@pytest.mark.parametrize(
    ("periods", "now_ms", "holds"),
    [
        ([], 5, True),
        ([Period(5, 9)], 4, False),
        ([Period(5, 9)], 5, True),
        ([Period(5, 9)], 9, False),
        ([Period(None, 9)], 0, True),
        ([Period(5, None)], 10**15, True),
        ([Period(1, 2), Period(5, 9)], 3, False),
        ([Period(1, 2), Period(5, 9)], 6, True),
    ],
)
def test_it_holds_in_its_periods(periods: list[Period], now_ms: int, holds: bool) -> None:
    found = Alert(periods=periods).period(now_ms)
    assert (found is not None) == holds
    assert found is None or found.holds(now_ms)


def test_what_stops_comes_first_and_then_what_is_worst() -> None:
    alerts = [
        Alert(effect="NO_EFFECT"),
        Alert(effect="DETOUR", severity="INFO"),
        Alert(effect="DETOUR", severity="SEVERE", routes=[Named("9", "")]),
        Alert(effect="DETOUR", severity="SEVERE", routes=[Named("12", "4")]),
        Alert(effect="NO_SERVICE"),
    ]
    ranked = sorted(alerts, key=lambda alert: alert.rank)
    assert [(alert.effect, [route.said for route in alert.routes]) for alert in ranked] == [
        ("NO_SERVICE", []),
        ("DETOUR", ["4"]),
        ("DETOUR", ["9"]),
        ("DETOUR", []),
        ("NO_EFFECT", []),
    ]


def test_a_text_is_read_in_the_language_else_in_english_else_in_any() -> None:
    texts = {"fr": "f", "en": "e", "es": "s"}
    assert said(texts, "es") == ("es", "s")
    assert said(texts, "ht") == ("en", "e")
    assert said({"fr": "f"}, "ht") == ("fr", "f")
    assert said({}, "ht") == ("ht", "")
