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
from markupsafe import Markup

from stormops.core.report import SYMPTOMS, Symptom, Utility
from stormops.pages.advice import advice_for
from stormops.pages.language import offered
from stormops.pages.words import Words, words


class FormSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between installations. URLs as browsers see them, without a slash at the end.

    `language` is the page's; `languages` are all that the reader may change to.
    """

    title: str
    phone: str
    intake_url: str
    feed_url: str
    language: str = "en"
    languages: tuple[str, ...] = ()


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


def new_key() -> str:
    """A key for one showing of the form: sent twice, it is still one report."""
    return secrets.token_urlsafe(18)


def render_form(
    values: Mapping[str, str], errors: Mapping[str, str], settings: FormSettings, *, trouble: str = "", mode: str = ""
) -> str:
    """The whole page. `values` as typed (with `key`, from `new_key`), `errors` a sentence by field.

    `trouble` is a sentence for the top when the report could not be saved at all; `mode` the platform's.
    """
    said = words(settings.language)
    sections = _sections(settings.language)
    return _template().render(
        t=said,
        v=values,
        errors=errors,
        trouble=trouble,
        settings=settings,
        mode=mode,
        phone=Markup('<a href="tel:{0}">{0}</a>').format(settings.phone),
        languages=[words(code) for code in offered(settings.languages or (settings.language,))],
        sections=sections,
        style=style(),
        dangers=sections[0][2],
    )


def policy(settings: FormSettings) -> str:
    """The Content-Security-Policy of the page: no script, its own style, forms to intake and on to feed."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; base-uri 'none'; "
        f"form-action 'self' {settings.intake_url} {settings.feed_url}; frame-ancestors 'none'"
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


@functools.cache
def style() -> str:
    """The style sheet that stands in the page itself."""
    folder = resources.files("stormops.pages")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("form.css", "mode.css"))


@functools.cache
def _template() -> jinja2.Template:
    source = resources.files("stormops.pages").joinpath("form.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)
