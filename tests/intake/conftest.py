"""An intake over a real door, asked in process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.requests import Request

from stormops.clock import Clock
from stormops.core.entry import AnyFact
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from stormops.telemetry import Metrics
from tests.intake import telephone_line

INTAKE = "http://intake.test"
FEED = "http://feed.test"

line, unplugged = telephone_line.line, telephone_line.unplugged
city_file, directory_file = telephone_line.city_file, telephone_line.directory_file
messages = telephone_line.messages


class Person(msgspec.Struct):
    """Somebody signed in."""

    person: str = "ann"
    desk: str = "north"
    shift: int = 3
    roles: list[str] = msgspec.field(default_factory=lambda: ["dispatcher"])
    csrf: str = "a token"


@dataclass
class Intake:
    """The app, its door, and who is signed in."""

    client: httpx2.AsyncClient
    door: Door
    metrics: Metrics
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)

    def facts(self) -> list[AnyFact]:
        """What is on disk."""
        doors = DoorFiles(self.folder)
        facts = [news.fact for news in doors.drain({}, limit=10**6)]
        doors.close()
        return facts

    def metric(self, line: str) -> float:
        """The value of one line of the metrics page, 0 when it is not there."""
        page = self.metrics.page()[0].decode()
        return next((float(x.rpartition(" ")[2]) for x in page.splitlines() if x.rpartition(" ")[0] == line), 0.0)

    async def report(self, headers: dict[str, Any] | None = None, /, **fields: object) -> httpx2.Response:
        """Send a report."""
        return await self.client.post("/api/v1/reports", json=fields, headers=headers)


@pytest.fixture
def settings() -> IntakeSettings:
    return IntakeSettings(
        title="Palmetto <Springs>",
        phone="850-555-0100",
        intake_url=INTAKE,
        feed_url=FEED,
        origins=[INTAKE, FEED],
        senders_secret=b"0123456789abcdef",
    )


@pytest.fixture
async def intake(tmp_path: Path, settings: IntakeSettings) -> AsyncIterator[Intake]:
    people: dict[str, Person] = {}

    async def authenticate(request: Request) -> Person | None:
        return people.get(request.cookies.get("stormops_session", ""))

    metrics = Metrics()
    folder = tmp_path / "disk"
    folder.mkdir()
    door = Door(folder / "node-01.door", 1, Clock())
    app = create_intake(settings, door, metrics, authenticate)
    transport = httpx2.ASGITransport(app, client=("203.0.113.9", 4711))
    async with httpx2.AsyncClient(transport=transport, base_url=INTAKE) as client:
        yield Intake(client, door, metrics, folder, people)
    door.close()


@pytest.fixture
def broken_disk(intake: Intake) -> Callable[[], None]:
    """Makes the door's folder go away, as a disk does that is unplugged; called again, brings it back."""
    away = intake.folder.with_name("away")

    def turn() -> None:
        if away.exists():
            away.rename(intake.folder)
        else:
            intake.folder.rename(away)

    return turn
