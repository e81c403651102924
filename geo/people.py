"""Accounts, phones and meters: fictional by their form, distinct, and in no order that tells where."""

from __future__ import annotations

import numpy as np

AREA_CODES = (850, *range(290, 300), *range(370, 380), *range(390, 400), *range(490, 500), *range(590, 600))
AREA_CODES += (*range(690, 700), *range(790, 800), *range(890, 900), *range(960, 970), *range(990, 1000))
"""850, then codes of the North American plan that are reserved and belong to nobody; exchange 555 throughout."""


def phones(rng: np.random.Generator, count: int) -> list[str]:
    """`count` phones, about 4 % empty, no two alike; "" when the fictional numbers run out."""
    room = len(AREA_CODES) * 9_800
    which = rng.permutation(max(count, min(room, -(-count // 9_800) * 9_800)))[:count]
    listed = rng.random(count) > 0.04
    codes = np.array(AREA_CODES)[np.minimum(which // 9_800, len(AREA_CODES) - 1)].tolist()
    lines = (which % 9_800 + 200).tolist()
    good = (listed & (which < room)).tolist()
    return [f"{c}-555-{n:04d}" if ok else "" for c, n, ok in zip(codes, lines, good, strict=True)]


def accounts(rng: np.random.Generator, count: int) -> list[str]:
    """`count` account numbers of ten digits, the last a check digit (weighted sum modulo 10)."""
    step = 900_000_000 // max(count, 1)
    plain = (100_000_000 + rng.permutation(count) * step + rng.integers(0, step, count)).tolist()
    return [checked(number) for number in plain]


def checked(number: int) -> str:
    """A number with its check digit behind it."""
    total = sum((2 if k % 2 else 1) * int(d) for k, d in enumerate(str(number)))
    return f"{number}{-total % 10}"


def meters(rng: np.random.Generator, count: int) -> list[str]:
    """`count` meter numbers."""
    first = int(rng.integers(20_000_000, 30_000_000))
    return [f"E{first + 3 * k}" for k in rng.permutation(count).tolist()]
