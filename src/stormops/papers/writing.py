"""Writing a paper: the books, the policy, the office and the reader's words at hand, and what every paper has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from stormops.accounts import chart
from stormops.accounts.asking.asked import in_full, parts_of
from stormops.accounts.decision import usd
from stormops.accounts.draft import Reader
from stormops.accounts.ledger import Journal, JournalState, Line
from stormops.accounts.policy import Pack, Terms
from stormops.accounts.record import Decision
from stormops.accounts.records_money import Receivable
from stormops.accounts.records_place import Account, Party, Premise, ServiceAgreement
from stormops.accounts.refusal import Refused
from stormops.pages.words import Words
from stormops.papers.document import AnyPart, Document, Office, Rows, Say
from stormops.papers.words import long_day, said, short_day

CUSTOMERS = frozenset({chart.RECEIVABLE, chart.CREDITS})
"""Accounts of the chart whose lines make a customer's balance: what is owed, and what is paid ahead."""


class Books(Reader, Protocol):
    """What a paper reads of the books, all at one position."""

    def of_account(self, account: str) -> list[Journal]:
        """Every journal with a line of the account."""
        ...


class Desk(NamedTuple):
    """What a paper is written with. `language` "" = the customer's own."""

    books: Books
    pack: Pack
    day: date
    office: Office
    language: str = ""


class Writing:
    """One paper about an account."""

    def __init__(self, desk: Desk, account: str) -> None:
        self.desk, self.books, self.pack = desk, desk.books, desk.pack
        found = desk.books.get(Account, account)
        party = None if found is None else desk.books.get(Party, found.party)
        if found is None or party is None:
            raise Refused("unknown_account", f"There is no account {account}.", "account")
        self.account: Account = found
        self.party: Party = party
        self.words: Words = said(desk.language or party.language)

    # --- words -------------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """A day in full."""
        return long_day(self.words, day)

    def short(self, day: date) -> str:
        """A day in a table."""
        return short_day(self.words, day)

    def span(self, since: date, until: date) -> str:
        """From a day up to and without another, in a table."""
        return self.words("date.span", since=self.short(since), until=self.short(until))

    def named(self, group: str, name: str) -> str:
        """The name of a charge, service, tender or event; one that no table has is written out."""
        key = f"{group}.{name}"
        return self.words(key) if self.words.has(key) else name.replace("_", " ").capitalize()

    def phoned(self, key: str, **values: object) -> str:
        """A sentence that may name the office's telephone."""
        return self.words(key, phone=self.desk.office.phone or self.desk.office.title, **values)

    # --- what stands in the books ------------------------------------------------------------------------

    def receivables(self) -> list[Receivable]:
        """Everything that was charged to the account, the oldest due first."""
        found = self.books.where(Receivable, account=self.account.id)
        return sorted(found, key=lambda each: (each.due, each.id))

    def history(self) -> list[Journal]:
        """What was posted about the account, in the order of its days."""
        found = (entry for entry in self.books.of_account(self.account.id) if entry.state is JournalState.POSTED)
        return sorted(found, key=lambda entry: (entry.effective, entry.posted_ms, entry.id))

    def lines(self, entry: Journal, accounts: Iterable[str] = CUSTOMERS) -> list[Line]:
        """The account's lines of a journal on some accounts of the chart."""
        return [line for line in entry.lines if line.party == self.account.id and line.account in accounts]

    def address(self, agreement: str) -> str:
        """Where a service is taken."""
        found = self.books.get(ServiceAgreement, agreement) if agreement else None
        premise = None if found is None else self.books.get(Premise, found.premise)
        return "" if premise is None else premise.address

    # --- parts -------------------------------------------------------------------------------------------

    def charges(self, caption: str, amounts: Sequence[tuple[str, int]]) -> Rows:
        """Amounts by name, with their sum."""
        rows = tuple((name, usd(cents)) for name, cents in amounts)
        total = (self.words("common.total"), usd(sum(cents for _, cents in amounts)))
        return Rows(caption, (caption, self.words("common.amount")), rows, total)

    def clause(self, kind: type[Terms], on: date, of: str = "") -> Say | None:
        """The policy's clause that a paper rests on, with its sources; None where the city has none."""
        found = self.pack.clause(kind, on, of)
        if found is None:
            return None
        owner, clause = found
        return self._rule(owner.title, owner.version, [owner.sources[key] for key in clause.cite])

    def has(self, *kinds: type[Terms]) -> bool:
        """Whether the city has a policy of one of the kinds today: what it has not, no paper promises."""
        return any(self.pack.terms(kind, self.desk.day) is not None for kind in kinds)

    def decisions(self, kept: Decision) -> list[Decision]:
        """The single decisions of one that was kept, each whole."""
        return parts_of(in_full(kept, self.books))

    def decided(self, kept: Decision) -> Say | None:
        """The same of a decision that was kept."""
        parts = self.decisions(kept)
        cites = dict.fromkeys(cite for part in parts for cite in _cites(part))
        if not kept.get("policy"):
            return None
        return self._rule(str(kept["policy"]), str(kept.get("version", "")), cites)

    def _rule(self, policy: str, version: str, sources: Iterable[str]) -> Say:
        said_ = self.words("common.rule", policy=policy, version=version, sources="; ".join(sources))
        return Say(said_, small=True)

    def paper(
        self,
        kind: str,
        title: str,
        parts: Iterable[AnyPart | None],
        facts: Iterable[tuple[str, str]] = (),
        day: date | None = None,
    ) -> Document:
        """The whole, with sender, recipient and what stands beside it."""
        office, words = self.desk.office, self.words
        on = day or self.desk.day
        sender = (office.title, *([words("common.phone", phone=office.phone)] if office.phone else []))
        mailing = [line.strip() for line in self.account.mailing.replace("\r", "").split("\n") if line.strip()]
        return Document(
            kind=kind,
            language=words.language,
            title=title,
            city=office.title,
            sender=(*sender, *([office.web] if office.web else [])),
            recipient=(self.party.name, *mailing),
            facts=(
                (words("common.date"), self.day(on)),
                (words("common.account"), self.account.id),
                *((label, value) for label, value in facts if value),
            ),
            parts=tuple(part for part in parts if part is not None),
            foot=self.phoned("common.foot"),
            day=on.isoformat(),
        )


def _cites(part: dict[str, Any]) -> list[str]:
    clause = part.get("clause") or {}
    return [str(cite).partition(": ")[2] or str(cite) for cite in clause.get("cite", ())]
