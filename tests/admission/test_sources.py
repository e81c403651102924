from __future__ import annotations

import pytest

from stormops.admission import sources as module
from stormops.admission.sources import ADDRESS_BURST, ADDRESS_PER_SECOND, Sources

SECRET = b"0123456789abcdef"


def sent(sources: Sources, address: str, count: int, now: float) -> int:
    return sum(sources.take(address, now) <= 1 for _ in range(count))


def test_an_address_has_its_burst_and_then_its_rate() -> None:
    sources = Sources(SECRET)
    assert sent(sources, "192.0.2.7", 5000, 100.0) == pytest.approx(ADDRESS_BURST, abs=1)
    assert sent(sources, "192.0.2.7", 5000, 101.0) == pytest.approx(ADDRESS_PER_SECOND, abs=1)
    assert sent(sources, "192.0.2.8", 10, 101.0) == 10


def test_a_neighbourhood_behind_one_address_does_not_trip() -> None:
    """5,000 customers in ten minutes: 3,000 reports and ten requests of a page for each of them, evenly mixed."""
    sources, requests = Sources(SECRET), 5000 * 10 + 3000
    assert all(sources.take("198.51.100.1", 1000 + n * 600 / requests) < 0.5 for n in range(requests))


def test_behind_a_busy_address_the_loud_device_is_refused_before_its_neighbours() -> None:
    sources = Sources(SECRET)
    loud = sum(sources.take_mark("198.51.100.1", b"loud", 5.0) for _ in range(2000))
    assert loud < ADDRESS_BURST / 4
    assert all(sources.take_mark("198.51.100.1", b"neighbour %d" % n, 5.0) for n in range(300))
    assert sources.take_mark("198.51.100.2", b"loud", 5.0)


def test_the_64_of_an_ipv6_address_is_one_source() -> None:
    sources = Sources(SECRET)
    for n in range(int(ADDRESS_BURST) + 10):
        used = sources.take(f"2001:db8:1:2::{n:x}", 7.0)
    assert used > 1
    assert sources.take("2001:db8:1:3::1", 7.0) < 0.1
    assert sources.take("::ffff:192.0.2.1", 7.0) < 0.1
    assert sources.take("not an address : at all", 7.0) < 0.1


def test_the_table_is_bounded_and_forgets_who_owes_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOURCES_MAX", 100)
    sources = Sources(SECRET)
    sent(sources, "10.0.0.1", 2000, 50.0)
    for n in range(1000):
        sources.take(f"10.1.{n // 250}.{n % 250}", 50.0)
        assert len(sources) <= 100
    assert sources.take("10.0.0.1", 50.0) > 0.6


def test_marks_do_not_tell_who_it_is() -> None:
    sources = Sources(SECRET)
    sources.take_mark("198.51.100.1", b"Mozilla", 5.0)
    assert "198.51.100.1" not in "".join(sources._full_at)
