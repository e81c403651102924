from __future__ import annotations

import pytest

from stormops.core.report import SYMPTOMS, Report, Symptom
from stormops.pages.advice import ADVICE, MEDICAL, advice


@pytest.mark.parametrize("symptom", list(Symptom))
def test_there_is_advice_exactly_where_life_is_at_risk(symptom: Symptom) -> None:
    assert (symptom in ADVICE) == SYMPTOMS[symptom].safety
    assert (advice(Report(symptom=symptom, account="1")) is not None) == SYMPTOMS[symptom].safety


def test_a_medical_need_adds_its_own() -> None:
    both = advice(Report(symptom=Symptom.GAS_ODOUR, account="1", medical=True))
    assert both is not None
    assert both.startswith("Leave now")
    assert both.endswith(MEDICAL)


def test_each_says_where_to_call() -> None:
    assert all("911" in text for text in [*ADVICE.values(), MEDICAL])
