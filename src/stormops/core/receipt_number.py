"""Receipts as numbers: facts and people write them NN-DDDD-DDDD-DDD-C, memory keeps the 14 digits as an integer."""

from __future__ import annotations

from functools import lru_cache

_FIFTEENTH = 10**14
"""Added so that all 14 digits are written; then it is left out."""

LATELY = 1 << 16
"""Receipts whose other form is remembered: each is turned several times within a tick or two."""


@lru_cache(LATELY)
def receipt_number(receipt: str) -> int:
    """The integer of a receipt, as its door minted it or as 14 plain digits. Raises ValueError on anything else.

    Below zero is what a meter says (`core.meters.meter_receipt`): "M" and the premise, which no door gives out.
    """
    # Python reads single underscores between digits.
    return -int(receipt[1:]) - 1 if receipt[:1] == "M" else int(receipt.replace("-", "_"))


@lru_cache(LATELY)
def receipt_text(number: int) -> str:
    """The receipt as people read it and as facts carry it."""
    if number < 0:
        return f"M{-number - 1}"
    digits = str(number + _FIFTEENTH)
    return f"{digits[1:3]}-{digits[3:7]}-{digits[7:11]}-{digits[11:14]}-{digits[14]}"
