"""Idempotency across doors: which report a sender's key already stands for, for seven days.

Within a door the door itself answers a repeated key; two doors do not know each other, so the second
report is found here when both were drained.
"""

from __future__ import annotations

from hashlib import blake2b

from stormops.core.open_reports import pack_pairs, unpack_pairs

DAY_MS = 86_400_000
KEY_DAYS = 7
"""A key is remembered for seven days at least and eight at most (whole days leave together)."""


def hash_key(sender: str, key: str) -> int:
    """63 bits of the sender's key; a million keys collide with a chance below one in ten million."""
    digest = blake2b(f"{sender}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class Repeats:
    """Key hash to the receipt that had it first, a dictionary a day."""

    def __init__(self) -> None:
        self._days: dict[int, dict[int, int]] = {}

    def first(self, key: int, receipt: int, at_ms: int) -> int:
        """The receipt that a key stands for: the one remembered, else this one, remembered from now on."""
        for day in self._days.values():
            found = day.get(key)
            if found is not None:
                return found
        self._days.setdefault(at_ms // DAY_MS, {})[key] = receipt
        return receipt

    def get(self, key: int) -> int | None:
        """The receipt that a key stands for, if any."""
        return next((day[key] for day in self._days.values() if key in day), None)

    def expire(self, now_ms: int) -> None:
        """Forget whole days that are older than `KEY_DAYS`."""
        oldest = now_ms // DAY_MS - KEY_DAYS
        for day in [day for day in self._days if day < oldest]:
            del self._days[day]

    def copy(self) -> Repeats:
        """An independent copy, quickly."""
        other = Repeats()
        other._days = {day: keys.copy() for day, keys in self._days.items()}
        return other

    def state(self) -> list[tuple[int, bytes, bytes]]:
        """As plain values, in an order of their own."""
        return [(day, *pack_pairs(keys)) for day, keys in sorted(self._days.items())]

    @classmethod
    def load(cls, state: list[tuple[int, bytes, bytes]]) -> Repeats:
        """Back from `state`."""
        self = cls()
        self._days = {day: unpack_pairs(keys, values) for day, keys, values in state}
        return self
