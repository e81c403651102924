"""How much one source may send. Pure: seconds go in.

A source is an address (of IPv6 the /64). Its total is generous, because a carrier puts a whole
neighbourhood behind one address; only when an address is past half of its burst are the senders
behind it told apart, by a keyed mark of what their device says of itself, and each held to a
quarter. So one noisy device behind an address is refused before its neighbours are.

Figures: 5,000 customers behind one address who report (30 %, twice) or look (each page about ten
requests) within ten minutes send about 90 requests/s.
"""

from __future__ import annotations

from hashlib import blake2b

from stormops.limiting import source_of

ADDRESS_PER_SECOND = 300.0
"""Requests a second that one address may keep up: three times the neighbourhood above."""

ADDRESS_BURST = 3000.0
"""Requests that one address may send at once."""

MARK_PER_SECOND, MARK_BURST = ADDRESS_PER_SECOND / 4, ADDRESS_BURST / 8
"""The same for one mark behind an address that is past half of its burst."""

_INTERVAL, _BURST_SECONDS = 1 / ADDRESS_PER_SECOND, ADDRESS_BURST / ADDRESS_PER_SECOND

SOURCES_MAX = 100_000
"""Addresses and marks remembered; when full, first who owes nothing is forgotten, then who owes least."""


class Sources:
    """Token buckets of all sources, as one number each: when the bucket will be full again (GCRA, ITU-T I.371)."""

    def __init__(self, secret: bytes) -> None:
        self._keyed = blake2b(key=secret[:64], digest_size=12)
        self._full_at: dict[str, float] = {}
        self._networks: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, address: str, now: float) -> float:
        """One request of an address; gives how far it is through its burst, 0 to 1; beyond 1 it is refused."""
        if ":" in address:
            address = self._network(address)
        full_at = self._full_at.get(address, 0.0)
        if full_at < now:  # noqa: PLR1730 - a call would cost more than all the rest of this
            full_at = now
        full_at += _INTERVAL
        used = (full_at - now) / _BURST_SECONDS
        if used <= 1.0:
            self._full_at[address] = full_at
            if len(self._full_at) > SOURCES_MAX:
                self._forget(now)
        return used

    def used(self, address: str, now: float) -> float:
        """How far an address is through its burst, 0 to 1."""
        full_at = self._full_at.get(self._network(address) if ":" in address else address, 0.0)
        return max(0.0, full_at - now) / _BURST_SECONDS

    def take_mark(self, address: str, device: bytes, now: float) -> bool:
        """One request of a device behind a busy address; whether it is within its share."""
        mark = self._keyed.copy()
        mark.update(address.encode() + b"\0" + device)
        key = mark.hexdigest()
        full_at = max(self._full_at.get(key, 0.0), now) + 1 / MARK_PER_SECOND
        if full_at - now > MARK_BURST / MARK_PER_SECOND:
            return False
        self._full_at[key] = full_at
        return True

    def _network(self, address: str) -> str:
        """The /64 of an IPv6 address, an IPv4 one that is written as IPv6 as itself."""
        known = self._networks.get(address)
        if known is None:
            known = source_of(address)
            if len(self._networks) >= SOURCES_MAX:
                self._networks.clear()  # only a memory of how addresses are written
            self._networks[address] = known
        return known

    def _forget(self, now: float) -> None:
        """Forget who owes nothing; if that is nobody, the half that owes least."""
        owing = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        if len(owing) > SOURCES_MAX * 3 // 4:
            most = sorted(owing, key=owing.__getitem__)[len(owing) // 2 :]
            owing = {key: owing[key] for key in most}
        self._full_at = owing
