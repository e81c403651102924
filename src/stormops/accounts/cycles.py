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
    if cycle == EVERY:
        return sorted(accounts)
    crc, place = zlib.crc32, cycle - 1
    return sorted([key for key in accounts if crc(key.encode()) % cycles == place])


def cycle_of(account: str, cycles: int = CYCLES) -> int:
    """The account's cycle, 1 … `cycles`."""
    return zlib.crc32(account.encode()) % cycles + 1
