"""Asking: what a person says, the books as they are and the city's policy make a command with its decision.

Nobody types an amount that a rule computes, and nobody brings a decision along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, NamedTuple, TypeVar

import msgspec

from stormops.accounts import abridged, catalogue
from stormops.accounts.asking.memo import Memo
from stormops.accounts.command import Command
from stormops.accounts.decision import Decision, Rule
from stormops.accounts.draft import Reader
from stormops.accounts.money import Cents
from stormops.accounts.policy import Pack
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import Bill, BillingRun, Receivable
from stormops.accounts.records_place import Account, Outage
from stormops.accounts.refusal import Refusal, Refused

R = TypeVar("R", bound=Record)
V = TypeVar("V")


class Typeset(NamedTuple):
    """A letter as it would be printed: whose, in which language, the document, and the SHA-256 of its PDF."""

    account: str
    language: str
    document: dict[str, Any]
    hash: str


class Work(NamedTuple):
    """What a rule is given: the books at one position, the policy, the day, who asks, and the mode's episode."""

    reader: Reader
    pack: Pack
    day: date
    actor: str = ""
    episode: str = ""
    memo: Memo | None = None
    """Where many bills are made at once."""
    outages: tuple[Outage, ...] = ()
    """Those that the platform knows of the place that is asked about, each by its incident."""
    typeset: Callable[[str, str], Typeset] | None = None
    """Composes a letter of a kind about a record; raises Refused. None = nothing is printed."""

    def get(self, kind: type[R], key: str) -> R:
        """A record. Raises Refused."""
        found = self.reader.get(kind, key)
        if found is None:
            name = kind_name(kind)
            raise Refused(f"unknown_{name}", f"There is no {name.replace('_', ' ')} {key}.", name)
        return found

    def decide(self, rule: Rule[Any, Any, V], given: msgspec.Struct, of: str = "", field: str = "") -> Decision[V]:
        """What the rule decides; a refusal is raised, as of the field whose answer it is about."""
        memo = self.memo
        decision = rule(self.pack, self.day, given, of) if memo is None else memo.decide(rule, self.day, given, of)
        if decision.refusal is not None:
            raise _refused(decision.refusal, field)
        return decision

    def decide_of(
        self,
        rule: Rule[Any, Any, V],
        make: Callable[..., msgspec.Struct],
        *values: Any,
        of: str = "",
        field: str = "",
    ) -> Decision[V]:
        """As `decide`, of what `make` makes of some values and of nothing else (which a memo then need not make)."""
        memo = self.memo
        if memo is None:
            return self.decide(rule, make(*values), of, field)
        decision = memo.decide_of(rule, self.day, make, values, of)
        if decision.refusal is not None:
            raise _refused(decision.refusal, field)
        return decision

    def owing(self, account: str) -> list[Receivable]:
        """What the account owes now, the oldest due first."""
        found = (each for each in self.reader.where(Receivable, account=account) if each.owed)
        return sorted(found, key=lambda each: (each.due, each.id))

    def owed(self, account: str) -> Cents:
        """The sum of it."""
        return sum(each.owed for each in self.owing(account))

    def account(self, key: str) -> Account:
        """An account. Raises Refused."""
        return self.get(Account, key)


def _refused(refusal: Refusal, field: str) -> Refused:
    return Refused(refusal.code, refusal.sentence, refusal.field or field)


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what is asked for where a rule decides."""

    makes: ClassVar[type[Command]]
    """The command that comes of it."""

    def command(self, work: Work) -> Command:
        """The command, with every amount and decision. Raises Refused where a rule refuses."""
        raise NotImplementedError


def plain(*decisions: Decision[Any]) -> dict[str, Any]:
    """Decisions as a command keeps them: one as it is; several under the first one's policy, with all their steps."""
    made = [catalogue.to_plain(decision) for decision in decisions]
    return together(*made)


def together(*kept: dict[str, Any]) -> dict[str, Any]:
    """The same of decisions that are plain already."""
    if len(kept) == 1:
        return kept[0]
    first = next((each for each in kept if each["policy"]), kept[0])
    return {
        "policy": first["policy"],
        "version": first["version"],
        "formula": [step for each in kept for step in each["formula"]],
        "decisions": list(kept),
    }


def in_full(kept: dict[str, Any], books: Reader) -> dict[str, Any]:
    """A decision as it stands in a record; one that a billing run keeps short, whole again."""
    bill = books.get(Bill, str(kept["bill"])) if "bill" in kept else None
    kept = kept if bill is None else bill.decision
    run = books.get(BillingRun, str(kept["run"])) if "run" in kept else None
    return kept if run is None else together(*abridged.whole(kept, run))


def parts_of(kept: dict[str, Any]) -> list[dict[str, Any]]:
    """The single decisions of one that was kept."""
    parts = kept.get("decisions")
    return list(parts) if parts else [kept]


def asked_fingerprint(actor: str, name: str, body: Asked | Command) -> str:
    """SHA-256 of who asked for what: the same however the rules have decided since."""
    text = msgspec.json.encode(body, order="sorted")
    return hashlib.sha256(b"\0".join([actor.encode(), name.encode(), text])).hexdigest()
