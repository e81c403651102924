"""What is found without a receipt: an area by address, premises by account and phone, nothing by guesses."""

from __future__ import annotations

import pytest

from stormops.core.area import areas
from stormops.feed.finding import PREMISES_MAX, Finder
from tests.core.storm_day import small_city
from tests.feed.served import K


@pytest.fixture(scope="module")
def finder() -> Finder:
    city, _ = small_city()
    return Finder(city, areas(city, K))


def test_every_address_gives_its_area_and_nothing_finer(finder: Finder) -> None:
    city, _ = small_city()
    partition = areas(city, K)
    for premise in range(0, len(city.premises), 7):
        found = finder.area(city.premises.address(premise))
        assert found is not None
        assert found.id == partition.id[partition.area_of_premise[premise]]
        assert found.premises >= K


def test_a_house_of_flats_is_found_without_the_unit(finder: Finder) -> None:
    premises = small_city()[0].premises
    flat = next(row for row, unit in enumerate(premises.unit) if unit)
    assert finder.area(f"{premises.house_number[flat]} {premises.streets[premises.street[flat]]}") is not None


@pytest.mark.parametrize("address", ["99999 Nowhere St", "", "?", "x" * 5000])
def test_what_is_no_address_here_gives_nothing(finder: Finder, address: str) -> None:
    assert finder.area(address) is None


def test_an_account_opens_only_with_its_own_phone(finder: Finder) -> None:
    premises = small_city()[0].premises
    row = next(row for row, phone in enumerate(premises.phone) if phone and premises.account[row])
    account, end = premises.account[row], premises.phone[row][-4:]
    assert row in finder.own(account, end)
    assert len(finder.own(account, end)) <= PREMISES_MAX
    assert finder.own(account, f"{(int(end) + 1) % 10_000:04}") == []
    for wrong in ("", end[1:], end + "0", "abcd"):
        assert finder.own(account, wrong) == []
    assert finder.own("0", end) == []
