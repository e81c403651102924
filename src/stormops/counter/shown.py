"""The fields of a duty's form as a person sees them: what is known is said, what can be chosen is filled in."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from stormops.accounts.decision import usd
from stormops.accounts.draft import Reader
from stormops.accounts.record import Record
from stormops.accounts.records import KINDS
from stormops.counter import forms
from stormops.counter.describing import describe
from stormops.counter.duties import steps_now
from stormops.counter.duty import Duty, Field
from stormops.counter.forms import Given
from stormops.counter.rights import Person
from stormops.counter.words import named
from stormops.pages.words import Words

INPUTS = {
    "money": 'inputmode="decimal" maxlength="16"',
    "count": 'inputmode="numeric" maxlength="10"',
    "whole": 'inputmode="numeric" maxlength="10"',
    "number": 'inputmode="decimal" maxlength="20"',
    "day": 'type="date"',
    "moment": 'type="datetime-local"',
}
HINTS = {"money": "money", "moneys": "moneys", "file": "file", "files": "file", "subject": "subject"}


class Shown(NamedTuple):
    """A field as the template has it."""

    name: str
    kind: str
    label: str
    hint: str
    needed: bool
    values: list[str]
    choices: list[forms.Choice]
    part_values: dict[str, str]
    error: str | None
    typed: bool = False
    """Chosen, or typed by another name (an address, a meter)."""
    fixed: bool = False
    """Known from where the form was opened: said, not asked."""
    of_account: bool = False
    """It is the account, which stands above the form."""

    def input(self) -> Markup:
        """Attributes of a plain input, by its kind."""
        return Markup(INPUTS.get(self.kind, 'type="text" maxlength="4000" autocomplete="off"'))  # noqa: S704 - ours

    def described(self, key: str) -> Markup:
        """What a screen reader is told: the hint, and what is wrong."""
        ids = [f"{key}-hint"] * bool(self.hint) + [f"{key}-error"] * (self.error is not None)
        wrong = ' aria-invalid="true"' if self.error is not None else ""
        needed = " required" if self.needed else ""
        told = f' aria-describedby="{" ".join(ids)}"' if ids else ""
        return Markup(f"{needed}{told}{wrong}".strip())  # noqa: S704 - made of ids of our own


class About(NamedTuple):
    """What a form is about, and who fills it in."""

    duty: Duty
    account: str
    given: Given
    person: Person
    words: Words
    reader: Reader


def shown_of(about: About, errors: dict[str, str]) -> list[Shown]:
    """The fields, each with what is wrong with it."""
    return [_shown(field, about, errors.get(field.name)) for field in about.duty.fields]


def _shown(field: Field, about: About, error: str | None) -> Shown:
    given, words, reader = about.given, about.words, about.reader
    values = given.get(field.name, [])
    choices: list[forms.Choice] = []
    if field.kind == "choice":
        choices = [forms.Choice(each, named(words, "choice", each) if each else "") for each in field.of]
    elif field.kind == "step":
        subject = subject_of(about.duty, given, reader)
        choices = [forms.Choice(each, named(words, "step", each)) for each in steps_now(field, subject)]
    elif field.kind in {"record", "parts"}:
        choices = forms.choices(
            field, about.account, about.person.desk, reader, words, forms.premise_of(about.duty, given)
        )
        if field.kind == "record" and values and values[0] not in {each.value for each in choices}:
            known = reader.get(KINDS[field.of[0]], values[0])
            choices.append(forms.Choice(values[0], values[0] if known is None else describe(known, words)))
    elif field.kind == "subject":
        choices = forms.subjects(about.account, (given.get("kind") or [""])[0], reader, words)
    typed = field.kind == "record" and field.of[0] in {"premise", "service_point"}
    if field.kind == "record" and not values and len(choices) == 1 and (field.needed or field.of == ("drawer",)):
        values = [choices[0].value]
    if typed:
        values = [forms.typed(field, each, reader) for each in values]
        choices = [forms.Choice(forms.typed(field, each.value, reader), each.label) for each in choices]
    parts = {
        name.removeprefix(f"{field.name}:"): value[0]
        for name, value in given.items()
        if name.startswith(f"{field.name}:")
    }
    hint = HINTS.get(field.kind, field.label if words.has(f"help.{field.label}") else "")
    if field.kind == "subject" and choices:
        hint = ""  # it says how to come to a list
    return Shown(
        field.name,
        "record" if field.kind == "subject" and choices else field.kind,
        words(f"field.{field.label}"),
        words(f"help.{hint}") if hint else "",
        field.needed,
        values,
        choices,
        parts,
        error,
        typed,
        _fixed(field, about, error, values),
        field.of == ("account",),
    )


def _fixed(field: Field, about: About, error: str | None, values: list[str]) -> bool:
    """The account, or the record that the form begins with, as it was opened about it."""
    begins = field is about.duty.begins or field.of == ("account",)
    known = field.kind == "record" and begins and any(values) and error is None
    return known and about.reader.get(KINDS[field.of[0]], values[0]) is not None


def subject_of(duty: Duty, given: Given, reader: Reader) -> Record | None:
    """The record that a form begins with, where it is known."""
    first = duty.begins
    key = (given.get(first.name) or [""])[0]
    return reader.get(KINDS[first.of[0]], key) if first.kind == "record" and key else None


def said(field: Shown, words: Words) -> str:
    """What was given in a field, for the preview."""
    labels = {each.value: each.label for each in field.choices}
    if field.kind == "parts":
        return "; ".join(f"{labels.get(key, key)}: {value}" for key, value in field.part_values.items() if value)
    if field.kind == "flag":
        return "✓" if field.values else ""
    between = "; " if field.kind == "outages" else ", "
    return between.join(labels.get(value) or _as_read(field.kind, value, words) for value in field.values if value)


def _as_read(kind: str, value: str, words: Words) -> str:
    """One value as people read it."""
    if kind in {"file", "files"}:
        return f"{value[:12]}…"
    if kind == "money":
        return usd(forms.cents_of(value))
    if kind == "moment":
        return value.replace("T", " ")[:40]
    return _day(value, words) if kind == "day" else value[:200]


def _day(text: str, words: Words) -> str:
    try:
        return words.day(date.fromisoformat(text))
    except ValueError:
        return text[:40]
