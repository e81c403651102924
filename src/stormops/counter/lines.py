"""Records as lines of a list: what stands in them, where they lead, and what a person may do about each."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlencode

from stormops.accounts.commands_hand_over import answers
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_work import HandOver
from stormops.counter.clerk import decisions_in
from stormops.counter.describing import TEXT_CHARACTERS, told
from stormops.counter.duties import duties_about, offered, steps_now
from stormops.counter.offering import done_before, duty_href, may_do, named_now
from stormops.counter.papers import paper_links
from stormops.counter.rendering import Link
from stormops.counter.rights import Person
from stormops.counter.words import named
from stormops.pages.words import Words

PAPERS = {"bill": "bills", "receipt": "receipts", "umbrella": "buildings", "records_request": "records"}
"""Kinds with a page of their own, and where it is."""


class Line(NamedTuple):
    """One record, or one plain text (`label`). `note`: its day and state."""

    label: str
    amount: str = ""
    note: str = ""
    href: str = ""
    links: tuple[Link, ...] = ()


def line(
    record: Record, words: Words, person: Person, account: str = "", *, text_characters: int = TEXT_CHARACTERS
) -> Line:
    """A record with its kind."""
    kind = named(words, "kind", kind_name(type(record)))
    said = told(record, words, text_characters)
    first, _, rest = said.name.partition(": ")
    label = f"{kind}: {rest if rest and first.casefold() in kind.casefold() else said.name}" if said.name else kind
    return _line(record, label, said.amount, said.note, words, person, account)


def bare_line(record: Record, words: Words, person: Person, account: str = "") -> Line:
    """A record in a list whose title says its kind."""
    said = told(record, words)
    return _line(
        record,
        said.name or named(words, "kind", kind_name(type(record))),
        said.amount,
        said.note,
        words,
        person,
        account,
    )


def _line(  # noqa: PLR0917 - the parts of a line
    record: Record, label: str, amount: str, note: str, words: Words, person: Person, account: str
) -> Line:
    href, links = href_of(record), links_of(record, words, person, account)
    if href and links:
        shown = "ui.show" if kind_name(type(record)) in PAPERS else "ui.why"
        return Line(label, amount, note, "", (Link(href, words(shown)), *links))
    return Line(label, amount, note, href, links)


def href_of(record: Record) -> str:
    """The record's page: a paper, or why it is as it is; "" when there is none."""
    kind = kind_name(type(record))
    if kind in PAPERS:
        return f"/counter/{PAPERS[kind]}/{quote(record.id, safe='')}"
    return f"/counter/why/{kind}/{quote(record.id, safe='')}" if decisions_in(record) else ""


def links_of(record: Record, words: Words, person: Person, account: str = "") -> tuple[Link, ...]:
    """What this person may do with the record as it stands; of a duty with steps, each step that the state allows.

    What was done already, and would be done again, comes last.
    """
    found = paper_links(record, words, person)
    last: list[Link] = []
    for duty in duties_about(kind_name(type(record))):
        if not may_do(person, duty) or not offered(duty, record):
            continue
        steps = next((field for field in duty.fields if field.kind == "step"), None)
        href = duty_href(duty, record.id, account)
        if steps is None:
            (last if done_before(words, duty, record) else found).append(Link(href, named_now(words, duty, record)))
        else:
            found += [
                Link(f"{href}&{urlencode({'step': step})}", words(f"step.{step}"))
                for step in steps_now(steps, record)
                if not isinstance(record, HandOver) or answers(record, step) == person.person
            ]
    return (*found, *last)
