"""What a command is about to change: records as they will be, and journals, with every rule of the books held.

Amounts of sub-ledgers change here, in `post`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from stormops.accounts import controls, ledger
from stormops.accounts.chart import CHART, OWED
from stormops.accounts.command import Circumstances, Envelope
from stormops.accounts.controls import Grants
from stormops.accounts.ledger import Head, Journal, JournalState
from stormops.accounts.money import Cents
from stormops.accounts.record import MACHINE_OF, Decision, Record, kind_name
from stormops.accounts.records_place import Account
from stormops.accounts.refusal import Refusal, Refused
from stormops.accounts.subledger import SUBLEDGERS, change

R = TypeVar("R", bound=Record)


class Reader(Protocol):
    """What a command may read of the books, all at one position."""

    def get(self, kind: type[R], key: str) -> R | None:
        """The record, or None."""
        ...

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """Records whose indexed fields are as given, by id."""
        ...

    def journal(self, key: str) -> Journal | None:
        """The journal, or None."""
        ...

    def reversed(self, key: str) -> bool:
        """Whether the journal has its mirror."""
        ...


class Draft:
    """The books as a command will leave them."""

    def __init__(self, reader: Reader, envelope: Envelope, grants: Grants, now: Circumstances) -> None:
        self._reader = reader
        self.envelope = envelope
        self.grants = grants
        self.now = now
        self.limits = now.limits
        self.changed: dict[tuple[type[Record], str], Any] = {}
        self.journals: list[Journal] = []
        self.ended: list[Journal] = []
        self.evidence: list[str] = []
        self.policy = ""
        self.answer: dict[str, str] = {}
        self._made = 0

    # --- records ---------------------------------------------------------------------------------------

    def find(self, kind: type[R], key: str) -> R | None:
        """The record as the draft has it, or None."""
        mine = self.changed.get((kind, key))
        return self._reader.get(kind, key) if mine is None else mine

    def get(self, kind: type[R], key: str) -> R:
        """The record as the draft has it. Raises Refused."""
        found = self.find(kind, key)
        if found is None:
            name = kind_name(kind)
            raise Refused(f"unknown_{name}", f"There is no {name.replace('_', ' ')} {key}.", name)
        return found

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """Records whose indexed fields are as given, by id, as the draft has them."""
        found = {record.id: record for record in self._reader.where(kind, **equal)}
        for mine in self.changed.values():
            if isinstance(mine, kind):
                found.pop(mine.id, None)
                if all(getattr(mine, field) == value for field, value in equal.items()):
                    found[mine.id] = mine
        return [found[key] for key in sorted(found)]

    def put(self, record: R) -> R:
        """Take a new or changed record."""
        self.changed[type(record), record.id] = record
        return record

    def add(self, record: R) -> R:
        """Take a new record. Raises Refused when its id is taken."""
        if self.find(type(record), record.id) is not None:
            name = kind_name(type(record))
            raise Refused(f"{name}_exists", f"There is a {name.replace('_', ' ')} {record.id} already.", "id")
        self.answer.setdefault(kind_name(type(record)), record.id)
        return self.put(record)

    def step(self, record: R, step: str, **fields: Any) -> R:
        """The record after a step of its state machine. Raises Refused."""
        after = MACHINE_OF[type(record)].after(str(getattr(record, "state", "")), step)
        if isinstance(after, Refusal):
            raise Refused(after.code, after.sentence, after.field)
        return self.put(replace(record, **{**fields, "state": after}))

    def new_id(self) -> str:
        """An id that the same command makes again."""
        self._made += 1
        return self.envelope.key if self._made == 1 else f"{self.envelope.key}~{self._made}"

    # --- who and when ----------------------------------------------------------------------------------

    def allow(self, function: str, permission: str, cents: Cents | None = None) -> None:
        """Hold the command to the mode's service level and to the actor's authority. Raises Refused."""
        self.must_be_served(function)
        self.must(controls.may(self.grants, permission, self.now.episode, self.envelope.at_ms, cents))

    def allow_one(self, function: str, permissions: Sequence[str]) -> None:
        """As `allow`, by any one of the permissions, of which there is one. Raises Refused."""
        self.must_be_served(function)
        at_ms, episode = self.envelope.at_ms, self.now.episode
        refusals = [controls.may(self.grants, permission, episode, at_ms) for permission in permissions]
        if all(refusals):
            self.must(refusals[0])

    def must_be_served(self, function: str) -> None:
        """Raise Refused when the mode holds or suspends the function."""
        level = self.now.levels[function]
        if level == "hold":
            raise Refused("on_hold", "Nobody may do this while this mode lasts.", "command")
        if level == "suspend":
            raise Refused("suspended", "This is not done in this mode; ask again after it.", "command")

    def account(self, key: str) -> Account:
        """An account on which the actor may work. Raises Refused."""
        self.must_not_be_own([key])
        return self.get(Account, key)

    @staticmethod
    def day(text: str) -> date:
        """A day as commands write it. Raises Refused."""
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Refused("no_day", f"There is no day {text}.", "day") from None

    def must_not_be_own(self, accounts: Iterable[str]) -> None:
        """Raise Refused when one of the accounts is the actor's own or a relative's."""
        self.must(controls.own(self.grants, list(accounts)))

    @staticmethod
    def must(refusal: Refusal | None) -> None:
        """Raise what is a refusal."""
        if refusal is not None:
            raise Refused(refusal.code, refusal.sentence, refusal.field)

    def attach(self, hashes: Iterable[str], field: str = "evidence") -> tuple[str, ...]:
        """Evidence by its hashes. Raises Refused, of the field, when there is none or it is none."""
        given = tuple(hashes)
        self.must(controls.evidence(given, field))
        self.evidence += given
        return given

    def by_policy(self, decision: Decision) -> Decision:
        """What a rule decided (`catalogue.to_plain`), which names its policy and formula. Raises Refused."""
        if decision.get("refusal"):
            raise Refused("rule_refused", "The rule refused this; nothing is done on its authority.", "decision")
        if not decision.get("policy") or not decision.get("formula"):
            raise Refused("no_decision", "The amount's policy and formula are kept with it.", "decision")
        self.policy = f"{decision['policy']} {decision.get('version', '')}".strip()[:200]
        return decision

    # --- money -----------------------------------------------------------------------------------------

    def head(self, approvals: Iterable[str] = (), state: JournalState = JournalState.POSTED) -> Head:
        """The head of the command's next journal: the first has the command's key."""
        count = len(self.journals)
        key = self.envelope.key if not count else f"{self.envelope.key}~{count + 1}"
        return Head(key, self.envelope.day, self.envelope.at_ms, self.policy, tuple(approvals), state)

    def post(self, entry: Journal) -> Journal:
        """Take a journal, and change what its control accounts sum. Raises Refused."""
        parties = {line.party for line in entry.lines if line.account in OWED and line.party}
        stayed = {party: case for party in parties if (case := self.get(Account, party).stayed_by)}
        self.must(ledger.check(entry, stayed))
        if entry.state is JournalState.POSTED:
            self._apply(entry)
        self.journals.append(entry)
        return entry

    def end(self, key: str, state: JournalState) -> Journal:
        """Post or void a pending journal. Raises Refused."""
        pending = self.journal(key)
        ended = ledger.end(pending, state, self.envelope.at_ms)
        if isinstance(ended, Refusal):
            raise Refused(ended.code, ended.sentence, ended.field)
        if state is JournalState.POSTED:
            self._apply(ended)
        self.ended.append(ended)
        return ended

    def reverse(self, key: str) -> Journal:
        """Post the mirror of a journal. Raises Refused."""
        if self._reader.reversed(key):
            raise Refused("reversed_already", "This journal has been reversed.", "journal")
        mirror = ledger.reverse(self.journal(key), self.head())
        if isinstance(mirror, Refusal):
            raise Refused(mirror.code, mirror.sentence, mirror.field)
        return self.post(mirror)

    def journal(self, key: str) -> Journal:
        """A journal of the books. Raises Refused."""
        found = self._reader.journal(key)
        if found is None:
            raise Refused("unknown_journal", f"There is no journal {key}.", "journal")
        return found

    def _apply(self, entry: Journal) -> None:
        nets: dict[tuple[str, str], Cents] = {}
        for line in entry.lines:
            if line.account in SUBLEDGERS:
                place = line.account, line.item
                nets[place] = nets.get(place, 0) + change(line)
        for (account, item), net in nets.items():
            kind, field = SUBLEDGERS[account]
            record = self.get(kind, item)
            after = getattr(record, field) + net
            if after < 0:
                name = CHART[account].name.lower()
                raise Refused("overdrawn", f"There is not so much: {name} would fall below zero.", "cents")
            self.put(replace(record, **{field: after}))
