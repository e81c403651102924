from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from stormops.accounts.letters import LETTERS, PERMISSIONS, letters_about, must_fit
from stormops.accounts.record import MACHINE_OF
from stormops.accounts.records_money import Deposit, Receipt
from stormops.accounts.refusal import Refused
from stormops.core.mode import FUNCTIONS
from stormops.staff.roles import ROLES


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_about_states_that_there_are_and_somebody_may_issue_it(name: str) -> None:
    kind = LETTERS[name]
    states = MACHINE_OF[kind.about].states if kind.about in MACHINE_OF else ()
    assert kind.states <= set(states)
    assert bool(kind.states) is bool(states)
    assert kind.function in FUNCTIONS
    assert any(grant.permission == kind.permission for role in ROLES.values() for grant in role.grants)


def test_a_letter_to_a_guarantor_goes_to_their_account_and_to_nobody_where_there_is_none() -> None:
    held = Deposit(id="d", account="a", fund="electric", required=1, state="instrument", instrument="bond")
    assert letters_about(held) == []
    stood = replace(held, instrument="guarantor", guarantor="b")
    assert letters_about(stood) == ["guaranty_call"]
    assert LETTERS["guaranty_call"].addressee(stood) == "b"
    assert letters_about(replace(stood, state="released")) == ["guaranty_release"]


def test_what_can_be_written_about_a_record_goes_by_its_state() -> None:
    taken = Receipt(
        id="r", account="a", number="1", tender="cash", till="1020", cents=1, day=date(2026, 9, 1), state="posted"
    )
    assert letters_about(taken) == ["receipt"]
    assert letters_about(replace(taken, state="returned")) == ["receipt", "returned_payment"]
    with pytest.raises(Refused, match="not written about it"):
        must_fit("returned_payment", taken)
    assert "collect" in PERMISSIONS
