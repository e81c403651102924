"""What to do until help comes, for symptoms that endanger life; the sentences stand in `words/`.

After the advice of the (US) Electrical Safety Foundation and the pipeline safety administration:
distance from a wire first, no spark and no phone near gas.
"""

from __future__ import annotations

from stormops.core.report import SYMPTOMS, Report, Symptom
from stormops.pages.words import words

ADVISED = tuple(symptom for symptom in Symptom if SYMPTOMS[symptom].safety)
"""Symptoms that have advice; other symptoms have none."""


def advice_for(symptom: Symptom, language: str = "en") -> str:
    """The sentences for a symptom, empty when it endangers nobody."""
    return words(language)(f"advice.{symptom.value}") if symptom in ADVISED else ""


def advice(report: Report, language: str = "en") -> str | None:
    """The sentences for this report, None when it endangers nobody."""
    sentences = [advice_for(report.symptom, language)]
    if report.medical:
        sentences.append(words(language)("advice.medical"))
    return " ".join(sentence for sentence in sentences if sentence) or None
