from __future__ import annotations

import pytest

from stormops.accounts.refusal import Refusal
from stormops.accounts.states import Machine
from stormops.accounts.states_service import AGREEMENT, CERTIFICATE, CUT, PREMISE, RELEASE, SERVICE_ORDER


def walk(machine: Machine, steps: str) -> str:
    """The state after the steps, from the machine's start; an illegal one fails."""
    state = machine.start
    for step in steps.split():
        after = machine.after(state, step)
        assert not isinstance(after, Refusal), after
        state = after
    return state


@pytest.mark.parametrize(
    ("machine", "steps", "end"),
    [
        (AGREEMENT, "submit settle_deposit settle_release energise request_stop finalise close", "closed"),
        (AGREEMENT, "submit settle_deposit settle_release energise request_stop finalise reactivate", "active"),
        (AGREEMENT, "submit settle_deposit settle_release energise request_stop withdraw_stop", "active"),
        (RELEASE, "apply_for_permit inspect release", "released"),
        (RELEASE, "apply_for_permit inspect fail inspect release", "released"),
        (RELEASE, "release_without_permit", "released"),
        (RELEASE, "record_exception bring_permit", "released"),
        (RELEASE, "record_exception lapse", "lapsed"),
        (CUT, "order cut order_reconnect reconnect", "reconnected"),
        (PREMISE, "make_official retire", "retired"),
        (CERTIFICATE, "certify renew expire renew withdraw", "withdrawn"),
        (SERVICE_ORDER, "dispatch complete", "done"),
    ],
)
def test_the_lives_that_the_field_knows(machine: Machine, steps: str, end: str) -> None:
    assert walk(machine, steps) == end


@pytest.mark.parametrize(
    ("machine", "state", "step"),
    [
        (AGREEMENT, "draft", "energise"),
        (AGREEMENT, "pending_release", "energise"),
        (AGREEMENT, "closed", "reactivate"),
        (RELEASE, "permit_applied", "release"),
        (RELEASE, "lapsed", "bring_permit"),
        (CUT, "noticed", "cut"),
        (CUT, "cancelled", "cut"),
    ],
)
def test_what_must_never_happen(machine: Machine, state: str, step: str) -> None:
    assert isinstance(machine.after(state, step), Refusal)
