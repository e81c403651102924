from __future__ import annotations

import msgspec
import pytest

from stormops.core.report import SYMPTOMS, Report, Symptom


def test_every_symptom_has_a_meaning() -> None:
    assert set(SYMPTOMS) == set(Symptom)


@pytest.mark.parametrize(
    "where",
    [
        {"account": "1"},
        {"phone": "850-555-0100"},
        {"meter": "M1"},
        {"service_point": "E-P1"},
        {"latitude": 30.0, "longitude": -84.0},
        {"address": "12 Palm Ave"},
        {"landmark": "the school"},
    ],
)
def test_each_way_of_saying_who_or_where_is_enough(where: dict[str, object]) -> None:
    assert msgspec.convert({"symptom": "lights_out", **where}, Report).located


@pytest.mark.parametrize("where", [{}, {"latitude": 30.0}, {"note": "dark"}, {"address": ""}])
def test_a_report_that_names_no_place_is_not_located(where: dict[str, object]) -> None:
    assert not msgspec.convert({"symptom": "lights_out", **where}, Report).located


@pytest.mark.parametrize(
    ("symptom", "medical", "safety"),
    [("lights_out", False, False), ("lights_out", True, True), ("wire_down", False, True), ("gas_odour", False, True)],
)
def test_danger_and_medical_need_are_safety(symptom: Symptom, medical: bool, safety: bool) -> None:
    assert Report(symptom=Symptom(symptom), medical=medical, address="x").safety is safety


@pytest.mark.parametrize(
    "wrong",
    [{"symptom": "bored"}, {"symptom": "water", "latitude": 91.0}, {"symptom": "water", "x": 1}, {"address": "12"}],
)
def test_what_is_not_a_report_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Report)
