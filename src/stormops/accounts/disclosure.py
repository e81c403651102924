"""Public records: what of the books' commands, journals and bills is exported, in which columns, and what is withheld.

Everything comes from what is only ever added to (commands, audit, journals, bills), so that the same position gives the
same rows. A column has a class of values, for which the policy says whether it is exempt; a code is shown only if it
looks like one, anything else is somebody's text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from stormops.accounts.audit import AuditEvent
from stormops.accounts.chart import CHART
from stormops.accounts.ledger import Line
from stormops.accounts.letters import LETTERS
from stormops.accounts.policy_limits import ADJUSTING, PAYING_OUT
from stormops.accounts.record import MACHINE_OF
from stormops.accounts.records_money import Bill

CLASSES = ("name", "contact", "address", "account", "bank", "medical", "usage", "security", "text", "staff")
"""Classes of values that may be exempt: of each the policy says so, or the contrary."""

CODE, PLAIN = "code", ""
"""Classes of columns that are open: a word of the system's own, and a number or a day."""

CODES = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}|[a-z0-9-]{1,40} [A-Za-z0-9.-]{1,20}")
"""A name of the system's own, or a policy with its version."""


class Column(NamedTuple):
    """A column of a file, and the class of its values."""

    name: str
    of: str = PLAIN


def _columns(*plain: str, **classed: str) -> tuple[Column, ...]:
    return (*(Column(name) for name in plain), *(Column(name, of) for name, of in classed.items()))


_SAID = tuple(Column(each, each) for each in CLASSES if each != "staff")
"""What a command says, by class."""

_WHEN = (*_columns("position", "time", command=CODE, outcome=CODE), Column("channel", CODE), Column("by", "staff"))

FILES: dict[str, tuple[Column, ...]] = {
    "journals": (
        *_columns("position", "time", "number", "place", "effective", state=CODE, event=CODE),
        *_columns("account_code", "account_name", "side", fund=CODE, charge=CODE),
        *_columns("cents", policy=CODE, party="account", item="account"),
    ),
    "ledger_summary": (*_columns("account_code", "account_name", fund=CODE), *_columns("debit_cents", "credit_cents")),
    "bills": (
        *_columns("position", "issued", "due", "bill_cents", charge=CODE),
        *_columns("since", "until", "charge_cents", account="account", usage="usage"),
    ),
    "adjustments": (*_WHEN, *_columns("cents", kind=CODE, account="account", text="text")),
    "refunds": (*_WHEN, *_columns("cents", kind=CODE, account="account", text="text")),
    "policy_decisions": (*_WHEN, *_columns("on", policy=CODE, rule=CODE)),
    "interactions": (*_WHEN, *_columns(kind=CODE, step=CODE, language=CODE), *_SAID),
    "commands": (*_WHEN, *_columns("shift", "about", mode=CODE, policy=CODE), *_SAID),
    "staff_actions": _columns("count", by="staff", command=CODE, outcome=CODE),
}
"""The files of an export by the kind of records, with their columns."""

_BY_FIELD: dict[str, str] = {
    **dict.fromkeys(("name", "requester", "contractor", "agency", "counsel", "court", "inspector", "verified"), "name"),
    **dict.fromkeys(("phone", "mobile", "email", "value", "reply_to"), "contact"),
    **dict.fromkeys(
        ("address", "new_address", "mailing", "longitude", "latitude", "parcel", "premise", "unit", "known_as"),
        "address",
    ),
    **dict.fromkeys(("reference", "memo", "number", "numbers", "till"), "bank"),
    **dict.fromkeys(("battery_hours", "certificate", "relay"), "medical"),
    **dict.fromkeys(("register", "quantity"), "usage"),
    **dict.fromkeys(("feeder", "meter", "point", "service_point", "fire_class"), "security"),
    **dict.fromkeys(("text", "reason", "note", "reply", "topic", "resolution", "findings", "action"), "text"),
}
"""The class of a command's field; any other text is of the class `account` if its field names a record, else `text`."""

_NAMES_RECORDS = frozenset(
    (
        *("account", "accounts", "party", "payee", "agreement", "deposit", "loan", "receipt", "bill", "cut", "rebate"),
        *("placement", "request", "contact", "visit", "promise", "escalation", "receivable", "item", "to", "umbrella"),
        *("case", "journal", "letter", "finding", "task", "review", "about", "hold", "drawer", "arrangement", "refund"),
        "guarantor",
    )
)
_LEFT_OUT = frozenset({"command", "decision", "document", "worksheet", "terms", "exemptions", "clauses", "hash"})
"""Decisions have a file of their own; a letter's text is a letter."""

_KNOWN = frozenset(
    {word for machine in MACHINE_OF.values() for state in machine.edges.values() for word in state}
    | {*LETTERS, *ADJUSTING, *PAYING_OUT, "en", "es", "ht", "start", "stop", "move"}
    | {"phone", "mobile", "email", "relay", "mailing", "language", "billing", "service", "safety", "medical", "other"}
    | {"review", "dispute", "heat", "frost", "flood", "smoke"}
)
"""Words that a command may say of itself; any other is somebody's."""

PAYING = frozenset({"issue_refund", "turn_over_refund"})
"""Commands by which a refund is paid, which are about no request."""

INTERACTIONS = tuple(
    f"stormops.accounts.commands_{each}" for each in ("work", "asked", "letter", "party", "service", "cut", "release")
)
"""Where the commands of service and of contact with customers are."""


class Entry(NamedTuple):
    """A journal as an event left it. `policy`: by which it was posted."""

    number: int
    state: str
    event: str
    effective: str
    policy: str
    lines: Sequence[Line]


class Seen(NamedTuple):
    """One event of the audit with all that it made. `body`: what was asked, {} = not kept; `module`: the command's."""

    position: int
    event: AuditEvent
    body: Mapping[str, Any]
    module: str
    entries: Sequence[Entry] = ()
    bills: Sequence[Bill] = ()
    requests: Sequence[str] = ()
    """Kinds of the requests that it was about."""


Row = tuple[object, ...]


def rows(kind: str, seen: Seen) -> Iterator[Row]:
    """The rows of a file that an event makes, not yet redacted; those that sum are given by `Sums`."""
    if kind == "journals":
        yield from _journal_lines(seen)
    elif kind == "bills":
        yield from _bill_lines(seen)
    elif kind in {"adjustments", "refunds"}:
        yield from _steps_of_requests(kind, seen)
    elif kind == "policy_decisions":
        for one in decisions(seen.body):
            policy = f"{one.get('policy', '')} {one.get('version', '')}".strip()
            yield (*_when(seen), _day(one.get("on")), policy, one.get("rule", ""))
    elif kind == "interactions" and seen.module in INTERACTIONS:
        told = said(seen.body)
        words = (_word(seen.body.get(name)) for name in ("kind", "step", "language"))
        yield (*_when(seen), *words, *_by_class(seen, told))
    elif kind == "commands":
        event = seen.event
        about = " ".join(dict.fromkeys(each.partition(":")[0] for each in event.subjects))
        yield (*_when(seen), event.shift, about, event.mode, event.policy, *_by_class(seen, said(seen.body)))


class Sums:
    """What is summed over a period: the ledger by account and fund, and who did what how often."""

    def __init__(self) -> None:
        self._ledger: Counter[tuple[str, str, str]] = Counter()
        self._done: Counter[tuple[str, str, str]] = Counter()

    def add(self, seen: Seen) -> None:
        """Count an event."""
        for entry in seen.entries:
            if entry.state == "posted":
                for line in entry.lines:
                    self._ledger[line.account, line.fund, line.side.value] += line.cents
        event = seen.event
        if not of_customer(event.actor):
            self._done[event.actor, event.command, event.outcome] += 1

    def rows(self, kind: str) -> Iterator[Row]:
        """The rows of a file that sums."""
        if kind == "ledger_summary":
            for account, fund in sorted({key[:2] for key in self._ledger}):
                sides = (self._ledger[account, fund, side] for side in ("Dr", "Cr"))
                yield (account, _called(account), fund, *sides)
        elif kind == "staff_actions":
            for (actor, command, outcome), count in sorted(self._done.items()):
                yield (count, actor, command, outcome)


class Redaction:
    """Cells as they are given away: `exemptions` says by class what it is withheld by, "" = it is open."""

    def __init__(self, exemptions: Mapping[str, str]) -> None:
        self._exemptions = exemptions
        self.withheld: Counter[str] = Counter()
        """Cells of a row or file so far, by class."""

    def cells(self, kind: str, row: Row) -> list[str]:
        """A row of a file."""
        return [self._cell(column, value) for column, value in zip(FILES[kind], row, strict=True)]

    def _cell(self, column: Column, value: object) -> str:
        text = "" if value is None else str(value)
        if not text or column.of == PLAIN:
            return text
        of = column.of
        if of == "staff" and of_customer(text):
            of = "account"
        if of == CODE:
            if CODES.fullmatch(text):
                return text
            of = "text"
        by = self._exemptions[of]
        if not by:
            return f"'{text}" if text[0] in "=+-@\t\r" else text  # a spreadsheet would take it for a formula
        self.withheld[of] += 1
        return f"[withheld: {by}]"


def said(body: Mapping[str, Any]) -> dict[str, str]:
    """What a command says, by class; decisions, amounts, days and words of the system are left out."""
    found: dict[str, list[str]] = {each: [] for each in CLASSES}
    _gather(body, "", found)
    return {of: "; ".join(parts) for of, parts in found.items()}


def _gather(value: object, field: str, found: dict[str, list[str]]) -> None:
    if isinstance(value, Mapping):
        if "formula" in value and "policy" in value:
            return
        for name, each in value.items():
            if name not in _LEFT_OUT:
                _gather(each, str(name) if str(name) in _BY_FIELD or str(name) in _NAMES_RECORDS else field, found)
    elif isinstance(value, list | tuple):
        for each in value:
            _gather(each, field, found)
    elif isinstance(value, str):
        of = _BY_FIELD.get(field) or ("account" if field in _NAMES_RECORDS else "text")
        if value and (of != "text" or (value not in _KNOWN and not _day(value))):
            found[of].append(value)
    elif value and _BY_FIELD.get(field) in {"address", "medical", "usage"}:
        found[_BY_FIELD[field]].append(str(value))


def decisions(value: object) -> Iterator[Mapping[str, Any]]:
    """Every rule's decision in a command."""
    if isinstance(value, Mapping):
        if "rule" in value and "formula" in value:
            yield value
        else:
            for each in value.values():
                yield from decisions(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from decisions(each)


def of_customer(actor: str) -> bool:
    """Whether a customer did it at their own door: the name has their number in it."""
    return ":" in actor


def _when(seen: Seen) -> Row:
    event = seen.event
    return seen.position, _time(event.at_ms), event.command, event.outcome, event.channel, event.actor


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")


def _day(text: object) -> str:
    return text if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ""


def _word(text: object) -> str:
    """A word of the system; another is said to be somebody's text."""
    if not isinstance(text, str) or not text:
        return ""
    return text if text in _KNOWN else "Text of somebody's"


def _account(seen: Seen, told: Mapping[str, str]) -> str:
    """Which records it is about, account numbers among them."""
    return told["account"] or " ".join(seen.event.subjects)


def _by_class(seen: Seen, told: Mapping[str, str]) -> Row:
    return tuple(_account(seen, told) if each.name == "account" else told[each.name] for each in _SAID)


def _called(code: str) -> str:
    return CHART[code].name if code in CHART else ""


def _journal_lines(seen: Seen) -> Iterator[Row]:
    for entry in seen.entries:
        for place, line in enumerate(entry.lines):
            yield (
                *(seen.position, _time(seen.event.at_ms), entry.number, place, entry.effective),
                *(entry.state, entry.event, line.account, _called(line.account), line.side.value),
                *(line.fund, line.charge, line.cents, entry.policy, line.party, line.item),
            )


def _steps_of_requests(kind: str, seen: Seen) -> Iterator[Row]:
    told = said(seen.body)
    wanted = [each for each in seen.requests if each in (ADJUSTING if kind == "adjustments" else PAYING_OUT)]
    if kind == "refunds" and seen.event.command in PAYING:
        wanted = [""]
    for each in wanted:
        yield (*_when(seen), _asked_cents(seen.body), each, _account(seen, told), told["text"])


def _bill_lines(seen: Seen) -> Iterator[Row]:
    for bill in seen.bills:
        head = seen.position, bill.issued.isoformat(), bill.due.isoformat(), bill.cents
        for line in bill.lines:
            use = line.quantity or ""
            yield (*head, line.charge, line.since.isoformat(), line.until.isoformat(), line.cents, bill.account, use)


def _asked_cents(body: Mapping[str, Any]) -> object:
    """What a request was for, where it was drafted with an amount."""
    proposal = body.get("proposal")
    if not isinstance(proposal, Mapping):
        return ""
    cents = proposal.get("cents")
    if isinstance(cents, int):
        return cents
    parts = [each.get("cents") for each in proposal.get("parts", ()) if isinstance(each, Mapping)]
    return sum(each for each in parts if isinstance(each, int)) if parts else ""
