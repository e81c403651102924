from __future__ import annotations

import pytest

from stormops.core.report import SYMPTOMS, Report, Symptom
from stormops.pages.advice import ADVISED, advice, advice_for
from stormops.pages.words import LANGUAGES, words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("symptom", list(Symptom))
def test_there_is_advice_exactly_where_life_is_at_risk(symptom: Symptom, language: str) -> None:
    assert (symptom in ADVISED) == SYMPTOMS[symptom].safety
    assert bool(advice_for(symptom, language)) == SYMPTOMS[symptom].safety
    assert (advice(Report(symptom=symptom, account="1"), language) is not None) == SYMPTOMS[symptom].safety


def test_a_medical_need_adds_its_own() -> None:
    both = advice(Report(symptom=Symptom.GAS_ODOUR, account="1", medical=True))
    assert both is not None
    assert both.startswith("Leave now")
    assert both.endswith(words("en")("advice.medical"))


def test_it_is_said_in_the_callers_language() -> None:
    assert advice_for(Symptom.GAS_ODOUR, "es").startswith("Salga ahora mismo")
    assert advice_for(Symptom.GAS_ODOUR, "ht").startswith("Soti kounye a")
