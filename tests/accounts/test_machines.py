"""Every state of every machine against every step that there is: a legal edge, or a refusal with a reason."""

from __future__ import annotations

import pytest

from stormops.accounts.machines import MACHINES
from stormops.accounts.refusal import Refusal
from stormops.accounts.states import Machine

EVERY_STEP = sorted({step for machine in MACHINES.values() for step in machine.steps})
each_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)

ALSO_STARTS = {"payment": {"authorised", "provisional"}}
"""States in which a thing may begin besides the machine's first."""


def reachable(machine: Machine, start: set[str]) -> set[str]:
    found, todo = set(start), list(start)
    while todo:
        for after in machine.edges[todo.pop()].values():
            if after not in found:
                found.add(after)
                todo.append(after)
    return found


@each_machine
def test_each_state_takes_its_own_steps_and_refuses_every_other_with_a_sentence(machine: Machine) -> None:
    taken = 0
    for state in machine.states:
        for step in EVERY_STEP:
            after = machine.after(state, step)
            if step in machine.edges[state]:
                assert after in machine.states
                taken += 1
            else:
                assert isinstance(after, Refusal)
                assert after.code == ("final_state" if state in machine.final else "illegal_step")
                assert machine.noun in after.sentence
                assert state.replace("_", " ") in after.sentence
    assert taken == sum(map(len, machine.edges.values()))


@each_machine
def test_every_state_is_reached_and_every_life_can_end(machine: Machine) -> None:
    starts = {machine.start} | ALSO_STARTS.get(machine.noun, set())
    assert reachable(machine, starts) == set(machine.states)
    assert machine.final
    ends = {state for state in machine.states if reachable(machine, {state}) & machine.final}
    assert ends | NEVER_END.get(machine.noun, set()) == set(machine.states)


NEVER_END = {"placement": {"written_off"}}
"""Written off is not forgiven: it takes late payments for ever."""
