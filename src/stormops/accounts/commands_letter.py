"""Commands of letters: one is issued as the books have it, and voided where it should not have been."""

from __future__ import annotations

from stormops.accounts.command import Command
from stormops.accounts.commands_work import needs_text
from stormops.accounts.draft import Draft
from stormops.accounts.letters import LETTERS, must_fit
from stormops.accounts.record import Decision, Hash, Id, Text
from stormops.accounts.records_work import Letter
from stormops.accounts.refusal import Refused
from stormops.accounts.states_work import LETTER


class IssueLetter(Command, frozen=True, kw_only=True, tag="issue_letter"):
    """A letter to a customer, kept whole in the contact history so that the same one can be printed again."""

    function = "customer_contact"
    permission = "contact"

    account: Id
    kind: Id
    about: Id
    language: str
    hash: Hash
    """Of its PDF."""
    document: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        kind = LETTERS.get(self.kind)
        if kind is None:
            raise Refused("unknown_letter", f"There is no letter called {self.kind}.", "kind")
        draft.allow(kind.function, kind.permission)
        account = draft.account(self.account)
        record = draft.get(kind.about, self.about)
        must_fit(self.kind, record)
        if kind.addressee(record) != account.id:
            raise Refused("other_account", "It is of another account.", "about")
        draft.must_not_be_own([str(getattr(record, "account", ""))])
        earlier = draft.where(Letter, about=self.about)
        if any((each.kind, each.hash, each.state) == (self.kind, self.hash, LETTER.start) for each in earlier):
            raise Refused("letter_stands", "The same letter was issued already: print that one again.", "about")
        envelope = draft.envelope
        draft.add(
            Letter(
                id=draft.new_id(),
                account=account.id,
                kind=self.kind,
                about=self.about,
                language=self.language,
                day=envelope.day,
                at_ms=envelope.at_ms,
                by=envelope.actor,
                channel=envelope.channel,
                hash=self.hash,
                document=self.document,
                state=LETTER.start,
            )
        )


class VoidLetter(Command, frozen=True, kw_only=True, tag="void_letter"):
    """A letter that should not have been issued, with the reason; it stays in the history and prints as void."""

    function = "customer_contact"
    permission = "contact"

    letter: Id
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        letter = draft.get(Letter, self.letter)
        draft.allow(self.function, LETTERS[letter.kind].permission)
        draft.account(letter.account)
        needs_text(self.reason, "reason")
        draft.step(letter, "void", reason=self.reason)
