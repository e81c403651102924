"""A small generated city and a squall over it."""

from __future__ import annotations

import pytest

from geo.generate import generate_city
from stormops.core.network import City, trace
from stormops.rehearsal.storm import load_storm
from stormops.rehearsal.truth import Truth, make_truth


@pytest.fixture(scope="session")
def city() -> City:
    return generate_city(customers=3000, seed=5)


@pytest.fixture(scope="session")
def truth(city: City) -> Truth:
    return make_truth(city, trace(city.network, city.premises), load_storm("squall"), 7)
