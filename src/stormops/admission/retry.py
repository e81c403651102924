"""When to come back: never everybody at once. Pure: chance is given."""

from __future__ import annotations

JITTER = 0.25
"""Half the width of the spread around the wait that is meant."""


def jittered(seconds: float, chance: float) -> float:
    """The wait, spread evenly over ±25 %; `chance` is uniform in [0, 1)."""
    return seconds * (1 - JITTER + 2 * JITTER * chance)


def retry_after(seconds: float, chance: float) -> int:
    """`Retry-After` in whole seconds (RFC 9110), at least 1. The fraction decides by the same chance which way.

    Rounding to the nearest would send everybody back in the same second; so waits are at least 4 s,
    where ±25 % is a whole second to each side.
    """
    return max(1, round(jittered(max(4.0, seconds), chance)))
