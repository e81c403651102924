"""Billing cycles: by its number every account is billed on one of so many days of the month, new ones too."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

CYCLES = 20
"""Working days of a month."""
EVERY = 0
"""All accounts."""


def of_cycle(accounts: Iterable[str], cycle: int, cycles: int = CYCLES) -> list[str]:
    """The accounts of a cycle (`EVERY` = all), in order."""
    crc = zlib.crc32
    return sorted(key for key in accounts if cycle == EVERY or crc(key.encode()) % cycles + 1 == cycle)


def cycle_of(account: str, cycles: int = CYCLES) -> int:
    """The account's cycle, 1 … `cycles`."""
    return zlib.crc32(account.encode()) % cycles + 1
