"""What every test may use. In CI a skipped test is a failed run: what is missing can be installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

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


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared/data) is not beside this checkout")
    return SHARED
