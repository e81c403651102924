"""Where duties are, and which of them a person is offered: about an account, by name, next, and to take it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from stormops.accounts.record import Record
from stormops.books import terms
from stormops.counter.duties import DUTIES, GROUPS, again
from stormops.counter.duty import Duty
from stormops.counter.papers import may_issue
from stormops.counter.rendering import Link
from stormops.counter.rights import Person, may_make, may_use
from stormops.pages.words import Words

CALLED_MAX = 8
CALLED_LETTERS_MIN = 3
"""A duty is found by name from a word of so many letters on."""


def account_href(account: str) -> str:
    """Where an account's page is."""
    return f"/counter/accounts/{quote(account, safe='')}"


def done_before(words: Words, duty: Duty, record: Record | None) -> bool:
    """Whether it was done with the record already, and is called differently then."""
    return record is not None and words.has(f"again.{duty.name}") and again(duty, record)


def named_now(words: Words, duty: Duty, record: Record | None) -> str:
    """What a duty is called, as the record stands."""
    return words(f"{'again' if done_before(words, duty, record) else 'duty'}.{duty.name}")


def duty_href(duty: Duty, record: str, here: str = "") -> str:
    """Where a duty is done about a record."""
    query = {duty.begins.name: record} | ({"here": here} if here else {})
    return f"/counter/do/{duty.name}?{urlencode(query)}"


def may_do(person: Person, duty: Duty) -> bool:
    """Whether the duty is the person's work: of requests by their kind, for all are one command."""
    proposal = dict(duty.fixed).get("proposal.kind")
    return may_use(person, duty.command) if proposal is None else may_make(person, proposal)


def undo_of(
    duty: Duty, body: dict[str, Any], answer: dict[str, str], here: str = ""
) -> tuple[str, dict[str, str]] | None:
    """The duty that takes it back, with what it begins with and the same days; None when nothing does.

    `here`: the account that the duty was done at, with which a new beginning begins.
    """
    if duty.undo is None:
        return None
    back, step = DUTIES[duty.undo[0]], duty.undo[1]
    first = back.begins
    key = answer.get(first.of[0]) or body.get(first.label) if first.kind == "record" else None
    if key is None and first.of == ("account",):
        key = here or None
    if not isinstance(key, str):
        return None
    days = {field.name: body[field.name] for field in back.fields if field.kind == "day" and field.name in body}
    return back.name, {first.name: key} | days | ({"step": step} if step else {})


def back_said(words: Words, duty: Duty) -> str:
    """How a duty is taken back, said before it is done; "" where nothing takes it back by itself."""
    if duty.undo is None:
        return ""
    key = f"back.{duty.name}"
    return words(key) if words.has(key) else words("back.by", duty=words(f"duty.{duty.undo[0]}"))


NEXT = {"draft_request": ("attach_evidence", "submit_request"), "attach_evidence": ("submit_request",)}
"""Of commands of requests, what is done next."""


LETTER_NEXT = {
    "release_guaranty": ("guaranty_release", "deposit"),
    "break_arrangement": ("broken_arrangement", "arrangement"),
    "notice_cut": ("cut_notice", "cut_order"),
}
"""The letter that is written of a command, and what names the record that it is about."""


def next_of(words: Words, person: Person, done: Duty, known: dict[str, Any], here: str) -> list[Link]:
    """What is done next with a request, and the letter that follows; `known`: what was asked and answered."""
    after = [DUTIES[name] for name in NEXT.get(done.command, ())]
    links = [
        Link(duty_href(duty, known["request"], here), words(f"duty.{duty.name}"))
        for duty in after
        if may_do(person, duty)
    ]
    letter, about = LETTER_NEXT.get(done.command, ("", ""))
    if letter and may_issue(person, letter):
        said = words("ui.letter", kind=words(f"choice.{letter}"))
        links.append(Link(f"/counter/letters/{letter}/{quote(known[about], safe='')}", said))
    return links


def grouped(words: Words, person: Person, duties: Iterable[Duty], first: dict[str, str]) -> list[dict[str, Any]]:
    """Duties that the person may do, by group; `first`: what a kind of record's duties begin with."""
    made = []
    for group in GROUPS:
        links = [
            Link(
                duty_href(duty, first[duty.about]) if duty.about in first else f"/counter/do/{duty.name}",
                words(f"duty.{duty.name}"),
            )
            for duty in duties
            if duty.group == group and may_do(person, duty)
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
        if may_do(person, duty) and all(any(part.startswith(one) for part in parts) for one in typed):
            given = {duty.begins.name if duty.about == "account" else "here": here} if here else {}
            found.append(Link(f"/counter/do/{duty.name}" + (f"?{urlencode(given)}" if given else ""), label))
    return found[:CALLED_MAX]
