from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.intake.mobile import mobile


@pytest.mark.parametrize(
    "text", ["8505550123", "850-555-0123", "(850) 555 0123", "+1 850.555.0123", "1-850-555-0123", " 850 555 0123 "]
)
def test_a_number_of_this_country_is_ten_digits(text: str) -> None:
    assert mobile(text) == "8505550123"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "555-0123",
        "+44 20 7946 0958",
        "+509 3412 3456",
        "9005550123",
        "976-555-0123",
        "9115550123",
        "8509110123",
        "1505550123",
        "8501550123",
        "850555012x",
        "٨٥٠٥٥٥٠١٢٣",
        "8505550123;8505550124",
        "anonymous",
    ],
)
def test_any_other_is_none(text: str) -> None:
    assert mobile(text) == ""


@given(st.text(max_size=80))
def test_whatever_is_typed(text: str) -> None:
    digits = mobile(text)
    assert digits == "" or (len(digits) == 10 and digits.isascii() and digits.isdigit())
