"""Receipts as numbers: facts and people write them NN-DDDD-DDDD-DDD-C, memory keeps the 14 digits as an integer."""

from __future__ import annotations


def receipt_number(receipt: str) -> int:
    """The integer of a receipt, as its door minted it or as 14 plain digits. Raises ValueError on anything else."""
    return int(receipt.replace("-", ""))


def receipt_text(number: int) -> str:
    """The receipt as people read it and as facts carry it."""
    digits = f"{number:014d}"
    return f"{digits[:2]}-{digits[2:6]}-{digits[6:10]}-{digits[10:13]}-{digits[13]}"
