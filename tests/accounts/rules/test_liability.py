"""Oracle cases 50, 51: F.S. 180.135; Hollywood 51.034 for deposits."""

from __future__ import annotations

from typing import Any

import pytest

from stormops.accounts.rules.liability import Application, Debt, Transfer, open_service, transfer
from tests.accounts.policies import PACKS, TODAY, proved, refused

CITY = PACKS["palmetto"]


def test_case_50_a_new_tenant_pays_nothing_for_a_former_occupant() -> None:
    former = Debt(account="old", amount=412_00, bond="none")
    assert proved(open_service(CITY, TODAY, Application(debts=(former,)))).value == 0
    moved = Transfer(what="debt", amount=412_00, bond="none", evidence=True)
    assert refused(transfer(CITY, TODAY, moved)) == "not_liable"


def test_case_51_ones_own_debt_elsewhere_may_be_demanded_and_moved_whole() -> None:
    own = Debt(account="own", amount=412_00, bond="same_party")
    former = Debt(account="old", amount=99_00, bond="none")
    assert proved(open_service(CITY, TODAY, Application(debts=(own, former)))).value == 412_00
    moved = Transfer(what="debt", amount=412_00, bond="same_party", evidence=True)
    assert proved(transfer(CITY, TODAY, moved)).value == 412_00


def test_a_stayed_debt_is_never_demanded() -> None:
    """11 USC 366(a)."""
    stayed = Debt(account="own", amount=412_00, bond="same_party", stayed=True)
    assert proved(open_service(CITY, TODAY, Application(debts=(stayed,)))).value == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": 0}, "nothing"),
        ({"bankrupt": True}, "bankruptcy"),
        ({"bond": "none"}, "not_liable"),
        ({"evidence": False}, "no_evidence"),
        ({"what": "deposit"}, "not_final"),
    ],
)
def test_what_may_not_move(changed: dict[str, Any], code: str) -> None:
    asked = Transfer(**{"what": "debt", "amount": 1_00, "bond": "same_party", "evidence": True, **changed})
    assert refused(transfer(PACKS["hollywood"], TODAY, asked)) == code


def test_a_deposit_moves_once_the_old_account_is_final() -> None:
    asked = Transfer(what="deposit", amount=145_00, bond="same_party", evidence=True, source_final=True)
    assert proved(transfer(PACKS["hollywood"], TODAY, asked)).value == 145_00


def test_a_bond_by_contract_is_for_the_citys_policy() -> None:
    asked = Transfer(what="credit", amount=1, bond="contract", evidence=True)
    assert proved(transfer(CITY, TODAY, asked)).value == 1
    assert refused(transfer(PACKS["hollywood"], TODAY, asked)) == "not_liable"
    signed = Application(debts=(Debt(account="x", amount=1_00, bond="contract"),))
    assert proved(open_service(PACKS["lake-wales"], TODAY, signed)).value == 0
