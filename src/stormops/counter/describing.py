"""A record in one line, as people tell it from its neighbours."""

from __future__ import annotations

from datetime import date

from stormops.accounts.decision import usd
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_place import Account
from stormops.accounts.records_work import ServiceRequest
from stormops.counter.words import named
from stormops.pages.words import Words

NAMES = (
    "name",
    "address",
    "ticket",
    "number",
    "service",
    "charge",
    "utility",
    "kind",
    "agency",
    "measure",
    "court",
    "desk",
    "form",
)
TEXTS = ("text", "reason", "note")
AMOUNTS = ("owed", "required", "payable", "amount", "cents")
DAYS = ("due", "day", "issued", "expires", "earliest", "petition")
TEXT_CHARACTERS = 60


def describe(record: Record, words: Words) -> str:
    """Its kind or name, amount, day and state; its number where it has none of these."""
    if isinstance(record, Account):
        return f"{record.id} · {named(words, 'choice', record.category)}"
    parts = [*_wish(record, words)] if isinstance(record, ServiceRequest) else [*_names(record, words)]
    amount = next((value for name in AMOUNTS if isinstance(value := getattr(record, name, None), int) and value), None)
    if amount is not None:
        parts.append(usd(amount))
    day = next((value for name in DAYS if isinstance(value := getattr(record, name, None), date)), None)
    if day is not None:
        parts.append(day.isoformat())
    if state := getattr(record, "state", ""):
        parts.append(named(words, "state", str(state)).lower())
    return " · ".join(parts) or f"{named(words, 'kind', kind_name(type(record)))} {record.id}"


def _wish(record: ServiceRequest, words: Words) -> list[str]:
    services = ", ".join(named(words, "choice", each).lower() for each in record.services)
    return [record.number, f"{named(words, 'choice', record.kind)}: {services}", record.name]


def _names(record: Record, words: Words) -> list[str]:
    found = [str(value) for name in NAMES if (value := getattr(record, name, None))][:1]
    texts = [str(value) for name in TEXTS if (value := getattr(record, name, None))][:1]
    named_ones = [words(f"choice.{one}") if words.has(f"choice.{one}") else one for one in found]
    return [one if len(one) <= TEXT_CHARACTERS else f"{one[:TEXT_CHARACTERS]}…" for one in (*named_ones, *texts)]
