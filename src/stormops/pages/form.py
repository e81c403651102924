"""The report form as a page that needs no JavaScript: pure, rendered by feed, and by intake to correct it."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import msgspec

from stormops.core.report import SYMPTOMS, Symptom, Utility
from stormops.pages.advice import advice_for
from stormops.pages.page import PageSettings, render_page
from stormops.pages.words import Words, words


class Choice(msgspec.Struct, frozen=True):
    """One symptom as a card: its words for people, and what to do at once when it endangers life."""

    value: str
    label: str
    hint: str
    advice: str = ""


ORDER = (
    Symptom.LIGHTS_OUT,
    Symptom.PARTIAL,
    Symptom.FLICKERING,
    Symptom.TRANSFORMER,
    Symptom.TREE,
    Symptom.WIRE_DOWN,
    Symptom.POLE_DOWN,
    Symptom.GAS_ODOUR,
    Symptom.ENTRAPMENT,
    Symptom.WATER,
    Symptom.SEWER,
)
"""The cards of each section in the order in which they are asked for."""

DANGER = "danger"
"""The section of symptoms that endanger life; the others are called by their utility."""


def render_form(
    values: Mapping[str, str], errors: Mapping[str, str], settings: PageSettings, *, trouble: str = "", mode: str = ""
) -> str:
    """The whole page. `values` as typed (with `key`, from `new_key`), `errors` a sentence by field.

    `trouble` is a sentence for the top when the report could not be saved at all; `mode` the platform's.
    """
    sections = _sections(settings.language)
    return render_page(
        "form.html",
        settings,
        "/report?",
        v=values,
        errors=errors,
        trouble=trouble,
        mode=mode,
        sections=sections,
        dangers=sections[0][2],
    )


@functools.cache
def _sections(language: str) -> list[tuple[str, str, list[Choice]]]:
    """The cards in their sections (key, title, cards): danger first, then by utility."""
    said = words(language)
    sections: dict[str, list[Choice]] = {DANGER: []}
    for symptom in ORDER:
        sections.setdefault(_section(symptom), []).append(_choice(symptom, said))
    return [
        (key, said("form.danger_section") if key == DANGER else said(f"utility.{key}"), cards)
        for key, cards in sections.items()
    ]


def _section(symptom: Symptom) -> str:
    meaning = SYMPTOMS[symptom]
    if meaning.safety:
        return DANGER
    return Utility.WATER.value if meaning.utility is Utility.SEWER else meaning.utility.value


def _choice(symptom: Symptom, said: Words) -> Choice:
    value = symptom.value
    return Choice(value, said(f"symptom.{value}"), said(f"symptom_hint.{value}"), advice_for(symptom, said.language))
