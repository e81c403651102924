"""One middling city for all tests that only look at it."""

import pytest

from geo.generate import generate_city
from stormops.core.network import City, Tree, trace


@pytest.fixture(scope="session")
def city() -> City:
    return generate_city(9000, seed=4)


@pytest.fixture(scope="session")
def tree(city: City) -> Tree:
    return trace(city.network, city.premises)
