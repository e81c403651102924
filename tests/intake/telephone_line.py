"""A telephone line over a real door, directory and contacts' file, with the fake provider at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from geo.generate import generate_city
from stormops.clock import Clock
from stormops.core.entry import AnyFact, ReportReceived
from stormops.core.network import City
from stormops.core.report import Report
from stormops.gis.directory import Directory, build_directory
from stormops.intake.asking import Told
from stormops.intake.contacts import FILE, Contacts
from stormops.intake.look_ups import LookUps
from stormops.intake.telephone import Telephony, opted_out
from stormops.intake.telephony import Accounts
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from stormops.settings import CityFile
from stormops.telemetry import Metrics
from tests.telephony import Provider

TOKEN = "12345"
URL = "https://reports.test"
OWN, TWO, STRANGER = "+18505550101", "+18505550102", "+18505559999"
"""A phone of one premise (1103 Blue Ave), of two, and of none."""

SECRET = b"0123456789abcdef"


def make_city() -> City:
    """A generated city with a few addresses that are known by heart. `P…` ids are the generator's."""
    city = generate_city(300, seed=4)
    premises = city.premises
    premises.streets[:6] = ["Blue Ave", "N Main St", "Main Ct", "Elm St", "Elk St", "Elm Ct"]
    premises.street[:] = [6 + row % (len(premises.streets) - 6) for row in range(300)]
    premises.phone[:] = [""] * 300
    premises.services[:12] = 15
    for row, (number, street, unit, phone) in enumerate(
        [
            ("1103", 0, "", OWN),
            ("24", 1, "", TWO),
            ("26", 2, "", TWO),
            ("7", 3, "Apt 1", ""),
            ("7", 3, "Apt 2", ""),
            ("9", 3, "", ""),
            ("9", 4, "", ""),
            ("9", 5, "", ""),
        ]
    ):
        premises.house_number[row], premises.street[row] = number, street
        premises.unit[row], premises.phone[row] = unit, phone
        premises.locality[row] = 0
    return city


@dataclass
class PhoneLine:
    """The line and what came of it."""

    provider: Provider
    client: httpx2.AsyncClient
    door: Door
    folder: Path
    metrics: Metrics
    contacts: Contacts
    look: LookUps
    telephony: Telephony
    told: dict[str, Told] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    mode: str = ""

    def facts(self) -> list[AnyFact]:
        """What is on disk."""
        doors = DoorFiles(self.folder)
        facts = [news.fact for news in doors.drain({}, limit=10**6)]
        doors.close()
        return facts

    def received(self) -> list[ReportReceived]:
        """The reports on disk."""
        return [fact for fact in self.facts() if isinstance(fact, ReportReceived)]

    def reports(self) -> list[Report]:
        """What they say."""
        return [fact.report for fact in self.received()]

    def metric(self, line: str) -> float:
        """The value of one line of the metrics page, 0 when it is not there."""
        page = self.metrics.page()[0].decode()
        return next((float(x.rpartition(" ")[2]) for x in page.splitlines() if x.rpartition(" ")[0] == line), 0.0)

    async def status(self, receipt: str) -> Told:
        self.asked.append(receipt)
        return self.told.get(receipt, Told("unknown"))


@pytest.fixture(scope="session")
def directory_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of that city, built once."""
    return build_directory(tmp_path_factory.mktemp("directory"), make_city().premises)


@pytest.fixture
def city_file() -> CityFile:
    """A city that has people to connect to."""
    return CityFile(
        name="palmetto",
        title="Palmetto Springs",
        languages=["en"],
        phone="850-555-0100",
        emergency_phone="+18505550911",
        desk_phone="+18505550199",
    )


@pytest.fixture
def messages() -> bool:
    """Whether who says yes is sent messages; tests of that say so."""
    return False


@pytest.fixture
async def line(tmp_path: Path, directory_file: Path, city_file: CityFile, messages: bool) -> AsyncIterator[PhoneLine]:
    """The line."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "secrets.toml").write_text(f'[telephony]\ntoken = "{TOKEN}"\nurl = "{URL}/"\n')
    clock = Clock()
    door = Door(folder / "node-01.door", 1, clock)
    metrics = Metrics()
    contacts = Contacts(folder / FILE, SECRET, clock.now_ms, lambda: opted_out(DoorFiles(folder)))
    trouble: list[str] = []
    made: list[PhoneLine] = []
    look = LookUps(Directory(directory_file), contacts, trouble.append)
    telephony = Telephony(
        city_file,
        Accounts(folder, trouble.append),
        "http://not.this",
        door,
        metrics,
        look=look,
        status=lambda receipt: made[0].status(receipt),  # noqa: PLW0108 - the line is made of it
        mode=lambda language: made[0].mode and f"{made[0].mode} ({language})",
        now_ms=clock.now_ms,
        messages=messages,
    )
    transport = httpx2.ASGITransport(Starlette(routes=telephony.routes()))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
        made.append(PhoneLine(Provider(client, URL, TOKEN), client, door, folder, metrics, contacts, look, telephony))
        yield made[0]
    telephony.close()
    door.close()


@pytest.fixture
def unplugged(line: PhoneLine) -> Callable[[], None]:
    """Makes the folder of door and contacts go away, as a disk does that is unplugged; called again, brings it back."""
    away = line.folder.with_name("away")

    def turn() -> None:
        if away.exists():
            away.rename(line.folder)
        else:
            line.folder.rename(away)

    return turn
