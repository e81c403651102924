"""How the entries about text messages change the situation. Views show counts of them alone, whatever was touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormops.core import entry as facts
from stormops.core.entry import MESSAGE_OUTCOMES, Entry
from stormops.core.messages import Due, Fate, Kind, SignUp, who_is
from stormops.core.receipt_number import receipt_number
from stormops.core.report import Utility
from stormops.core.summary import Touched

if TYPE_CHECKING:
    from stormops.core.situation import Situation

_FATES = {
    MESSAGE_OUTCOMES[outcome]: fate
    for outcome, fate in {
        "sent": Fate.SENT,
        "refused": Fate.REFUSED,
        "late": Fate.LATE,
        "dropped": Fate.OVERTAKEN,
        "unclear": Fate.UNCLEAR,
    }.items()
}


def contact_preference(situation: Situation, _entry: Entry, fact: facts.ContactPreference, _touched: Touched) -> None:
    """Stop ends everything and is kept; start lets the phone sign up again."""
    if fact.stopped:
        situation.messages.stop(who_is(fact.phone))
    else:
        situation.messages.stopped.discard(who_is(fact.phone))


def requested(situation: Situation, entry: Entry, fact: facts.MessagesRequested, _touched: Touched) -> None:
    """A wish that waits for its yes."""
    receipt = _number(fact.receipt)
    premise = _place(situation, receipt) if receipt else situation.premise_of.get(fact.premise, -1)
    one = SignUp(who_is(fact.phone), premise, receipt, fact.language, _now(situation, entry))
    if (receipt or premise >= 0) and situation.messages.open_to(one):
        situation.messages.request(entry.position, one)


def confirmed(situation: Situation, entry: Entry, fact: facts.MessagesConfirmed, _touched: Touched) -> None:
    """A yes to all that waits for one; where nothing does, the phone's own report is what it is about."""
    messages, who, now_ms = situation.messages, who_is(fact.phone), _now(situation, entry)
    numbers = [number for number in sorted(messages.of_phone.get(who, ())) if number in messages.requests]
    wishes = [(number, messages.requests[number]) for number in numbers]
    receipt = _number(fact.receipt)
    own = SignUp(who, _place(situation, receipt), receipt, fact.language, now_ms)
    if not wishes and receipt and messages.open_to(own):
        wishes = [(entry.position, own)]
    for number, wish in wishes:
        if number in messages.requests:
            messages.drop(number)
        if wish.premise not in messages.places(who):  # else it said yes to this place before
            messages.sign_up(number, wish._replace(at_ms=now_ms, language=fact.language or wish.language))


def claimed(_situation: Situation, _entry: Entry, _fact: facts.MessagesClaimed, _touched: Touched) -> None:
    """Deciding grants it or not."""


def due(situation: Situation, _entry: Entry, fact: facts.MessagesDue, _touched: Touched) -> None:
    """What waits for these numbers is this, whatever waited before."""
    messages = situation.messages
    for number in fact.numbers:
        one = messages.get(number)
        if one is None:
            continue
        messages.forgo(number)  # what comes goes to the end
        messages.due[number] = Due(fact.kind, fact.after_ms, fact.until_ms)
        if fact.kind == Kind.ASK:
            messages.asked(one.who, situation.at_ms)
        elif number in messages.sign_ups:
            messages.sign_up(number, one._replace(decided=fact.kind))


def dropped(situation: Situation, _entry: Entry, fact: facts.MessagesDropped, _touched: Touched) -> None:
    """Nothing waits for these numbers. What is late is not decided on again; what was untrue may become true."""
    messages = situation.messages
    for number in fact.numbers:
        messages.forgo(number, Fate.LATE if fact.why == "late" else Fate.OVERTAKEN)
        one = messages.sign_ups.get(number)
        if one is not None and fact.why != "late":
            messages.sign_up(number, one._replace(decided=one.told, sending=False))


def granted(situation: Situation, _entry: Entry, fact: facts.MessagesGranted, _touched: Touched) -> None:
    """These are being sent: whatever becomes of them, they count as told."""
    messages, now_ms = situation.messages, situation.at_ms
    for number, kind, since_ms in zip(fact.numbers, fact.kinds, fact.since_ms, strict=False):
        messages.due.pop(number, None)
        one = messages.sign_ups.get(number)
        if one is not None and kind != Kind.ASK:
            told = one._replace(told=kind, told_ms=now_ms, decided=kind, sending=True, at_ms=now_ms)
            messages.sign_up(number, told._replace(since_ms=since_ms or one.since_ms))


def settled(situation: Situation, _entry: Entry, fact: facts.MessagesSettled, _touched: Touched) -> None:
    """They are no longer under way; a number that the provider refuses for good is signed up no more."""
    messages = situation.messages
    for number, outcome in zip(fact.numbers, fact.outcomes, strict=False):
        messages.ended(_FATES.get(outcome, Fate.UNCLEAR))
        one = messages.get(number)
        if one is not None and outcome == MESSAGE_OUTCOMES["refused"]:
            messages.drop(number)
        elif number in messages.sign_ups:
            messages.sign_up(number, messages.sign_ups[number]._replace(sending=False))


def placed(situation: Situation, receipt: int) -> None:
    """It became known, or was corrected, where a report belongs: the sign-ups by its receipt follow."""
    messages = situation.messages
    if receipt not in messages.of_way:
        return
    for number in sorted(messages.of_way[receipt]):
        premise, one = _place(situation, receipt), messages.sign_ups.get(number)
        if one is None:
            messages.request(number, messages.requests[number]._replace(premise=premise))
        elif premise != one.premise:
            if premise in messages.places(one.who):
                messages.drop(number)  # it said yes to that place by another way
            else:
                messages.sign_up(number, one._replace(premise=premise))


def _place(situation: Situation, receipt: int) -> int:
    """The premise of a report about power; -1 for any other, and while it is not known."""
    report = situation.report(receipt)
    return report.premise if report is not None and report.utility is Utility.ELECTRIC else -1


def _now(situation: Situation, entry: Entry) -> int:
    """The journal's time; before its first tick, the door's."""
    return situation.at_ms or entry.recorded_ms


def _number(receipt: str) -> int:
    return receipt_number(receipt) if receipt else 0
