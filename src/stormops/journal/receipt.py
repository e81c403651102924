"""Receipt numbers: short enough to read out on the phone, checked, and not countable.

Fourteen digits, written `NN-DDDD-DDDD-DDD-C`: the door's node (2), the door's counter permuted
under the door's key (11), and the ISO/IEC 7064 MOD 11,10 check digit (1). The permutation is a
Feistel network over 37 bits, walked until it lands below 10^11 again (cycle walking: Black and
Rogaway 2002), so that every counter has exactly one receipt and neighbours look unrelated.

The network has two schemes, and a door keeps the one it was made with, else it might give one
receipt twice. Scheme 1 computes its round functions (keyed BLAKE2b), scheme 2 looks them up: they are
tables of pseudo-random numbers drawn once from SHAKE128 of the key (FIPS 202), 6 MB and 15 ms, for
a receipt in a fifth of the time.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from hashlib import blake2b, shake_128

SCHEME = 2
"""The scheme of doors that are made now."""

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
_STEP_2 = [
    bytes(_STEP[_STEP[product][tens]][ones] for tens in range(10) for ones in range(10)) for product in range(11)
]
_STEP_3 = [b"".join(bytes(_STEP[product]) for product in row) for row in _STEP_2]
_STEP_4 = [b"".join(_STEP_2[product] for product in row) for row in _STEP_2]
"""The same for two, three and four digits at once, by product and their number."""
_FOUR = [f"{number:04d}" for number in range(10_000)]
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
    """Makes the receipts of one door. `node` 0 to 99; `key` 16 to 64 secret bytes and `scheme` kept in the door."""

    def __init__(self, node: int, key: bytes, scheme: int = SCHEME) -> None:
        if not 0 <= node <= 99:
            raise ValueError(f"node must be 0 to 99, not {node}")
        if not 16 <= len(key) <= 64:
            raise ValueError("the receipt key must be 16 to 64 bytes")
        self._prefix = f"{node:02d}"
        self._product = _STEP_2[10][node]
        self._permute = (_looked_up if scheme == SCHEME else _computed)(key)

    def mint(self, counter: int) -> str:
        """The receipt of a counter. ValueError outside 0..10^11-1: the door is full for ever."""
        if not 0 <= counter < SPAN:
            raise ValueError(f"no receipt for counter {counter}")
        value = self._permute(counter)
        while value >= SPAN:
            value = self._permute(value)
        high, middle, low = value // 10**7, value // 1000 % 10**4, value % 1000
        check = (11 - _STEP_3[_STEP_4[_STEP_4[self._product][high]][middle]][low]) % 10
        return f"{self._prefix}-{_FOUR[high]}-{_FOUR[middle]}-{_FOUR[low][1:]}-{check}"


def _looked_up(key: bytes) -> Callable[[int], int]:
    """Scheme 2: one keyed permutation of 37 bits, four rounds over halves of 18 and 19 bits."""
    first, second, third, fourth = (
        array("I", shake_128(b"receipt%d" % i + key).digest(4 << (_HIGH_BITS if i % 2 else _LOW_BITS)))
        for i in range(_ROUNDS)
    )

    def permute(value: int) -> int:
        high, low = value >> _LOW_BITS, value & _LOW_MASK
        high ^= first[low] & _HIGH_MASK
        low ^= second[high] & _LOW_MASK
        high ^= third[low] & _HIGH_MASK
        low ^= fourth[high] & _LOW_MASK
        return high << _LOW_BITS | low

    return permute


def _computed(key: bytes) -> Callable[[int], int]:
    """Scheme 1: the same network, its round functions computed each time."""
    keyed = [blake2b(key=key, digest_size=4, person=b"receipt%d" % i) for i in range(_ROUNDS)]
    rounds = list(zip(keyed[::2], keyed[1::2], strict=True))

    def permute(value: int) -> int:
        high, low = value >> _LOW_BITS, value & _LOW_MASK
        for left, right in rounds:
            high ^= _mix(left, low) & _HIGH_MASK
            low ^= _mix(right, high) & _LOW_MASK
        return high << _LOW_BITS | low

    return permute


def _mix(keyed: blake2b, half: int) -> int:
    """The round function of scheme 1: a keyed hash, its key already taken in."""
    mixer = keyed.copy()
    mixer.update(half.to_bytes(3, "little"))
    return int.from_bytes(mixer.digest(), "little")


def _written(digits: str) -> str:
    return f"{digits[:2]}-{digits[2:6]}-{digits[6:10]}-{digits[10:13]}-{digits[13]}"
