"""The report form as a page that needs no JavaScript: pure, rendered by feed, and by intake to correct it."""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from collections.abc import Mapping
from importlib import resources

import jinja2
import msgspec

from stormops.core.report import SYMPTOMS, Symptom, Utility
from stormops.pages.advice import ADVICE


class FormSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between installations. URLs as browsers see them, without a slash at the end."""

    title: str
    phone: str
    intake_url: str
    feed_url: str
    language: str = "en"


class Choice(msgspec.Struct, frozen=True):
    """One symptom as a card: its words for people, and what to do at once when it endangers life."""

    value: str
    label: str
    hint: str
    advice: str = ""


LABELS: dict[Symptom, tuple[str, str]] = {
    Symptom.LIGHTS_OUT: ("Power is out", "Nothing works in the whole home"),
    Symptom.PARTIAL: ("Part of the power is out", "Some rooms or some appliances work"),
    Symptom.FLICKERING: ("Lights flicker or are dim", "Brighter and darker, on and off"),
    Symptom.TRANSFORMER: ("Transformer trouble", "A bang, smoke or a hum at the grey can or box"),
    Symptom.TREE: ("Tree on a line", "Leaning on it or about to fall on it"),
    Symptom.WIRE_DOWN: ("Wire down", "On the ground or hanging low"),
    Symptom.POLE_DOWN: ("Pole down or broken", "Fallen, leaning or cracked"),
    Symptom.GAS_ODOUR: ("Smell of gas", "Like rotten eggs, inside or outside"),
    Symptom.WATER: ("No water", "None, very little, or a burst main"),
    Symptom.SEWER: ("Sewer backing up", "Drains come up or overflow"),
}

NAMES = {Utility.ELECTRIC: "Electricity", Utility.WATER: "Water and sewer", Utility.GAS: "Gas"}


def new_key() -> str:
    """A key for one showing of the form: sent twice, it is still one report."""
    return secrets.token_urlsafe(18)


def render_form(
    values: Mapping[str, str], errors: Mapping[str, str], settings: FormSettings, *, trouble: str = ""
) -> str:
    """The whole page. `values` as typed (with `key`, from `new_key`), `errors` a sentence by field.

    `trouble` is a sentence for the top when the report could not be saved at all.
    """
    return _template().render(
        v=values,
        errors=errors,
        trouble=trouble,
        settings=settings,
        groups=_groups(),
        style=_style(),
        dangers=[c for group in _groups().values() for c in group if c.advice],
    )


def policy(settings: FormSettings) -> str:
    """The Content-Security-Policy of the page: no script, its own style, forms to intake and on to feed."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; base-uri 'none'; "
        f"form-action 'self' {settings.intake_url} {settings.feed_url}; frame-ancestors 'none'"
    )


@functools.cache
def _groups() -> dict[str, list[Choice]]:
    """The cards in their sections: danger first, then by utility."""
    groups: dict[str, list[Choice]] = {"Danger": []}
    for symptom, (label, hint) in LABELS.items():
        meaning = SYMPTOMS[symptom]
        utility = Utility.WATER if meaning.utility is Utility.SEWER else meaning.utility
        section = "Danger" if meaning.safety else NAMES[utility]
        groups.setdefault(section, []).append(Choice(symptom.value, label, hint, ADVICE.get(symptom, "")))
    return groups


@functools.cache
def _style() -> str:
    return resources.files("stormops.pages").joinpath("form.css").read_text(encoding="utf-8")


@functools.cache
def _template() -> jinja2.Template:
    source = resources.files("stormops.pages").joinpath("form.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)
