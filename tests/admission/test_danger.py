from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.danger import tells_of_danger
from stormops.core.report import SYMPTOMS, Symptom


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_the_same_rule_as_the_reports_own(symptom: str) -> None:
    dangerous = SYMPTOMS[symptom].safety  # type: ignore[index]
    assert tells_of_danger(f'{{"address": "1 Main", "symptom": "{symptom}"}}'.encode()) == dangerous
    assert tells_of_danger(f"symptom={symptom}&address=1+Main".encode()) == dangerous
    assert tells_of_danger(f'{{"symptom": "{symptom}", "medical": true}}'.encode())
    assert tells_of_danger(f"medical=on&symptom={symptom}".encode())


@given(st.binary(max_size=500))
def test_nothing_breaks_it(body: bytes) -> None:
    assert tells_of_danger(body) in {True, False}


def test_what_is_too_large_is_no_report() -> None:
    assert not tells_of_danger(b'{"medical": true, "note": "' + b"x" * 70_000 + b'"}')


@pytest.mark.parametrize("symptom", [*Symptom])
def test_a_symptom_that_is_written_with_escapes_tells_what_it_tells(symptom: Symptom) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in symptom)
    for body in (b'{"symptom":"%b"}' % symptom.encode(), b'{"symptom":"%b"}' % escaped.encode()):
        assert tells_of_danger(body) is SYMPTOMS[symptom].safety
    assert tells_of_danger(b'{"m\\u0065dical":true}')
