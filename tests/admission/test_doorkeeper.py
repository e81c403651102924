from __future__ import annotations

import asyncio
import resource
from typing import Any

import pytest

from stormops.admission import doorkeeper
from stormops.admission.doorkeeper import Doorkeeper


class Connection:
    """Notes when it was looked at."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.seen = 0

    def end_if_slow(self, now: float) -> None:
        assert now <= self.loop.time()
        self.seen += 1


def keeper(*, staff: bool = False, beside_staff: bool = False) -> Doorkeeper:
    nobody: Any = None
    return Doorkeeper(nobody, None, {}, staff=staff, beside_staff=beside_staff)


async def test_invariant_8_connections_are_bounded_in_all_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorkeeper, "CONNECTIONS_MAX", 5)
    monkeypatch.setattr(doorkeeper, "CONNECTIONS_PER_ADDRESS_MAX", 3)
    kept, some = keeper(), [Connection() for _ in range(8)]
    assert [kept.came(one, "192.0.2.1", 1) for one in some[:4]] == [True, True, True, False]
    assert [kept.came(one, "192.0.2.2", 1) for one in some[4:7]] == [True, True, False]
    kept.went(some[0], "192.0.2.1")
    kept.went(some[0], "192.0.2.1")  # a socket, which went before, ends
    kept.went(some[3], "192.0.2.1")  # one that was never let in
    assert kept.by_address == {"192.0.2.1": 2, "192.0.2.2": 2}
    assert kept.came(some[7], "192.0.2.1", 1)


@pytest.mark.parametrize(("descriptors", "most"), [(20_000, 20_000 - doorkeeper.FILES_MAX), (1_000, 950)])
async def test_invariant_8_descriptors_are_bounded_sockets_and_requests_together(
    monkeypatch: pytest.MonkeyPatch, descriptors: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    kept = keeper()
    assert kept.came(Connection(), "192.0.2.1", most)
    assert not kept.came(Connection(), "192.0.2.1", most + 1)
    assert kept.by_address == {"192.0.2.1": 1}


@pytest.mark.parametrize(("descriptors", "left"), [(20_000, doorkeeper.STAFF_CONNECTIONS_MAX), (1_000, 100)])
async def test_invariant_8_the_public_leaves_descriptors_to_staff_and_staff_places_to_the_public(
    monkeypatch: pytest.MonkeyPatch, descriptors: int, left: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    public, staff = keeper(beside_staff=True), keeper(staff=True)
    assert public.held_most == keeper().held_most - left
    assert not public.came(Connection(), "192.0.2.1", public.held_most + 1)
    assert staff.came(Connection(), "192.0.2.1", public.held_most + 1)
    assert not staff.came(Connection(), "192.0.2.1", staff.held_most + 1)
    monkeypatch.setattr(doorkeeper, "STAFF_CONNECTIONS_MAX", 2)
    few, kept = keeper(staff=True), [Connection() for _ in range(3)]
    assert [few.came(one, "192.0.2.1", 1) for one in kept] == [True, True, False]


async def test_the_slow_are_looked_for_while_somebody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorkeeper, "SWEEP_SECONDS", 0.01)
    kept, one = keeper(), Connection()
    for _ in range(2):
        seen = one.seen
        assert kept.came(one, "192.0.2.1", 1)
        async with asyncio.timeout(5):
            while one.seen < seen + 2:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.002)
        kept.went(one, "192.0.2.1")
        await asyncio.sleep(0.03)
        assert one.seen <= seen + 3


async def test_what_every_answer_says_is_written_out_once_for_each_list() -> None:
    kept, default = keeper(), [(b"date", b"now"), (b"server", b"us")]
    assert kept.lines(default) == b"date: now\r\nserver: us\r\n"
    assert kept.lines(default) is kept.lines(default)
    assert kept.lines([(b"date", b"later")]) == b"date: later\r\n"
