from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.core.report import Symptom
from stormops.intake.phrases import phrases
from stormops.intake.voice_state import (
    MISSES_MAX,
    Ask,
    End,
    Speak,
    Spoken,
    State,
    Step,
    missed,
    saved,
    say,
    seal,
    speak,
    spoken,
    unseal,
)

STATE = State(step=Step.CONFIRM, language="es", number="1103", premise="P1", symptom=Symptom.WATER)


def test_a_sealed_state_comes_back_in_its_call_and_nowhere_else() -> None:
    word = seal(STATE, "CA1", "token")
    assert unseal(word, "CA1", "token") == STATE
    assert unseal(word, "CA2", "token") is None
    assert unseal(word, "CA1", "other") is None
    assert len(word) < 300
    assert word.replace(".", "").replace("-", "").replace("_", "").isalnum()  # no address needs to quote it


def test_a_state_that_was_changed_is_none() -> None:
    word = seal(STATE, "CA1", "token")
    other = seal(STATE.but(premise="P2"), "CA1", "token")
    assert unseal(f"{other.partition('.')[0]}.{word.partition('.')[2]}", "CA1", "token") is None


@given(st.text(), st.text(), st.text(min_size=1))
def test_no_word_breaks_it(word: str, call: str, token: str) -> None:
    assert unseal(word, call, token) is None


@given(
    st.builds(
        State,
        step=st.sampled_from(Step),
        language=st.text(max_size=5),
        turns=st.integers(0, 99),
        number=st.text(max_size=20),
        symptom=st.sampled_from(Symptom),
        held=st.none() | st.tuples(st.text(), st.text(), st.text()),
    )
)
def test_every_state_travels(state: State) -> None:
    assert unseal(seal(state, "CA1", "token"), "CA1", "token") == state


def test_another_question_has_not_been_missed() -> None:
    assert STATE.but(misses=1).at(Step.UNIT) == STATE.but(step=Step.UNIT)


def test_a_question_is_asked_again_once_then_the_caller_speaks() -> None:
    def again(state: State, said: Spoken) -> Ask:
        return Ask([said], state)

    first = missed(STATE, "", again)
    assert isinstance(first, Ask)
    assert first.said == [Spoken(phrases("es").voice["silent"], "es")]
    assert MISSES_MAX == 2
    second = missed(first.state, "4", again)
    assert isinstance(second, Speak)
    assert second.state.step is Step.RECORDED


def test_what_to_say_after_the_tone_depends_on_danger() -> None:
    assert speak(STATE).said == [say(STATE, "record")]
    assert speak(STATE.but(danger=True)).said == [say(STATE, "record_where")]


def test_a_receipt_is_said_digit_by_digit_twice() -> None:
    assert spoken("01-2345-6789-012-3") == "0 1, 2 3 4 5, 6 7 8 9, 0 1 2, 3"
    end = saved(STATE, "01-2345-6789-012-3")
    assert isinstance(end, End)
    assert end.said[0].text.count("0 1, 2 3 4 5") == 2
