from __future__ import annotations

import pytest

from stormops.accounts.refusal import Refusal
from stormops.accounts.states import Machine

LAMP = Machine(
    "lamp",
    "off",
    {"off": {"switch_on": "on"}, "on": {"switch_off": "off", "drop": "in_pieces", "dim": "on"}, "in_pieces": {}},
)


def test_a_legal_step_gives_the_next_state() -> None:
    assert LAMP.after("off", "switch_on") == "on"
    assert LAMP.after("on", "dim") == "on"


def test_an_illegal_step_is_refused_with_what_can_be_done() -> None:
    assert LAMP.after("off", "dim") == Refusal(
        "illegal_step", "This lamp is off: it can switch on now, not dim.", "state"
    )
    refusal = LAMP.after("on", "switch_on")
    assert isinstance(refusal, Refusal)
    assert refusal.sentence == "This lamp is on: it can switch off, drop or dim now, not switch on."


def test_what_is_final_says_so() -> None:
    assert LAMP.final == {"in_pieces"}
    refusal = LAMP.after("in_pieces", "switch_on")
    assert refusal == Refusal("final_state", "This lamp is in pieces, and that is final.", "state")


def test_states_and_steps_stand_in_the_tables_order() -> None:
    assert LAMP.states == ("off", "on", "in_pieces")
    assert LAMP.steps == ("switch_on", "switch_off", "drop", "dim")


def test_what_is_no_state_is_a_bug() -> None:
    with pytest.raises(KeyError):
        LAMP.after("burning", "dim")
