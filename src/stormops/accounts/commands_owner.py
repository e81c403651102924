"""Commands of owners: service of a vacant unit goes back to who signed for it, until the agreement ends."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Hash, Id
from stormops.accounts.records_place import OwnerAgreement, Party, Premise
from stormops.accounts.refusal import Refused


def in_force(agreement: OwnerAgreement, day: date) -> bool:
    """Whether the owner pays for vacant units on this day."""
    return agreement.since <= day and (agreement.until is None or day < agreement.until)


class SignOwnerAgreement(Command, frozen=True, kw_only=True, tag="sign_owner_agreement"):
    """An owner signs for the vacant units of a premise: without it nobody is billed for them (F.S. 180.135)."""

    function = "multi_unit_setup"
    permission = "service"

    premise: Id
    party: Id
    document: Hash
    since: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        premise, party = draft.get(Premise, self.premise), draft.get(Party, self.party)
        draft.attach([self.document])
        if any(each.until is None for each in draft.where(OwnerAgreement, premise=premise.id)):
            raise Refused("agreed_already", "An owner has signed for this premise: end that first.", "premise")
        draft.add(
            OwnerAgreement(
                id=draft.new_id(),
                premise=premise.id,
                party=party.id,
                document=self.document,
                since=draft.day(self.since),
            )
        )


class EndOwnerAgreement(Command, frozen=True, kw_only=True, tag="end_owner_agreement"):
    """From a day on the owner does not pay for vacant units any more."""

    function = "multi_unit_setup"
    permission = "service"

    owner_agreement: Id
    until: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        agreement, until = draft.get(OwnerAgreement, self.owner_agreement), draft.day(self.until)
        if agreement.until is not None:
            raise Refused("ended_already", f"This agreement ended on {agreement.until}.", "owner_agreement")
        if until < agreement.since:
            raise Refused("before_start", "It cannot end before it began.", "until")
        draft.put(replace(agreement, until=until))
