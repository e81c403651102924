from __future__ import annotations

from datetime import date

import numpy as np

from geo.customers import FLATS_MIN, House, houses
from stormops.accounts.records_place import Premise, ServicePoint, Unit
from stormops.core.network import SERVICE_BITS, City, PremiseKind

START = date(2024, 10, 1)


def made(city: City, seed: int = 1) -> list[House]:
    return list(houses(city, START, seed))


def test_every_premise_has_one_account_with_the_citys_number(city: City) -> None:
    accounts = [each.account.id for house in made(city) for each in house.customers]
    assert len(accounts) == len(set(accounts))
    assert set(city.premises.account) < set(accounts)
    assert made(city) == made(city)
    assert made(city) != made(city, 2)


def test_a_building_of_flats_has_an_owner_with_its_units_and_perhaps_an_umbrella(city: City) -> None:
    many = [house for house in made(city) if len(house.customers) > 1]
    flats = np.bincount(city.premises.building[city.premises.kind == PremiseKind.MULTI_FAMILY])
    assert len(many) == (flats >= FLATS_MIN).sum()
    for house in many:
        *tenants, owner = house.customers
        assert owner.account.category == "multi_unit"
        assert sum(isinstance(each, Unit) for each in owner.records) == len(tenants)
        assert {each.service for tenant in tenants for each in tenant.agreements} == {"electric"}
        if house.umbrella is not None:
            assert [each.account for each in house.umbrella.members] == [tenant.account.id for tenant in tenants]
    shared = sum(house.umbrella is not None for house in many)
    assert 0.3 < shared / len(many) < 0.7


def test_services_are_those_of_the_city_and_meters_have_their_points(city: City) -> None:
    rows = {key: row for row, key in enumerate(city.premises.id)}
    for house in made(city):
        for customer in house.customers[: 1 if len(house.customers) == 1 else 0]:
            premise = next(each for each in customer.records if isinstance(each, Premise))
            points = {each.id: each for each in customer.records if isinstance(each, ServicePoint)}
            bits = int(city.premises.services[rows[premise.known_as]])
            assert {each.service for each in customer.agreements} >= {
                n for n, bit in SERVICE_BITS.items() if bits & bit
            }
            metered = [each for each in customer.agreements if each.point is not None]
            assert {each.point for each in metered} == set(points)
            assert all(points[each.point or ""].utility == each.service for each in metered)
