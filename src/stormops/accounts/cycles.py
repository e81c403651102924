"""Billing cycles: by its number every account is billed on one of so many days of the month, new ones too."""

from __future__ import annotations

import zlib

CYCLES = 20
"""Working days of a month."""
EVERY = 0
"""All accounts."""


def cycle_of(account: str, cycles: int = CYCLES) -> int:
    """The account's cycle, 1 … `cycles`."""
    return zlib.crc32(account.encode()) % cycles + 1
