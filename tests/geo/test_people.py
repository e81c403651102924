import numpy as np
import pytest

from geo.people import AREA_CODES, accounts, meters, phones


def test_phones_are_fictional_and_distinct() -> None:
    made = phones(np.random.default_rng(1), 50_000)
    given = [p for p in made if p]
    assert 0.94 < len(given) / len(made) < 0.98
    assert len(set(given)) == len(given)
    for phone in given:
        area, exchange, line = phone.split("-")
        assert int(area) in AREA_CODES
        assert exchange == "555"
        assert 200 <= int(line) <= 9999, "the hundreds kept for everybody's fiction, and for the utility, stay free"


def test_a_small_city_has_the_local_area_code_only() -> None:
    assert {p[:3] for p in phones(np.random.default_rng(1), 5000) if p} == {"850"}


def test_when_the_fictional_phones_run_out_the_rest_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.people.AREA_CODES", (850, 290))
    room = 2 * 9_800
    made = phones(np.random.default_rng(1), room + 1000)
    given = [p for p in made if p]
    assert len(set(given)) == len(given) <= room


def test_account_numbers_carry_a_check_digit() -> None:
    made = accounts(np.random.default_rng(1), 20_000)
    assert len(set(made)) == 20_000
    assert all(len(a) == 10 for a in made)
    for account in made[:500]:
        total = sum((2 if k % 2 else 1) * int(d) for k, d in enumerate(account[:-1]))
        assert (total + int(account[-1])) % 10 == 0


def test_neither_accounts_nor_meters_are_in_order() -> None:
    for make in (accounts, meters):
        made = make(np.random.default_rng(1), 1000)
        assert made != sorted(made)
        assert len(set(made)) == 1000
