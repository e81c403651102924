from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from stormops.core.report import Symptom
from stormops.gis.directory import Directory, Place
from stormops.intake.contacts import FILE, Contact, Contacts
from stormops.intake.look_ups import LOOK_UPS_MAX, LookUps, address_of, service_point
from tests.intake.telephone_line import OWN, SECRET

PLACE = Place("P1", "7", "Elm St", "Apt 2", "Town", 3, "7")


class Slow(Directory):
    """A directory whose disk hangs until `go`."""

    def __init__(self) -> None:
        super().__init__(Path("none"))
        self.go = threading.Event()

    def by_phone(self, phone: str) -> list[Place]:
        del phone
        self.go.wait(10)
        return [PLACE]


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def slow(tmp_path: Path, troubles: list[str]) -> Iterator[tuple[Slow, LookUps]]:
    directory = Slow()
    look = LookUps(directory, Contacts(tmp_path / FILE, SECRET, lambda: 1), troubles.append)
    yield directory, look
    directory.go.set()
    look.close()


async def test_a_disk_that_hangs_is_not_waited_for(
    slow: tuple[Slow, LookUps], monkeypatch: pytest.MonkeyPatch, troubles: list[str]
) -> None:
    monkeypatch.setattr("stormops.intake.look_ups.LOOK_UP_SECONDS", 0.05)
    _, look = slow
    loop = asyncio.get_running_loop()
    began = loop.time()
    found = await asyncio.gather(*(look.own(OWN) for _ in range(LOOK_UPS_MAX + 50)))
    assert loop.time() - began < 1
    assert not any(found)
    assert troubles == []


async def test_it_is_back_when_the_disk_is(slow: tuple[Slow, LookUps], monkeypatch: pytest.MonkeyPatch) -> None:
    directory, look = slow
    with monkeypatch.context() as patch:
        patch.setattr("stormops.intake.look_ups.LOOK_UP_SECONDS", 0.05)
        assert await look.own(OWN) == ()
    directory.go.set()
    assert await look.own(OWN) == [PLACE]
    assert look._waiting <= 1


async def test_what_is_missing_finds_nothing_and_is_told(tmp_path: Path, troubles: list[str]) -> None:
    contacts = Contacts(tmp_path / "none" / FILE, SECRET, lambda: 1)
    look = LookUps(Directory(tmp_path / "none.sqlite"), contacts, troubles.append)
    found: Sequence[object] = await look.own(OWN)
    assert found == ()
    assert (await look.at("1", "2"), await look.premise("P"), await look.house("P")) == ((), None, ())
    assert await look.contact("8505550101") == Contact()
    assert await look.place_of("x") == ("", "")
    assert not await look.remember("8505550101", Contact())
    assert len(troubles) == 7
    assert not any("850" in trouble for trouble in troubles)
    look.close()


async def test_nobody_is_nobody(slow: tuple[Slow, LookUps]) -> None:
    _, look = slow
    assert await look.own("") == ()
    assert await look.contact("") == Contact()
    assert not await look.remember("", Contact(language="es"))


async def test_what_is_remembered_is_found(slow: tuple[Slow, LookUps]) -> None:
    _, look = slow
    contact = Contact(language="ht", receipt="01", premise="P1", reported_ms=1)
    assert await look.remember("8505550101", contact)
    assert await look.contact("8505550101") == contact
    assert await look.place_of("01") == ("P1", "")


@pytest.mark.parametrize(
    ("services", "symptom", "point"),
    [
        (15, Symptom.LIGHTS_OUT, "E-P1"),
        (15, Symptom.GAS_ODOUR, "G-P1"),
        (3, Symptom.WATER, "W-P1"),
        (1, Symptom.GAS_ODOUR, "E-P1"),
        (8, Symptom.LIGHTS_OUT, "S-P1"),
        (0, Symptom.LIGHTS_OUT, None),
    ],
)
def test_service_points(services: int, symptom: Symptom, point: str | None) -> None:
    assert service_point(PLACE._replace(services=services), symptom) == point


def test_addresses() -> None:
    assert address_of(PLACE) == "7 Elm St Apt 2"
    assert address_of(PLACE, unit=False) == "7 Elm St"
    assert address_of(PLACE._replace(number="", unit="")) == "Elm St"
