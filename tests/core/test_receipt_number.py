from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.journal.receipt import Minter


@given(st.integers(0, 10**14 - 1))
def test_number_and_text_are_two_forms_of_one_thing(number: int) -> None:
    assert receipt_number(receipt_text(number)) == number
    assert receipt_number(f"{number:014d}") == number


def test_the_text_is_as_doors_mint_it() -> None:
    minted = Minter(1, b"0123456789abcdef").mint(7)
    assert receipt_text(receipt_number(minted)) == minted


def test_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        receipt_number("not a receipt")
