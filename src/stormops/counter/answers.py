"""The shapes of the counter's answers, as its OpenAPI document has them; amounts are cents."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from stormops.accounts.asking.asked import parts_of
from stormops.accounts.catalogue import RULES, from_plain, to_plain
from stormops.accounts.chart import CHART
from stormops.accounts.ledger import Journal
from stormops.accounts.policy import Pack
from stormops.accounts.record import kind_name
from stormops.accounts.records_money import Bill
from stormops.accounts.refusal import Refusal
from stormops.books.finding import Found
from stormops.books.listing import Done as AuditDone
from stormops.books.views import Look
from stormops.counter.clerk import Preview, decisions_in


class JournalLine(msgspec.Struct, frozen=True):
    """One line: the account of the chart with its name, side Dr or Cr."""

    account: str
    name: str
    side: str
    cents: int
    fund: str
    charge: str
    item: str


class JournalWords(msgspec.Struct, frozen=True):
    """A journal as people read it."""

    id: str
    event: str
    effective: date
    state: str
    cents: int
    """The sum of its debits."""
    lines: list[JournalLine]


class Change(msgspec.Struct, frozen=True):
    """A record that is made or changed, and its state ("" for one that has none)."""

    kind: str
    id: str
    state: str


class PreviewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a command would do. Send its `seal` as `If-Match` and nothing else than this is done."""

    position: int
    seal: str
    command: dict[str, Any]
    """The command with the amounts and decisions that the rules gave."""
    refusal: Refusal | None
    journals: list[JournalWords]
    changes: list[Change]
    decisions: list[dict[str, Any]]


class DoneAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, now or when the key came first (`replayed`): ids of what was made, by kind."""

    key: str
    position: int
    answer: dict[str, str]
    overtaken: list[str]
    replayed: bool


class FoundAnswer(msgspec.Struct, frozen=True):
    """Accounts that were found."""

    found: list[Found]


class JournalsAnswer(msgspec.Struct, frozen=True):
    """Journals, the latest first."""

    journals: list[JournalWords]


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as it was kept, and whether rules and packs of today give the same again (None: no rule of ours)."""

    kept: dict[str, Any]
    same: bool | None
    again: dict[str, Any] | None
    """What they give, where it is not the same."""


class WhyAnswer(msgspec.Struct, frozen=True):
    """Every decision of a record or command."""

    decisions: list[Why]


class BillAnswer(msgspec.Struct, frozen=True):
    """A bill as it was sent, computed again."""

    bill: Bill
    decisions: list[Why]


class QueueAnswer(msgspec.Struct, frozen=True):
    """Records that wait for somebody, the longest unchanged first."""

    queue: str
    items: list[dict[str, Any]]


class AuditAnswer(msgspec.Struct, frozen=True):
    """Events of the audit, the latest first; `before` asks for the next page, None at its end."""

    events: list[AuditDone]
    before: int | None


class LooksAnswer(msgspec.Struct, frozen=True):
    """Who looked at an account, or at which a person did, the latest first."""

    looks: list[Look]


class EvidenceAnswer(msgspec.Struct, frozen=True):
    """The file's hash, by which requests name it."""

    hash: str


class SessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, what they may ask for, and what their writes need."""

    person: str
    desk: str
    shift: int
    roles: list[str]
    csrf: str
    commands: list[str]
    reads: list[str]


class Status(msgspec.Struct, frozen=True):
    """What a probe is told."""

    status: str


def journal_words(entry: Journal) -> JournalWords:
    """A journal as people read it."""
    lines = [
        JournalLine(
            line.account, CHART[line.account].name, line.side.value, line.cents, line.fund, line.charge, line.item
        )
        for line in entry.lines
    ]
    debits = sum(line.cents for line in lines if line.side == "Dr")
    return JournalWords(entry.id, entry.event, entry.effective, entry.state.value, debits, lines)


def preview_answer(preview: Preview, *, blind: bool) -> PreviewAnswer:
    """The answer; a `blind` one does not say what would be posted: who counts must not know what is expected."""
    effects = preview.effects
    refusal = effects if isinstance(effects, Refusal) else None
    done = None if isinstance(effects, Refusal) or blind else effects
    return PreviewAnswer(
        position=preview.position,
        seal=preview.seal,
        command=msgspec.to_builtins(preview.command),
        refusal=refusal,
        journals=[] if done is None else [journal_words(entry) for entry in (*done.journals, *done.ended)],
        changes=[]
        if done is None
        else [Change(kind_name(type(each)), each.id, getattr(each, "state", "")) for each in done.records],
        decisions=decisions_in(preview.command),
    )


def why(kept: dict[str, Any], pack: Pack) -> list[Why]:
    """Each part of a decision, computed again by today's packs."""
    return [_why(part, pack) for part in parts_of(kept)]


def _why(part: dict[str, Any], pack: Pack) -> Why:
    try:
        decision = from_plain(part)
    except msgspec.ValidationError:
        return Why(kept=part, same=None, again=None)
    owner = next((each for each in pack.lineage() if each.name == decision.city), None)
    if owner is None:
        return Why(kept=part, same=None, again=None)
    again = RULES[decision.rule](owner, decision.on, decision.inputs, decision.of)
    same = msgspec.json.encode(again, order="sorted") == msgspec.json.encode(decision, order="sorted")
    return Why(kept=part, same=same, again=None if same else to_plain(again))
