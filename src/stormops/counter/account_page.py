"""The customer on one page: what is owed and late, what is open, where service is and how it stands, what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote

from stormops.accounts.commands_weather import held_by_weather
from stormops.accounts.decision import usd
from stormops.accounts.record import MACHINE_OF, Record
from stormops.accounts.records_money import Bill, Deposit, Receivable
from stormops.accounts.records_place import (
    CutOrder,
    OwnerAgreement,
    Premise,
    ServiceAgreement,
    ServicePoint,
    Unit,
    WeatherHold,
)
from stormops.books.customers import Customer
from stormops.counter.describing import told
from stormops.counter.duties import DUTIES, duties_about
from stormops.counter.lines import Line, bare_line, line, links_of
from stormops.counter.offering import account_href, duty_href, grouped, may_do
from stormops.counter.papers import paper_links
from stormops.counter.rendering import Link
from stormops.counter.rights import CHECK, Person
from stormops.counter.words import named
from stormops.pages.words import Words

FIRST = (
    "take_payment",
    "post_bill",
    "add_contact",
    "start_service",
    "extend_due_date",
    "offer_arrangement",
    "request_adjustment",
    "make_promise",
    "order_field_work",
    "apply_for_loan",
)
"""Duties asked for most while a customer waits, in this order."""
FIRST_SHOWN = 5

HISTORY, HISTORY_SHOWN = 40, 6
"""Events of an account's history, the latest first; those after the first few are folded."""
NOTE_CHARACTERS = 240


class Due(NamedTuple):
    """What is owed of one due day, cents, and the charges that it is made of."""

    day: date
    late: bool
    cents: int
    charges: list[tuple[str, int]]


class Place(NamedTuple):
    """A premise with its services. `outage`: the address of the frame that says how its power is, "" if not known."""

    address: str
    outage: str
    links: tuple[Link, ...]
    there: list[Line]
    """Its units, meters, and what its owner signed."""
    services: list[Line]


class Event(NamedTuple):
    """Something that was: its day, and its line."""

    day: date
    line: Line


class At(NamedTuple):
    """When it is looked at: the city's day and zone, and whether a storm's mode holds."""

    today: date
    zone: tzinfo
    storm: bool


def values(view: Customer, beside: Sequence[Record], words: Words, person: Person, at: At) -> dict[str, Any]:
    """What the template shows. `beside`: rebates, field work, buildings, releases; units, meters; weather holds."""
    account = view.account.id
    there = [each for each in beside if isinstance(each, Unit | OwnerAgreement | ServicePoint)]
    weather = [each for each in beside if isinstance(each, WeatherHold)]
    matters: list[Record] = [
        *view.escalations,
        *view.promises,
        *view.cases,
        *view.certificates,
        *view.cuts,
        *view.bankruptcies,
        *view.arrangements,
        *view.requests,
        *view.refunds,
        *view.placements,
        *view.loans,
        *(each for each in beside if each not in there and each not in weather),
    ]
    history = _history(view, words, person, at.zone)
    return {
        "view": view,
        "category": named(words, "choice", view.account.category),
        "language": named(words, "choice", view.party.language),
        "strip": _strip(view, at.today),
        "holds": _holds(view, weather, at),
        "first": _first(account, words, person),
        "dues": _dues(view.receivables, words, at.today),
        "open": [_matter(each, view, words, person) for each in matters if not _ended(each)],
        "ended": [_matter(each, view, words, person) for each in (*matters, *view.deposits) if _ended(each)],
        "deposits": [bare_line(each, words, person, account) for each in view.deposits if not _ended(each)],
        "premises": [_place(premise, view, there, words, person) for premise in view.premises],
        "contacts": [Line(f"{named(words, 'choice', each.kind)}: {each.value}") for each in view.contacts],
        "others": [Line(key, href=account_href(key)) for key in view.other_accounts],
        "groups": grouped(words, person, duties_about("account"), {"account": account}),
        "history": history[:HISTORY_SHOWN],
        "older": history[HISTORY_SHOWN:],
        "looks": f"/counter/looks?account={quote(account, safe='')}" if CHECK in person.permissions else "",
    }


def _matter(record: Record, view: Customer, words: Words, person: Person) -> Line:
    """A matter's line; a disconnection's says of which service, another's deposit for whom this customer stands."""
    if isinstance(record, Deposit) and record.account != view.account.id:
        label = words("ui.guarantees", account=record.account)
        links = (Link(account_href(record.account), words("ui.show")), *paper_links(record, words, person))
        return Line(label, usd(record.instrument_cents), links=links)
    made = line(record, words, person, view.account.id)
    if not isinstance(record, CutOrder):
        return made
    service = next((each.service for each in view.agreements if each.id == record.agreement), "")
    return made._replace(label=f"{made.label}: {named(words, 'choice', service)}") if service else made


def _ended(record: Record) -> bool:
    machine = MACHINE_OF.get(type(record))
    return machine is not None and getattr(record, "state", "") in machine.final


def _strip(view: Customer, today: date) -> list[tuple[str, int]]:
    """The amounts at the top; those of the second half only where there is something."""
    past_due = sum(each.owed for each in view.receivables if each.due < today)
    held = sum(each.held for each in view.deposits)
    more = [
        ("credit", view.account.credit),
        ("held", held),
        ("stayed_amount", view.stayed),
        ("at_agency", view.at_agency),
    ]
    return [("owed", view.owed), ("past_due", past_due), *((name, cents) for name, cents in more if cents)]


def _holds(view: Customer, weather: list[WeatherHold], at: At) -> list[str]:
    holds = {
        "bankruptcy": bool(view.account.stayed_by),
        "medical": any(
            each.state == "pending" or (each.state == "valid" and at.today <= each.expires)
            for each in view.certificates
        ),
        "arrangement": any(each.state == "active" for each in view.arrangements),
        "dispute": any(each.disputed and each.state in {"open", "found"} for each in view.cases),
        "storm": at.storm,
        "weather": any(held_by_weather(weather, premise.jurisdiction, at.today) for premise in view.premises),
    }
    return [name for name, stands in holds.items() if stands]


def _first(account: str, words: Words, person: Person) -> list[Link]:
    mine = [DUTIES[name] for name in FIRST if may_do(person, DUTIES[name])]
    return [Link(duty_href(duty, account), words(f"duty.{duty.name}")) for duty in mine[:FIRST_SHOWN]]


def _dues(receivables: Sequence[Receivable], words: Words, today: date) -> list[Due]:
    owed = sorted((each for each in receivables if each.owed), key=lambda each: each.due)
    return [
        Due(day, day < today, sum(each.owed for each in some), [(_charge(each, words), each.owed) for each in some])
        for day, of_day in groupby(owed, key=lambda each: each.due)
        for some in (list(of_day),)
    ]


def _charge(owed: Receivable, words: Words) -> str:
    name = named(words, "choice", owed.charge)
    if owed.since is None or owed.until is None:
        return name
    return words("ui.charge_of", charge=name, since=words.day(owed.since), until=words.day(owed.until))


def _place(premise: Premise, view: Customer, there: Sequence[Record], words: Words, person: Person) -> Place:
    services: list[ServiceAgreement] = [each for each in view.agreements if each.premise == premise.id]
    return Place(
        premise.address,
        f"/counter/outage/{quote(premise.known_as, safe='')}?framed" if premise.known_as else "",
        links_of(premise, words, person, view.account.id),
        [line(each, words, person, view.account.id) for each in there if getattr(each, "premise", "") == premise.id],
        [bare_line(each, words, person, view.account.id) for each in services],
    )


def _history(view: Customer, words: Words, person: Person, zone: tzinfo) -> list[Event]:
    dated: list[tuple[date, Record]] = [(bill.issued, bill) for bill in view.bills]
    dated += [(receipt.day, receipt) for receipt in view.receipts]
    dated += [(datetime.fromtimestamp(each.at_ms / 1000, zone).date(), each) for each in view.notes]
    dated += [(letter.day, letter) for letter in view.letters]
    dated.sort(key=lambda each: (each[0], each[1].changed), reverse=True)
    return [Event(day, _event(record, words, person, view.account.id)) for day, record in dated[:HISTORY]]


def _event(record: Record, words: Words, person: Person, account: str) -> Line:
    """A line of the history, whose day stands before it."""
    made = line(record, words, person, account, text_characters=NOTE_CHARACTERS)
    if isinstance(record, Bill):
        return made._replace(note=words("ui.due", day=words.day(record.due)))
    return made._replace(note=told(record, words).state)
