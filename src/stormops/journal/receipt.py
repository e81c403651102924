"""Receipt numbers: short enough to read out on the phone, checked, and not countable.

Fourteen digits, written `NN-DDDD-DDDD-DDD-C`: the door's node (2), the door's counter permuted
under the door's key (11), and the ISO/IEC 7064 MOD 11,10 check digit (1). The permutation is a
Feistel network over 37 bits, walked until it lands below 10^11 again (cycle walking: Black and
Rogaway 2002), so that every counter has exactly one receipt and neighbours look unrelated.
"""

from __future__ import annotations

from hashlib import blake2b

SPAN = 10**11
"""Receipts of one door: counters from 0 to this, exclusive."""

_LOW_BITS = 19
_HIGH_BITS = 18
_LOW_MASK = (1 << _LOW_BITS) - 1
_HIGH_MASK = (1 << _HIGH_BITS) - 1
_ROUNDS = 4  # Luby and Rackoff: four rounds of a good round function make a strong permutation
_DIGITS = 14
_STEP = [[((product + digit) % 10 or 10) * 2 % 11 for digit in range(10)] for product in range(11)]
"""The standard's recursion as a table: the next product, by product and digit."""
_SEPARATORS = str.maketrans("", "", " -.\t\u00a0\u2010\u2011\u2012\u2013\u2014")


def check_digit(digits: str) -> int:
    """The ISO/IEC 7064 MOD 11,10 check digit of a string of decimal digits."""
    product = 10
    for digit in digits:
        product = _STEP[product][int(digit)]
    return (11 - product) % 10


def normalise(text: str) -> str | None:
    """The receipt as it is written, from what a person typed; None when it cannot be one.

    Spaces, dashes and dots are ignored. Every single wrong digit is caught, and nearly all swaps.
    """
    digits = text.strip().translate(_SEPARATORS)
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    if check_digit(digits[:-1]) != int(digits[-1]):
        return None
    return _written(digits)


class Minter:
    """Makes the receipts of one door. `node` 0 to 99; `key` 16 to 64 secret bytes kept in the door."""

    def __init__(self, node: int, key: bytes) -> None:
        if not 0 <= node <= 99:
            raise ValueError(f"node must be 0 to 99, not {node}")
        if not 16 <= len(key) <= 64:
            raise ValueError("the receipt key must be 16 to 64 bytes")
        self._prefix = f"{node:02d}"
        keyed = [blake2b(key=key, digest_size=4, person=b"receipt%d" % i) for i in range(_ROUNDS)]
        self._rounds = list(zip(keyed[::2], keyed[1::2], strict=True))

    def mint(self, counter: int) -> str:
        """The receipt of a counter. ValueError outside 0..10^11-1: the door is full for ever."""
        if not 0 <= counter < SPAN:
            raise ValueError(f"no receipt for counter {counter}")
        value = self._permute(counter)
        while value >= SPAN:
            value = self._permute(value)
        digits = f"{self._prefix}{value:011d}"
        return _written(f"{digits}{check_digit(digits)}")

    def _permute(self, value: int) -> int:
        """One keyed permutation of 37 bits: alternating halves of 18 and 19 bits."""
        high, low = value >> _LOW_BITS, value & _LOW_MASK
        for left, right in self._rounds:
            high ^= _mix(left, low) & _HIGH_MASK
            low ^= _mix(right, high) & _LOW_MASK
        return high << _LOW_BITS | low


def _mix(keyed: blake2b, half: int) -> int:
    """The round function: a keyed hash, its key already taken in."""
    mixer = keyed.copy()
    mixer.update(half.to_bytes(3, "little"))
    return int.from_bytes(mixer.digest(), "little")


def _written(digits: str) -> str:
    return f"{digits[:2]}-{digits[2:6]}-{digits[6:10]}-{digits[10:13]}-{digits[13]}"
