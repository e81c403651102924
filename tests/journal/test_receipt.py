from __future__ import annotations

from array import array
from hashlib import shake_128
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.journal.receipt import SPAN, Minter, check_digit, normalise

KEY = b"a key of sixteen or more"
MINTER = Minter(42, KEY)
TABLES = [array("I", shake_128(b"receipt%d" % i + KEY).digest(4 << 19)) for i in range(4)]
counters = st.integers(min_value=0, max_value=SPAN - 1)


def test_the_check_digit_is_that_of_iso_7064_mod_11_10() -> None:
    assert check_digit("0794") == 5  # the standard's own worked example


@given(counters, st.sampled_from([MINTER, Minter(7, KEY), Minter(0, KEY, 1), Minter(99, KEY, 1)]))
def test_a_receipt_is_written_and_read_back_the_same(counter: int, minter: Minter) -> None:
    receipt = minter.mint(counter)
    assert receipt.startswith(f"{minter._prefix}-")
    assert receipt[-1] == str(check_digit(receipt[:-1].replace("-", "")))
    assert len(receipt) == 18
    assert normalise(receipt) == receipt
    assert normalise(f"  {receipt.replace('-', ' ')} ") == receipt
    assert normalise(receipt.replace("-", "")) == receipt


@given(
    st.one_of(counters, st.integers(2**19 - 50, 2**19)),
    st.integers(0, 60),
    st.sampled_from([MINTER, Minter(0, KEY, 1)]),
)
def test_a_run_of_counters_gets_the_receipts_that_each_gets_alone(first: int, count: int, minter: Minter) -> None:
    first = min(first, SPAN - count)
    assert minter.mint_run(first, count) == [minter.mint(counter) for counter in range(first, first + count)]


def test_beyond_the_last_receipt_there_is_none() -> None:
    assert len(MINTER.mint_run(SPAN - 2, 2)) == 2
    for first, count in ((SPAN - 1, 2), (SPAN, 1), (-1, 1)):
        with pytest.raises(ValueError, match="no receipt"):
            MINTER.mint_run(first, count)


@given(st.sets(counters, min_size=2, max_size=200))
def test_no_two_counters_share_a_receipt(given_counters: set[int]) -> None:
    assert len({MINTER.mint(c) for c in given_counters}) == len(given_counters)


def test_a_long_run_of_counters_has_no_receipt_twice_and_no_order() -> None:
    minter = Minter(1, KEY)
    receipts = [minter.mint(c) for c in range(20_000)]
    assert len(set(receipts)) == len(receipts)
    rises = sum(a < b for a, b in pairwise(receipts))
    assert 9_600 < rises < 10_400  # a fair coin


@given(st.integers(0, 2**37 - 1))
def test_the_permutation_of_scheme_2_can_be_undone(value: int) -> None:
    out = MINTER._permute(value)
    high, low = out >> 19, out & (2**19 - 1)
    for i in (3, 1):
        low ^= TABLES[i][high] & (2**19 - 1)
        high ^= TABLES[i - 1][low] & (2**18 - 1)
    assert high << 19 | low == value


def test_doors_of_scheme_1_go_on_with_the_receipts_they_have_given() -> None:
    old = Minter(7, b"k" * 32, 1)
    assert [old.mint(1), old.mint(123_456)] == ["07-2750-1166-599-5", "07-2101-6530-044-3"]
    assert len({old.mint(c) for c in range(5000)}) == 5000


def test_another_key_gives_other_receipts() -> None:
    one, two = Minter(1, KEY), Minter(1, KEY + b"!")
    assert sum(one.mint(c) == two.mint(c) for c in range(1000)) == 0


@given(counters, st.integers(0, 13), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(counter: int, place: int, by: int) -> None:
    digits = MINTER.mint(counter).replace("-", "")
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert normalise(wrong) is None


def test_nearly_all_swapped_neighbours_are_caught() -> None:
    """One in fifty is not: which, depends on the digits before, so that one receipt may have several."""
    swaps: list[str] = []
    for receipt in MINTER.mint_run(0, 3000):
        digits = receipt.replace("-", "")
        places = [place for place in range(13) if digits[place] != digits[place + 1]]
        swaps += [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in places]
    assert len(swaps) > 30_000
    assert sum(normalise(swap) is not None for swap in swaps) <= 0.021 * len(swaps)


@pytest.mark.parametrize(
    "text", ["", "1", "a" * 14, "\u0660" * 14, "1" * 15, "12345678901234x", "-" * 14, "\u00b2" * 14]
)
def test_what_cannot_be_a_receipt_is_none(text: str) -> None:
    assert normalise(text) is None


def test_wrong_nodes_keys_and_counters_are_refused() -> None:
    with pytest.raises(ValueError, match="node"):
        Minter(100, KEY)
    with pytest.raises(ValueError, match="key"):
        Minter(1, b"short")
    for counter in (-1, SPAN):
        with pytest.raises(ValueError, match="counter"):
            Minter(1, KEY).mint(counter)
