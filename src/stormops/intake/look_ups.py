"""Look-ups for calls and text messages that never hold anybody up: who has this number, what stands there."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from stormops.core.report import SYMPTOMS, Symptom, Utility
from stormops.intake.contacts import Contact, Contacts

LOOK_UP_SECONDS = 1.0
"""A look-up that takes longer has found nothing."""

LOOK_UPS_MAX = 200
"""Look-ups that may wait for the disk; further ones find nothing at once."""

T = TypeVar("T")


class Place(Protocol):
    """A premise as the directory knows it (`gis.directory.Place`)."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def street(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def locality(self) -> str: ...
    @property
    def services(self) -> int: ...
    @property
    def keypad(self) -> str: ...


class Directory(Protocol):
    """The directory port; each look-up may raise sqlite3.Error."""

    def by_phone(self, phone: str) -> Sequence[Place]: ...
    def by_keypad(self, number: str, street: str) -> Sequence[Place]: ...
    def by_id(self, premise: str) -> Sequence[Place]: ...
    def by_house(self, premise: str) -> Sequence[Place]: ...
    def by_text(self, text: str) -> Sequence[Place]: ...


_NONE: Sequence[Place] = ()


class LookUps:
    """Directory and contacts, off the event loop, each look-up with a deadline. Nothing here raises.

    One thread serves them (both files allow one at a time); a disk that hangs holds that thread and nothing else.
    """

    def __init__(self, directory: Directory, contacts: Contacts, trouble: Callable[[str], object]) -> None:
        self._directory, self._contacts, self._trouble = directory, contacts, trouble
        self._thread = ThreadPoolExecutor(1, "look-ups")
        self._waiting = 0

    async def own(self, phone: str) -> Sequence[Place]:
        """Premises of the phone's account."""
        return await self._find(lambda: self._directory.by_phone(phone), _NONE) if phone else _NONE

    async def at(self, number: str, street: str) -> Sequence[Place]:
        """Premises by keypad."""
        return await self._find(lambda: self._directory.by_keypad(number, street), _NONE)

    async def premise(self, premise: str) -> Place | None:
        """One premise."""
        found = await self._find(lambda: self._directory.by_id(premise), _NONE)
        return found[0] if found else None

    async def house(self, premise: str) -> Sequence[Place]:
        """All premises in the house of one."""
        return await self._find(lambda: self._directory.by_house(premise), _NONE)

    async def said(self, text: str) -> Sequence[Place]:
        """Premises at an address in words."""
        return await self._find(lambda: self._directory.by_text(text), _NONE)

    async def contact(self, phone: str) -> Contact:
        """What is remembered of a phone."""
        return await self._find(lambda: self._contacts.get(phone), Contact()) if phone else Contact()

    async def place_of(self, receipt: str) -> tuple[str, str]:
        """Premise and address of a receipt given by call or text."""
        return await self._find(lambda: self._contacts.place_of(receipt), ("", ""))

    async def remember(self, phone: str, contact: Contact, *, durable: bool = False) -> bool:
        """Remember; whether that was done, and for a durable one whether it is on disk."""

        def put() -> bool:
            self._contacts.put(phone, contact, durable=durable)
            return True

        return await self._find(put, False) if phone else False

    def close(self) -> None:
        """End the thread and close the contacts' file."""
        self._thread.shutdown(wait=True)
        self._contacts.close()

    async def _find(self, look: Callable[[], T], nothing: T) -> T:
        if self._waiting >= LOOK_UPS_MAX:
            return nothing
        self._waiting += 1
        loop = asyncio.get_running_loop()
        job = self._thread.submit(look)
        job.add_done_callback(lambda _: self._tell(loop))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), LOOK_UP_SECONDS)
        except TimeoutError:
            return nothing
        except (sqlite3.Error, OSError) as error:
            self._trouble(f"a look-up for calls and text messages failed: {type(error).__name__}")
            return nothing

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody counts any more
            loop.call_soon_threadsafe(self._done)

    def _done(self) -> None:
        self._waiting -= 1


SERVICE_LETTERS = {Utility.ELECTRIC: ("E", 1), Utility.WATER: ("W", 2), Utility.GAS: ("G", 4), Utility.SEWER: ("S", 8)}
"""A service point's id is its utility's letter, "-", premise id; the bit is that of `core.network.SERVICE_BITS`."""


def service_point(place: Place, symptom: Symptom) -> str | None:
    """The service point of a premise that a symptom is about; of any service there, when it has not that one."""
    letter, bit = SERVICE_LETTERS[SYMPTOMS[symptom].utility]
    if place.services & bit:
        return f"{letter}-{place.id}"
    return next((f"{one}-{place.id}" for one, other in SERVICE_LETTERS.values() if place.services & other), None)


def address_of(place: Place, *, unit: bool = True) -> str:
    """House number, street and unit, as the city writes them."""
    return " ".join(filter(None, (place.number, place.street, place.unit if unit else "")))
