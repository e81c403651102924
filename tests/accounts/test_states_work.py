from __future__ import annotations

import pytest

from stormops.accounts.refusal import Refusal
from stormops.accounts.states import Machine
from stormops.accounts.states_work import (
    CASE,
    COMMAND,
    ESCALATION,
    FINDING,
    PROMISE,
    QA_REVIEW,
    SENTENCES,
    TASK,
    VISIT,
)
from tests.accounts.test_states_service import walk


@pytest.mark.parametrize(
    ("machine", "steps", "end"),
    [
        (COMMAND, "accept queue start post", "posted"),
        (COMMAND, "accept stand_in queue start requeue start conflict compensate", "compensated"),
        (COMMAND, "refuse", "refused"),
        (VISIT, "call miss return call serve finish", "done"),
        (VISIT, "move_to_phone", "moved"),
        (ESCALATION, "acknowledge raise acknowledge resolve reopen acknowledge resolve close", "closed"),
        (PROMISE, "pass_on miss keep", "kept_late"),
        (CASE, "record_findings reopen record_findings close", "closed"),
        (FINDING, "plan complete reopen complete verify", "verified"),
        (TASK, "pass_on complete", "done"),
        (QA_REVIEW, "score dispute overturn score accept", "accepted"),
    ],
)
def test_the_lives_that_the_field_knows(machine: Machine, steps: str, end: str) -> None:
    assert walk(machine, steps) == end


@pytest.mark.parametrize(
    ("machine", "state", "step"),
    [
        (COMMAND, "posted", "post"),
        (COMMAND, "declined", "post"),
        (COMMAND, "received", "start"),
        (PROMISE, "kept", "miss"),
        (ESCALATION, "open", "close"),
        (FINDING, "planned", "verify"),
        (QA_REVIEW, "accepted", "dispute"),
    ],
)
def test_what_must_never_happen(machine: Machine, state: str, step: str) -> None:
    assert isinstance(machine.after(state, step), Refusal)


def test_a_customer_reads_of_every_state_of_a_command_in_three_languages() -> None:
    assert set(SENTENCES) == set(COMMAND.states)
    said = [sentence for sentences in SENTENCES.values() for sentence in sentences.values()]
    assert all(set(sentences) == {"en", "es", "ht"} for sentences in SENTENCES.values())
    assert len(set(said)) == len(said)
