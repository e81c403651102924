"""Asking for a letter: which one about what. Everything in it is composed from the books and the policy."""

from __future__ import annotations

from stormops.accounts.asking.asked import Asked, Work
from stormops.accounts.commands_letter import IssueLetter
from stormops.accounts.record import Id
from stormops.accounts.refusal import Refused


class AskLetter(Asked, frozen=True, kw_only=True):
    """A letter about a bill, a payment, a service, a deposit, a debt or a case, in the customer's language."""

    makes = IssueLetter

    kind: Id
    about: Id

    def command(self, work: Work) -> IssueLetter:
        """See `Asked.command`."""
        if work.typeset is None:
            raise Refused("no_letters", "Nothing is printed here.", "kind")
        made = work.typeset(self.kind, self.about)
        return IssueLetter(
            account=made.account,
            kind=self.kind,
            about=self.about,
            language=made.language,
            hash=made.hash,
            document=made.document,
        )
