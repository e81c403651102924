"""Where duties are, and which of them a person is offered: about an account, by name, next, and to take it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from stormops.books import terms
from stormops.counter.duties import DUTIES, GROUPS, Duty
from stormops.counter.rendering import Link
from stormops.counter.rights import Person, may_use
from stormops.pages.words import Words

CALLED_MAX = 8
CALLED_LETTERS_MIN = 3
"""A duty is found by name from a word of so many letters on."""


def account_href(account: str) -> str:
    """Where an account's page is."""
    return f"/counter/accounts/{quote(account, safe='')}"


def duty_href(duty: Duty, record: str, here: str = "") -> str:
    """Where a duty is done about a record."""
    query = {duty.fields[0].name: record} | ({"here": here} if here else {})
    return f"/counter/do/{duty.name}?{urlencode(query)}"


def undo_of(duty: Duty, body: dict[str, Any], answer: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """The duty that takes it back, with what it begins with; None when nothing does."""
    if duty.undo is None:
        return None
    back, step = DUTIES[duty.undo[0]], duty.undo[1]
    first = back.fields[0]
    key = answer.get(first.of[0]) or body.get(first.label) if first.kind == "record" else None
    if not isinstance(key, str):
        return None
    return back.name, {first.name: key} | ({"step": step} if step else {})


def next_of(words: Words, person: Person, answer: dict[str, str], here: str) -> list[Link]:
    """What is done next with what was made: evidence for a request, its submission."""
    request = answer.get("request")
    if request is None:
        return []
    after = [DUTIES[name] for name in ("attach_evidence", "submit_request")]
    return [
        Link(duty_href(duty, request, here), words(f"duty.{duty.name}"))
        for duty in after
        if may_use(person, duty.command)
    ]


def grouped(words: Words, person: Person, duties: list[Duty], first: dict[str, str]) -> list[dict[str, Any]]:
    """Duties that the person may do, by group; `first`: what a kind of record's duties begin with."""
    made = []
    for group in GROUPS:
        links = [
            Link(
                duty_href(duty, first[duty.about]) if duty.about in first else f"/counter/do/{duty.name}",
                words(f"duty.{duty.name}"),
            )
            for duty in duties
            if duty.group == group and may_use(person, duty.command)
        ]
        if links:
            made.append({"label": words(f"group.{group}"), "links": links})
    return made


def called(query: str, words: Words, person: Person, here: str) -> list[Link]:
    """Duties of the person in whose name every word that was typed begins one; `here`: the account they are for."""
    typed = list(terms.words(query))
    if not typed or max(map(len, typed)) < CALLED_LETTERS_MIN:
        return []
    found = []
    for duty in DUTIES.values():
        label = words(f"duty.{duty.name}")
        parts = list(terms.words(label))
        if may_use(person, duty.command) and all(any(part.startswith(one) for part in parts) for one in typed):
            given = {duty.fields[0].name if duty.about == "account" else "here": here} if here else {}
            found.append(Link(f"/counter/do/{duty.name}" + (f"?{urlencode(given)}" if given else ""), label))
    return found[:CALLED_MAX]
