"""What a call says and asks, turn by turn: dangers first, then the language, then what is wrong and where.

Keys 9 (wire or pole down) and 8 (gas) work at every question of a single key; each has its own key because
each has its own advice, and a second question would come before it. Nothing is asked twice that is known
from before; no question is asked a third time: the caller speaks instead, and gets a receipt.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from stormops.core.report import Report, Symptom
from stormops.intake.look_ups import service_point
from stormops.intake.phrases import LANGUAGES, phrases, status_sentence
from stormops.intake.voice_state import (
    MISSES_MAX,
    TURNS_MAX,
    Ask,
    Call,
    Connect,
    End,
    NotKept,
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
from stormops.intake.voice_where import (
    answer_choice,
    answer_confirm,
    answer_house,
    answer_medical,
    answer_own,
    answer_street,
    answer_unit,
    ask_house,
    locate,
    report,
)
from stormops.journal.receipt import normalise

RECORDING_CHARACTERS_MAX = 500

_SYMPTOMS = {"1": Symptom.LIGHTS_OUT, "2": Symptom.FLICKERING, "3": Symptom.WATER, "4": Symptom.SEWER}
DANGER_KEYS = {"9": Symptom.WIRE_DOWN, "8": Symptom.GAS_ODOUR}
_SINGLE = frozenset({Step.LANGUAGE, Step.MENU, Step.OWN, Step.CHOOSE, Step.CONFIRM, Step.MEDICAL, Step.AGAIN})
_BOUNDED = frozenset(Step) - {Step.RECORDED, Step.DANGER, Step.PERSON}


def begin(call: Call) -> Turn:
    """The first turn; the language is asked for when it is not known from before."""
    if call.contact.language in LANGUAGES:
        state = State(step=Step.MENU, language=call.contact.language)
        return _menu(call, state, say(state, "greeting", title=call.line.title))
    return _languages(call, State(step=Step.LANGUAGE))


async def go_on(call: Call, state: State) -> Turn:
    """The turn after this state, with what was heard. Raises NotKept."""
    state = state.but(turns=state.turns + 1)
    key = call.heard.digits
    if state.step in _SINGLE and key in DANGER_KEYS:
        return await _danger(call, state, DANGER_KEYS[key])
    if state.step in _BOUNDED and state.turns > TURNS_MAX:
        return speak(state)
    return await _STEPS[state.step](call, state, key)


# --- language and menu -------------------------------------------------------------------------------------


def _languages(call: Call, state: State) -> Turn:
    said = [say(state, "greeting", title=call.line.title)]
    for language in LANGUAGES:
        words = phrases(language).voice
        said.append(Spoken(f"{words['emergency']} {words['language']}", language))
    return Ask(said, state)


async def _language(call: Call, state: State, key: str) -> Turn:
    chosen = dict(zip("123", LANGUAGES, strict=True)).get(key)
    if chosen:
        await call.remember(call.contact._replace(language=chosen))
        return _menu(call, state.at(Step.MENU).but(language=chosen))
    state = state.but(misses=state.misses + 1)
    return speak(state) if state.misses >= MISSES_MAX else _languages(call, state)


def _menu(call: Call, state: State, *said: Spoken) -> Turn:
    mode = "" if state.misses else call.line.mode(state.language)
    person = [say(state, "menu_person")] if call.line.desk_phone else []
    others = [Spoken(phrases(name).voice["star"], name) for name in LANGUAGES if name != state.language]
    before = [*said, *([Spoken(mode, state.language)] if mode else [])]
    return Ask([*before, say(state, "emergency"), say(state, "menu"), *person, *others], state)


async def _main(call: Call, state: State, key: str) -> Turn:
    if key in _SYMPTOMS:
        return await locate(call, state.but(symptom=_SYMPTOMS[key]))
    if key == "5":
        return await _still(call, state)
    if key == "6":
        return await _status(call, state)
    if key == "0" and call.line.desk_phone:
        return Connect([say(state, "person")], state.at(Step.PERSON), call.line.desk_phone)
    if key == "*":
        return _languages(call, state.at(Step.LANGUAGE))
    return missed(state, key, lambda again, said: _menu(call, again, said))


# --- dangers -----------------------------------------------------------------------------------------------


async def _danger(call: Call, state: State, symptom: Symptom) -> Turn:
    """Saved at once, wherever the caller is in the call; then advice, then the emergency line."""
    state = state.at(Step.DANGER).but(symptom=symptom, danger=True, language=state.language or LANGUAGES[0])
    said = [say(state, "danger_gas" if symptom is Symptom.GAS_ODOUR else "danger_wire")]
    try:
        receipt = await call.keep(await _danger_report(call, state), f"danger {symptom}")
    except NotKept:
        pass  # advice and the emergency line matter more; what is said after the tone is tried until it is kept
    else:
        state = state.but(receipt=receipt)
        said.append(say(state, "danger_saved"))
    if call.line.emergency_phone:
        return Connect([*said, say(state, "danger_connect")], state, call.line.emergency_phone)
    return speak(state, *said, say(state, "danger_hang_up"))


async def _danger_report(call: Call, state: State) -> Report:
    """At the premise that the call has chosen, else where the caller's number belongs, else for a person to place."""
    place = await call.look.premise(state.premise) if state.premise else None
    own = () if place else await call.look.own(call.heard.phone)
    return Report(
        symptom=state.symptom,
        service_point=service_point(place, state.symptom) if place else None,
        phone=call.heard.phone if own else None,
        note="by telephone; placed by the caller's number, not yet asked" if own else "by telephone",
        callback=call.heard.phone or None,
    )


async def _after_danger(call: Call, state: State, _key: str) -> Turn:
    """The emergency line has ended, or did not answer: where the danger is, in the caller's words."""
    return speak(state, *([] if call.heard.dialled == "completed" else [say(state, "danger_hang_up")]))


# --- speaking instead of keying ----------------------------------------------------------------------------


async def _recorded(call: Call, state: State, _key: str) -> Turn:
    """What was said is a report for a person to hear, with the number to call back."""
    state = state.but(language=state.language or LANGUAGES[0])
    recording = call.heard.recording[:RECORDING_CHARACTERS_MAX]
    if state.danger and state.receipt and not recording:
        return saved(state, state.receipt)  # it is saved already, and nothing was added
    note = [
        f"recording: {recording}" if recording else "nothing was said",
        f"house number keyed: {state.number}" if state.number else "",
        f"belongs to report {state.receipt}" if state.receipt else "",
    ]
    said = Report(symptom=state.symptom, note="; ".join(filter(None, note)), callback=call.heard.phone or None)
    kept = await call.keep(said, "recorded")
    await remember(call, state, kept)
    return saved(state, kept)


async def _after_person(call: Call, state: State, _key: str) -> Turn:
    if call.heard.dialled == "completed":
        return End([say(state, "goodbye")])
    return speak(state, say(state, "person_absent"))


# --- what became of it -------------------------------------------------------------------------------------


async def _still(call: Call, state: State) -> Turn:
    """A repeat: where it was is known from this phone's last report, or from its account, or by receipt."""
    state = state.but(symptom=Symptom.LIGHTS_OUT, still=True)
    last = call.contact
    if last.receipt and (last.premise or last.address):
        return await _repeat(call, state.but(receipt=last.receipt), last.premise, last.address)
    if await call.look.own(call.heard.phone):
        return await locate(call, state)
    return Ask([say(state, "ask_receipt")], state.at(Step.RECEIPT), 0)


async def _repeat(call: Call, state: State, premise: str, address: str) -> Turn:
    """The same place again. Raises NotKept."""
    if premise:
        return await report(call, state.but(premise=premise, whole=True))
    again = Report(
        symptom=Symptom.LIGHTS_OUT,
        address=address[:200],
        note=f"still out; first report {state.receipt}",
        callback=call.heard.phone or None,
    )
    kept = await call.keep(again, "report")
    await remember(call, state, kept, address=address)
    return saved(state, kept)


async def _status(call: Call, state: State) -> Turn:
    if call.contact.receipt:
        return await _tell(call, state, call.contact.receipt)
    return Ask([say(state, "ask_receipt")], state.at(Step.RECEIPT), 0)


async def _tell(call: Call, state: State, receipt: str) -> Turn:
    told = await call.status(receipt)
    sentence = Spoken(status_sentence(state.language, told.state, told.others), state.language)
    return Ask([sentence, say(state, "status_again")], state.at(Step.AGAIN).but(receipt=receipt))


async def _answer_receipt(call: Call, state: State, key: str) -> Turn:
    receipt = normalise(key)
    if receipt is not None:
        known = state.but(receipt=receipt)
        return await _again(call, known, "5") if state.still else await _tell(call, state, receipt)
    if key and not state.misses:
        return Ask([say(state, "wrong_receipt"), say(state, "ask_receipt")], state.but(misses=1), 0)
    return ask_house(state) if state.still else _menu(call, state.at(Step.MENU))


async def _again(call: Call, state: State, key: str) -> Turn:
    """Still out, after its status or its receipt: at the same place when it is known here."""
    if key != "5":
        return End([say(state, "goodbye")])
    state = state.but(symptom=Symptom.LIGHTS_OUT, still=True)
    premise, address = await call.look.place_of(state.receipt)
    if premise or address:
        return await _repeat(call, state, premise, address)
    return await locate(call, state, say(state, "still_where"))


_STEPS: dict[Step, Callable[[Call, State, str], Awaitable[Turn]]] = {
    Step.LANGUAGE: _language,
    Step.MENU: _main,
    Step.OWN: answer_own,
    Step.HOUSE: answer_house,
    Step.STREET: answer_street,
    Step.CHOOSE: answer_choice,
    Step.CONFIRM: answer_confirm,
    Step.UNIT: answer_unit,
    Step.MEDICAL: answer_medical,
    Step.RECEIPT: _answer_receipt,
    Step.AGAIN: _again,
    Step.PERSON: _after_person,
    Step.DANGER: _after_danger,
    Step.RECORDED: _recorded,
}
