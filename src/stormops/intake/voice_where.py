"""The part of a call that finds out where: the phone's own premise, or an address by keypad.

Who calls is what the network says, and that can be forged. So an address is read out only

- to a call that the carrier vouches for (STIR/SHAKEN attestation A) and whose number is on exactly one
  premise's account, or
- to a caller who has keyed that house number.

Addresses found by keypad are public facts: nothing that is said tells whose they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from stormops.core.report import Report
from stormops.intake.look_ups import Place, address_of, service_point
from stormops.intake.voice_state import (
    TRIES_MAX,
    Ask,
    Call,
    Spoken,
    State,
    Step,
    Turn,
    missed,
    remember,
    saved,
    say,
    speak,
)

CHOICES_MAX = 4
"""Addresses read out to choose from; more are asked down to fewer, by more letters."""

LETTERS_LEAST = 3


async def locate(call: Call, state: State, *said: Spoken) -> Turn:
    """Begin to ask where."""
    own = await call.look.own(call.heard.phone)
    if len(own) == 1 and call.heard.vouched:
        return _ask_own(state.at(Step.OWN).but(premise=own[0].id, whole=True), own[0], *said)
    return ask_house(state, *said)


def _ask_own(state: State, place: Place, *said: Spoken) -> Turn:
    return Ask([*said, say(state, "own", address=address_of(place)), say(state, "medical")], state)


async def answer_own(call: Call, state: State, key: str) -> Turn:
    """One = here, two = elsewhere, seven = here and somebody needs electricity."""
    if key in ("1", "7"):
        return await report(call, state, medical=key == "7")
    place = await call.look.premise(state.premise)
    if key == "2" or place is None:
        return ask_house(state)
    return missed(state, key, lambda again, said: _ask_own(again, place, said))


def ask_house(state: State, *said: Spoken) -> Turn:
    """Ask for the house number."""
    return Ask([*said, say(state, "house")], state.at(Step.HOUSE).but(number="", street="", premise="", whole=True), 0)


async def answer_house(call: Call, state: State, key: str) -> Turn:
    """A house number; the phone's own premise of that number needs no street."""
    if not key.isdigit():
        return speak(state)
    number = key.lstrip("0") or "0"
    state = state.but(number=number)
    own = houses([place for place in await call.look.own(call.heard.phone) if place.keypad == number])
    if len(own) == 1:
        return _confirm(state, own[0])
    return Ask([say(state, "street")], state.at(Step.STREET), 0)


async def answer_street(call: Call, state: State, key: str) -> Turn:
    """The first letters of the street."""
    if not key.isdigit():
        return speak(state)
    found = houses(await call.look.at(state.number, key))
    if len(found) > CHOICES_MAX or (not found and len(key) < LETTERS_LEAST):
        if state.misses:
            return speak(state, say(state, "not_found"))
        return Ask([say(state, "more_letters")], state.at(Step.STREET).but(misses=1), 0)
    state = state.but(street=key)
    if len(found) > 1:
        return _choose(state.at(Step.CHOOSE), found)
    return _confirm(state, found[0]) if found else _not_there(state)


def _not_there(state: State) -> Turn:
    """The address was wrong: once more, then the caller says it."""
    said = say(state, "not_found")
    if state.tries + 1 >= TRIES_MAX:
        return speak(state.but(premise=""), said)
    return ask_house(state.but(tries=state.tries + 1), said)


def _choose(state: State, found: list[list[Place]], *said: Spoken) -> Turn:
    same_name = len({address_of(one[0], unit=False) for one in found}) < len(found)
    choices = []
    for key, places in enumerate(found, 1):
        town = f", {places[0].locality}" if same_name and places[0].locality else ""
        choices.append(say(state, "choice", address=address_of(places[0], unit=False) + town, key=key))
    return Ask([*said, *choices, say(state, "choice_none")], state)


async def answer_choice(call: Call, state: State, key: str) -> Turn:
    """One of the addresses that were read out, or none of them."""
    found = houses(await call.look.at(state.number, state.street))[:CHOICES_MAX]
    if not found or key == "5":
        return _not_there(state)
    if key.isdigit() and 0 < int(key) <= len(found):
        return _chosen(state, found[int(key) - 1])
    return missed(state, key, lambda again, said: _choose(again, found, said))


def _chosen(state: State, places: list[Place]) -> Turn:
    state = state.but(premise=places[0].id, whole=len(places) == 1)
    if not state.whole:
        return Ask([say(state, "unit")], state.at(Step.UNIT), 0)
    return Ask([say(state, "medical")], state.at(Step.MEDICAL))


def _confirm(state: State, places: Sequence[Place], *said: Spoken) -> Turn:
    state = state.but(step=Step.CONFIRM, premise=places[0].id, whole=len(places) == 1)
    question = say(state, "confirm", address=address_of(places[0], unit=state.whole))
    return Ask([*said, question, *([say(state, "medical")] if state.whole else [])], state)


async def answer_confirm(call: Call, state: State, key: str) -> Turn:
    """Whether the address that was read back is meant."""
    if key in ("1", "7"):
        if state.whole:
            return await report(call, state, medical=key == "7")
        return Ask([say(state, "unit")], state.at(Step.UNIT), 0)
    place = await call.look.premise(state.premise)
    if key == "2" or place is None:
        return _not_there(state)
    same = [place] if state.whole else [place, place]
    return missed(state, key, lambda again, said: _confirm(again, same, said))


async def answer_unit(call: Call, state: State, key: str) -> Turn:
    """The unit's number; a house is enough when it is not found."""
    number = key.lstrip("0") if key.isdigit() else ""
    for place in await call.look.house(state.premise) if number else ():
        if "".join(c for c in place.unit if c.isdigit()).lstrip("0") == number:
            state = state.but(premise=place.id, whole=True)
    return Ask([say(state, "medical")], state.at(Step.MEDICAL))


async def answer_medical(call: Call, state: State, key: str) -> Turn:
    """Seven = somebody needs electricity; anything else, silence too, is a report all the same."""
    return await report(call, state, medical=key == "7")


async def report(call: Call, state: State, *, medical: bool = False) -> Turn:
    """Save it, at the premise that was chosen. Raises NotKept."""
    place = await call.look.premise(state.premise) if state.premise else None
    address = address_of(place, unit=state.whole) if place else ""
    first = f"still out; first report {state.receipt}" if state.receipt else "still out"
    kept = await call.keep(
        Report(
            symptom=state.symptom,
            service_point=service_point(place, state.symptom) if place and state.whole else None,
            address=address or None,
            medical=medical,
            note=first if state.still else None,
            callback=call.heard.phone or None,
        ),
        "report",
    )
    if state.whole:
        await remember(call, state, kept, premise=state.premise)
    else:
        await remember(call, state, kept, address=address)
    return saved(state, kept, *([say(state, "saved_medical")] if medical else []))


def houses(places: Sequence[Place]) -> list[list[Place]]:
    """Premises by house: units of one address together, in the order of the directory."""
    found: dict[tuple[str, str, str], list[Place]] = {}
    for place in places:
        found.setdefault((place.number, place.street, place.locality), []).append(place)
    return list(found.values())
