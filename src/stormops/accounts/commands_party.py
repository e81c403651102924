"""Commands of parties: accounts opened, roles, contacts."""

from __future__ import annotations

import re

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Hash, Id, Text
from stormops.accounts.records_money import GUARANTOR
from stormops.accounts.records_place import Account, ContactPoint, Party, PartyRole
from stormops.accounts.refusal import Refused

DIGITS_MIN, DIGITS_MAX = 10, 20
"""Of a telephone number: with its area, and with an extension or a country's code."""
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LANGUAGES = ("en", "es", "ht")


class OpenAccount(Command, frozen=True, kw_only=True, tag="open_account"):
    """An account for a party, known or new. `verified` is the identity check's result, not the document."""

    function = "service_start"
    permission = "service"

    account: Id
    category: str
    party: Id
    name: Text = ""
    organisation: bool = False
    language: str = "en"
    relay: bool = False
    verified: str = ""
    mailing: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        draft.must_not_be_own([self.account])
        party = draft.find(Party, self.party)
        if party is None:
            if not self.name:
                raise Refused("no_name", "A new party has a name.", "name")
            party = Party(id=self.party, name=self.name, organisation=self.organisation, language=self.language)
        party = replace(party, relay=party.relay or self.relay, verified=self.verified or party.verified)
        if not party.verified:
            raise Refused("not_verified", "Nobody gets an account before their identity was checked.", "verified")
        draft.put(party)
        draft.add(
            Account(
                id=self.account,
                party=party.id,
                category=self.category,
                opened=draft.envelope.day,
                mailing=self.mailing,
                mailing_changed=draft.envelope.day,
            )
        )


class AddRole(Command, frozen=True, kw_only=True, tag="add_role"):
    """A party liable, authorised, landlord or agent for an account, by a document; a guarantor comes with a deposit."""

    function = "service_start"
    permission = "service"

    account: Id
    party: Id
    role: str
    basis: Hash
    since: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account, party = draft.account(self.account), draft.get(Party, self.party)
        if self.role == GUARANTOR:
            raise Refused("by_record", "A guarantor is taken by their own account's record of payment.", "role")
        draft.attach([self.basis])
        draft.add(
            PartyRole(
                id=draft.new_id(),
                party=party.id,
                account=account.id,
                role=self.role,
                basis=self.basis,
                since=draft.day(self.since),
            )
        )


class UpdateContact(Command, frozen=True, kw_only=True, tag="update_contact"):
    """A telephone, mail address or language. Of two changes the later said is current, whichever arrives last."""

    function = "contact_update"
    permission = "contact"

    account: Id
    kind: str
    """phone, mobile, email, relay, mailing, language."""
    value: Text
    messages: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        if not self.value.strip():
            raise Refused("no_value", "Say what it is changed to.", "value")
        self._must_be_written_so()
        if self.kind == "mailing":
            draft.put(replace(account, mailing=self.value, mailing_changed=draft.envelope.day))
        elif self.kind == "language":
            draft.put(replace(draft.get(Party, account.party), language=self.value))
        else:
            self._point(draft, account)

    def _must_be_written_so(self) -> None:
        """Raise Refused for what no message and no call would reach."""
        value = self.value.strip()
        if self.kind in {"phone", "mobile"} and not DIGITS_MIN <= sum(map(str.isdecimal, value)) <= DIGITS_MAX:
            raise Refused("no_phone", "A telephone number has at least ten digits, as 850-555-0100.", "value")
        if self.kind == "email" and not MAIL.fullmatch(value):
            raise Refused("no_mail", "An e-mail address is written as name@example.org.", "value")
        if self.kind == "language" and value not in LANGUAGES:
            raise Refused("no_language", "Write the language as en, es or ht.", "value")

    def _point(self, draft: Draft, account: Account) -> None:
        said = draft.envelope.at_ms
        current = [p for p in draft.where(ContactPoint, party=account.party) if p.kind == self.kind and p.current]
        newest = all(point.said_ms <= said for point in current)
        if newest:
            for point in current:
                draft.put(replace(point, current=False))
        draft.add(
            ContactPoint(
                id=draft.new_id(),
                party=account.party,
                kind=self.kind,
                value=self.value,
                said_ms=said,
                current=newest,
                messages=self.messages,
            )
        )
