"""Commands of disconnection: noticed, ordered, cut with every exclusion looked at, and reconnected."""

from __future__ import annotations

from stormops.accounts import owed
from stormops.accounts.command import Command
from stormops.accounts.commands_weather import held_by_weather
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Decision, Id
from stormops.accounts.records_money import Arrangement, ChargeType
from stormops.accounts.records_place import Account, CutOrder, MedicalCert, Premise, ServiceAgreement, WeatherHold
from stormops.accounts.records_work import Case
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import CUT, WEATHER_HOLD

EXCLUSIONS = ("medical", "bankruptcy", "arrangement", "dispute", "weather", "unposted", "nothing_past_due")
"""What stands against a cut; proved not to, one by one, at the time of the cut."""


def excluded(draft: Draft, account: Account, agreement: str) -> list[str]:
    """Which of the exclusions stand against cutting a service of the account today."""
    today = draft.envelope.day
    certificates = draft.where(MedicalCert, account=account.id)
    kinds = {each.charge: draft.get(ChargeType, each.charge) for each in owed.open_of(draft, account.id)}
    past_due = owed.past_due(owed.open_of(draft, account.id), kinds, today)
    disputed = sum(c.disputed for c in draft.where(Case, account=account.id) if c.state in {"open", "found"})
    found = {
        "medical": any(c.state == "pending" or (c.state == "valid" and today <= c.expires) for c in certificates),
        "bankruptcy": bool(account.stayed_by),
        "arrangement": any(a.state == "active" for a in draft.where(Arrangement, account=account.id)),
        "dispute": disputed > 0,
        "weather": bool(weather(draft, agreement)),
        "unposted": not draft.now.settled,
        "nothing_past_due": past_due == 0,
    }
    return [name for name in EXCLUSIONS if found[name]]


class NoticeCut(Command, frozen=True, kw_only=True, tag="notice_cut"):
    """The written notice of a disconnection and the first day on which it may happen, as the rule has it."""

    function = "disconnect"
    permission = "collect"

    agreement: Id
    earliest: Day
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        agreement = draft.get(ServiceAgreement, self.agreement)
        account = draft.account(agreement.account)
        draft.by_policy(self.decision)
        must_not_be_excluded(draft, account, agreement.id)
        earliest = draft.day(self.earliest)
        if earliest <= draft.envelope.day:
            raise Refused("too_early", "A notice gives days.", "earliest")
        draft.add(
            CutOrder(
                id=draft.new_id(),
                account=account.id,
                agreement=agreement.id,
                state=CUT.start,
                noticed=draft.envelope.day,
                earliest=earliest,
            )
        )


def weather(draft: Draft, agreement: str) -> str:
    """The hold that keeps a service from being cut in today's weather, "" = none."""
    found = draft.get(ServiceAgreement, agreement)
    jurisdiction = draft.get(Premise, found.premise).jurisdiction
    return held_by_weather(draft.where(WeatherHold, state=WEATHER_HOLD.start), jurisdiction, draft.envelope.day)


def must_not_be_excluded(draft: Draft, account: Account, agreement: str) -> None:
    """Raise Refused when anything stands against cutting the service."""
    against = excluded(draft, account, agreement)
    if against:
        said = {"weather": f"weather ({weather(draft, agreement)})"}
        names = ", ".join(said.get(name, name.replace("_", " ")) for name in against)
        raise Refused("excluded", f"Nobody may cut this service: {names}.", against[0])


class StepCut(Command, frozen=True, kw_only=True, tag="step_cut"):
    """A disconnection: order, cut, cancel. Each looks at every exclusion anew, but for cancelling."""

    function = "disconnect"
    permission = "collect"

    cut: Id
    step: str

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        if self.step not in {"order", "cut", "cancel"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        cut = draft.get(CutOrder, self.cut)
        draft.allow("reconnect" if self.step == "cancel" else self.function, self.permission)
        account = draft.account(cut.account)
        if self.step == "cancel":
            draft.step(cut, "cancel")
            return
        must_not_be_excluded(draft, account, cut.agreement)
        if draft.envelope.day < cut.earliest:
            raise Refused("too_early", f"Not before {cut.earliest}.", "cut")
        draft.step(cut, self.step, excluded=EXCLUSIONS)


class Reconnect(Command, frozen=True, kw_only=True, tag="reconnect"):
    """Service ordered on again, or (`done`) on: at any time, in every mode."""

    function = "reconnect"
    permission = "reconnect"

    cut: Id
    done: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        cut = draft.get(CutOrder, self.cut)
        draft.account(cut.account)
        draft.step(cut, "reconnect" if self.done else "order_reconnect")
