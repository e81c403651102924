from itertools import product

import pytest

from stormops.core.incident import (
    EDGES,
    LIVE,
    UTILITIES,
    Incident,
    State,
    Step,
    advance,
    incident_id,
    incident_key,
    make_key,
)
from stormops.core.report import Utility

STAYS = {
    # what people may do to an incident in which customers may be out: state → step → state
    State.PREDICTED: {
        Step.CONFIRM: State.CONFIRMED,
        Step.REGROUP: State.PREDICTED,
        Step.MERGE: State.ABSORBED,
        Step.RESTORE_PART: State.PARTLY_RESTORED,
        Step.RESTORE: State.RESTORED,
        Step.CANCEL: State.CANCELLED,
        Step.ABSORB: State.ABSORBED,
        Step.WITHDRAW: State.CLOSED,
    },
    State.CONFIRMED: {
        Step.CONFIRM: State.CONFIRMED,
        Step.REGROUP: State.CONFIRMED,
        Step.MERGE: State.ABSORBED,
        Step.RESTORE_PART: State.PARTLY_RESTORED,
        Step.RESTORE: State.RESTORED,
        Step.CANCEL: State.CANCELLED,
        Step.RETRACT: State.PREDICTED,
    },
    State.PARTLY_RESTORED: {
        Step.CONFIRM: State.PARTLY_RESTORED,
        Step.REGROUP: State.PARTLY_RESTORED,
        Step.MERGE: State.ABSORBED,
        Step.RESTORE_PART: State.PARTLY_RESTORED,
        Step.RESTORE: State.RESTORED,
        Step.CANCEL: State.CANCELLED,
    },
    State.RESTORED: {Step.CLOSE: State.CLOSED},
    State.CANCELLED: {Step.CLOSE: State.CLOSED},
    State.CLOSED: {},
    State.ABSORBED: {},
}


@pytest.mark.parametrize(("state", "step"), list(product(State, Step)))
def test_every_pair_of_state_and_step_is_legal_or_not(state: State, step: Step) -> None:
    assert advance(state, step) == STAYS[state].get(step)


def test_no_life_ends_but_in_closed_or_absorbed_and_every_live_one_can_end() -> None:
    ends = {state for state in State if not any(s is state for s, _ in EDGES)}
    assert ends == {State.CLOSED, State.ABSORBED}
    reach = {state: {EDGES[s, step] for s, step in EDGES if s is state} for state in State}
    for state in LIVE:
        seen, todo = set(), [state]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo += reach[here]
        assert ends <= seen


def test_an_ended_incident_never_comes_back() -> None:
    for (state, _), after in EDGES.items():
        assert not (state not in LIVE and after in LIVE)


@pytest.mark.parametrize("utility", UTILITIES)
@pytest.mark.parametrize("number", [1, 42, 9999, 10_000, 123_456])
def test_names_and_keys_stand_for_each_other(utility: Utility, number: int) -> None:
    key = make_key(utility, number)
    assert incident_key(incident_id(key)) == key
    incident = Incident(key=key, since_ms=0, opened_ms=0)
    assert incident.id == incident_id(key)
    assert incident.utility is utility
    assert incident.device == -1
    assert incident.live


def test_names_read_as_people_write_them() -> None:
    assert incident_id(make_key(Utility.ELECTRIC, 42)) == "E-0042"
    assert incident_id(make_key(Utility.SEWER, 12_345)) == "S-12345"


@pytest.mark.parametrize(
    "name", ["", "E", "E-", "E0042", "X-0042", "E-42", "E-00042", "E-٤٢٤٢", "E--042", "E-4 42", "E-9999999999"]
)
def test_what_cannot_be_a_name_has_no_key(name: str) -> None:
    assert incident_key(name) is None


def test_keys_fit_the_columns() -> None:
    assert make_key(Utility.SEWER, 500_000_000) < 2**31
