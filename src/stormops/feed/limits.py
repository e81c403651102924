"""Limits on guessing receipts: token buckets for misses, in a table of bounded size. Pure: seconds go in.

A *miss* is a look-up of a receipt that is not known. Misses are what is counted, but when an address
has none left, its look-ups are refused before anything is looked up: otherwise a 429 in place of a
404 would itself tell hits from misses.
"""

from __future__ import annotations

from collections import OrderedDict

from stormops.limiting import Bucket, source_of

MISSES_BURST = 10.0
"""Misses an address may make at once."""

MISSES_PER_SECOND = 10 / 60
"""Misses an address gets back: ten a minute."""

ALL_MISSES_BURST = 300.0
"""Misses that all addresses together may make at once, before addresses with a recent miss are refused."""

ALL_MISSES_PER_SECOND = 5.0
"""Misses that all addresses together get back: with a million receipts out, one is hit in about five hours."""

RECENT_SECONDS = 3600.0
"""A miss is recent for so long: an address with one is refused while all together have missed too much."""

ADDRESSES_MAX = 20_000
"""Addresses remembered. Beyond, the one that missed longest ago is forgotten (it starts full again)."""


class MissLimit:
    """Who may still guess. `check` before a look-up, `missed` after one that found nothing."""

    def __init__(self, now: float, processes: int = 1) -> None:
        """`processes`: so many count side by side, each for its part."""
        self._part = 1 / processes
        self._all = Bucket(ALL_MISSES_BURST * self._part, ALL_MISSES_PER_SECOND * self._part, now)
        self._table: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._table)

    def check(self, address: str, now: float) -> float:
        """Seconds this address must wait before its next look-up, 0 = go on.

        When all addresses together have missed too much, only those without a recent miss go on, so
        that guessers cannot shut out the bearers of real receipts.
        """
        bucket = self._table.get(source_of(address))
        if bucket is None:
            return 0.0
        own = bucket.wait(now)
        recent = now - bucket.used_at < RECENT_SECONDS
        return max(own, self._all.wait(now)) if recent else own

    def missed(self, address: str, now: float) -> None:
        """This address asked for a receipt that is not known."""
        key = source_of(address)
        bucket = self._table.pop(key, None) or self._new(now)
        bucket.take(now)
        self._table[key] = bucket
        while len(self._table) > ADDRESSES_MAX:
            self._table.popitem(last=False)
        self._all.take(now)

    def forgive(self, address: str, now: float) -> None:
        """What this address asked for turned out to be a real receipt: it had only come too early."""
        bucket = self._table.get(source_of(address))
        if bucket is not None:
            bucket.give_back(now)
        self._all.give_back(now)

    def _new(self, now: float) -> Bucket:
        return Bucket(max(1.0, MISSES_BURST * self._part), MISSES_PER_SECOND * self._part, now)
