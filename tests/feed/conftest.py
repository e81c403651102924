"""One feed with a storm in it, for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stormops.feed import reads
from tests.feed.served import Feed, running, storm


@pytest.fixture(autouse=True)
def _no_waiting_for_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts that never come are not waited for, but where a test says so."""
    monkeypatch.setattr(reads, "ARRIVAL_SECONDS", 0.0)


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the dashboards' build leaves it."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    for name in ("index", "desk", "sign-in"):
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>")
    (folder / "assets" / "index-abc123.js").write_text("export {};")
    (folder / "assets" / "report.js").write_text("export {};")
    return folder


@pytest.fixture(scope="session")
def feed(dist: Path) -> Iterator[Feed]:
    """A running feed; tests of this fixture must not change it."""
    with running(storm(), dashboards=dist) as served:
        yield served
