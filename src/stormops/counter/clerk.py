"""Doing what is asked: a command made by the rules, what it would do shown, and decided by the books."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from stormops.accounts import estimating
from stormops.accounts.asking.asked import Typeset, Work, asked_fingerprint, in_full
from stormops.accounts.asking.breaching import kept_of
from stormops.accounts.asking.catalogue import Body, made
from stormops.accounts.command import Circumstances, Command, Envelope, text_of
from stormops.accounts.deciding import Effects, decide
from stormops.accounts.draft import Reader
from stormops.accounts.letters import LETTERS
from stormops.accounts.policy import Pack
from stormops.accounts.policy_limits import limits
from stormops.accounts.record import Record
from stormops.accounts.records_money import Arrangement, Bill, Placement, Receipt
from stormops.accounts.records_place import CutOrder, Outage, Read, ReadEstimate, ServiceAgreement
from stormops.accounts.refusal import Refusal, Refused
from stormops.accounts.rules import storm
from stormops.accounts.rules.arrangements import broken_on
from stormops.books import views
from stormops.books.store import Books, Outcome
from stormops.core.mode import FUNCTIONS
from stormops.counter.episode import Now
from stormops.counter.rights import Person, grants_of, refused
from stormops.papers.document import Office
from stormops.papers.letters import compose
from stormops.papers.writing import Books as PapersReader
from stormops.papers.writing import Desk as PapersDesk

CHANGED = Refusal("changed", "The books changed since you looked: look again at what it would do now.", "seal")

CHANNELS = ("desk", "phone", "online", "mail", "field")

HELD: dict[str, tuple[storm.Action, str, type[Record] | None]] = {
    "charge_fee": ("late_fee", "account", None),
    "notice_cut": ("cut", "agreement", ServiceAgreement),
    "step_cut": ("cut", "cut", CutOrder),
    "break_arrangement": ("cut", "arrangement", Arrangement),
    "propose_placement": ("placement", "account", None),
    "step_placement": ("placement", "placement", Placement),
}
"""Commands that a storm and its grace hold back: the action of the policy, and how the account is found."""


class Asking(NamedTuple):
    """A command that a person asks for. `seal`: of the preview that was confirmed, "" = none was."""

    name: str
    body: Body
    key: str
    person: Person
    channel: str = "desk"
    as_of: int | None = None
    seal: str = ""
    outages: tuple[Outage, ...] = ()
    """Those that the platform knows of the place, where the body chooses among them."""


class Estimated(NamedTuple):
    """A read of a bill that nobody took, of which service, and how it was estimated."""

    service: str
    read: Read
    estimate: ReadEstimate


class Preview(NamedTuple):
    """What a command would do, as of a position."""

    position: int
    command: Command
    seal: str
    effects: Effects | Refusal


class Arranged(NamedTuple):
    """How an arrangement is kept: cents paid by the books, and since when the rule finds it broken (None = not)."""

    paid: int
    broken: date | None


class Clerk:
    """Over the books and one city's policy. Every method may raise BooksUnavailable; they wait, so not on the loop."""

    def __init__(
        self,
        books: Books,
        pack: Pack,
        now_ms: Callable[[], int],
        zone: ZoneInfo,
        episodes: Callable[[], Now],
        *,
        office: Office | None = None,
    ) -> None:
        self.books, self.pack, self.zone = books, pack, zone
        self.now_ms, self.episodes = now_ms, episodes
        self._office = office or Office(pack.title)

    def arranged(self, records: Iterable[Record]) -> dict[str, Arranged]:
        """How those of these records that are arrangements in force are kept today, by id."""
        active = [each for each in records if isinstance(each, Arrangement) and each.state == "active"]
        found = {}
        with self.books.reading() as reader:
            work = Work(reader, self.pack, self.today())
            for each in active:
                kept = kept_of(work, each)
                found[each.id] = Arranged(kept.paid, broken_on(self.pack, work.day, kept).result)
        return found

    def today(self) -> date:
        """The city's day."""
        return datetime.fromtimestamp(self.now_ms() / 1000, self.zone).date()

    def preview(self, asking: Asking) -> Preview | Refusal:
        """What it would do; nothing is written. A refusal where the rules make no command of it."""
        now, envelope = self.episodes(), self._envelope(asking)
        if (no := refused(asking.person, asking.name, now.episode, envelope.at_ms)) is not None:
            return no
        position = self.books.position()
        with self.books.reading() as reader:
            asked = self._made(reader, asking, now)
            if isinstance(asked, Refusal):
                return asked
            command, circumstances = asked
            effects = decide(reader, command, envelope, grants_of(asking.person), circumstances)
        return Preview(position, command, seal_of(command), effects)

    def do(self, asking: Asking) -> Outcome | Refusal:
        """Have it decided and written. A refusal where the rules make no command of it: that is not in the books."""
        now, envelope = self.episodes(), self._envelope(asking)
        asked = asked_fingerprint(asking.person.person, asking.name, asking.body)
        known = self.books.outcome(asking.key, asked)
        if known is not None:
            return known
        if (no := refused(asking.person, asking.name, now.episode, envelope.at_ms)) is not None:
            return no
        with self.books.reading() as reader:
            made_of = self._made(reader, asking, now)
        if isinstance(made_of, Refusal):
            return made_of
        command, circumstances = made_of
        if asking.seal and asking.seal != seal_of(command):
            return CHANGED
        return self.books.execute(command, envelope, grants_of(asking.person), circumstances, asked)

    def whole(self, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Decisions as they stand in records; those that a billing run keeps short, whole again."""
        with self.books.reading() as reader:
            return [in_full(each, reader) for each in kept]

    def estimated(self, bill: Bill) -> list[Estimated]:
        """The reads of a bill that were estimated one by one, as they were when it was made."""
        found: dict[str, Estimated] = {}
        with self.books.reading() as reader:
            for line in bill.lines:
                agreement = reader.get(ServiceAgreement, line.agreement) if line.agreement else None
                if agreement is None or agreement.point is None:
                    continue
                then = [each for each in reader.where(Read, point=agreement.point) if each.changed <= bill.changed]
                for read in estimating.of_period(then, line.since, line.until) or ():
                    if (how := reader.get(ReadEstimate, read.id)) is not None:
                        found[read.id] = Estimated(agreement.service, read, how)
        return list(found.values())

    def looked_at(self, account: str, person: Person, why: str) -> None:
        """Keep that somebody looked at an account."""
        views.note(self.books.database, [views.Look(account, self.now_ms(), person.person, person.desk, why)])

    def writing(self, reader: PapersReader, language: str = "") -> PapersDesk:
        """What papers are written with, in the customer's language or another."""
        office = self._office._replace(storm=bool(self.episodes().episode))
        return PapersDesk(reader, self.pack, self.today(), office, language)

    def _made(self, reader: PapersReader, asking: Asking, now: Now) -> tuple[Command, Circumstances] | Refusal:
        """The command that the rules make of what is asked, and what it is decided in."""
        try:
            command = made(asking.body, self._work(reader, asking, now))
        except Refused as no_command:
            return no_command.refusal
        return command, self._circumstances(reader, command, asking.name, now)

    def _work(self, reader: PapersReader, asking: Asking, now: Now) -> Work:
        def typeset(kind: str, about: str) -> Typeset:
            from stormops.papers.pdf import pdf  # not before one is written: it is a quarter of a start

            document = compose(self.writing(reader), kind, about)
            key = hashlib.sha256(pdf(document)).hexdigest()
            record = reader.get(LETTERS[kind].about, about)
            account = "" if record is None else LETTERS[kind].addressee(record)
            return Typeset(account, document.language, msgspec.to_builtins(document), key)

        who = asking.person.person
        return Work(reader, self.pack, self.today(), who, now.episode, outages=asking.outages, typeset=typeset)

    def _envelope(self, asking: Asking) -> Envelope:
        person, at_ms = asking.person, self.now_ms()
        return Envelope(
            key=asking.key,
            at_ms=at_ms,
            day=datetime.fromtimestamp(at_ms / 1000, self.zone).date(),
            actor=person.person,
            desk=person.desk,
            shift=person.shift,
            channel=asking.channel,
            mode=self.episodes().mode.value,
            as_of=asking.as_of,
        )

    def _circumstances(self, reader: Reader, command: Command, name: str, now: Now) -> Circumstances:
        return Circumstances(
            limits=limits(self.pack, self.today()),
            levels={function.name: function.levels[now.mode.rank].value for function in FUNCTIONS.values()},
            episode=now.episode,
            settled=self._settled(reader, command, name, now),
        )

    def _settled(self, reader: Reader, command: Command, name: str, now: Now) -> bool:
        if name not in HELD:
            return True
        action, field, kind = HELD[name]
        key: Any = getattr(command, field)
        if kind is not None:
            key = getattr(reader.get(kind, key), "account", "")
        queued = sum(bool(each.provisional) for each in reader.where(Receipt, account=key))
        given = storm.Held(action=action, mode_on=bool(now.episode), mode_ended=now.ended, queued=queued)
        held = storm.may_run(self.pack, self.today(), given).refusal
        if held is not None and held.code == "no_policy":
            return not now.episode and not queued
        return held is None


def seal_of(command: Command) -> str:
    """A short name of exactly this command, decisions and all: a person confirms what was shown, and nothing else."""
    return hashlib.sha256(text_of(command)).hexdigest()[:32]


def decisions_in(value: object) -> list[dict[str, Any]]:
    """Every decision that a command or record carries."""
    found: list[dict[str, Any]] = []
    plain = value if isinstance(value, dict) else msgspec.to_builtins(value)
    for each in plain.values():
        if isinstance(each, dict):
            found += [each] if each.get("policy") and "formula" in each else decisions_in(each)
    return found
