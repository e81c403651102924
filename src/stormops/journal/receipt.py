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
from collections.abc import Callable, Sequence
from hashlib import blake2b, shake_128
from operator import xor

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
_FOUR = [f"-{number:04d}" for number in range(10_000)]
_END = [[f"-{low:03d}-{(11 - product) % 10}" for low, product in enumerate(row)] for row in _STEP_3]
"""A receipt's last four digits, by the product before them and the first three of them as a number."""
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
        self._after_node = _STEP_4[_STEP_2[10][node]]
        self._tables = _tables(key) if scheme == SCHEME else ()
        self._permute = _looked_up(*self._tables) if self._tables else _computed(key)

    def mint(self, counter: int) -> str:
        """The receipt of a counter. ValueError outside 0..10^11-1: the door is full for ever."""
        return self.mint_run(counter, 1)[0]

    def mint_run(self, first: int, count: int) -> list[str]:
        """The receipts of `count` counters in a row, for less than one by one. Raises as `mint`."""
        if not 0 <= first <= SPAN - count:
            raise ValueError(f"no receipt for counter {max(first, first + count - 1)}")
        if count > 1 and self._tables and first >> _LOW_BITS == (first + count - 1) >> _LOW_BITS:
            values = self._permuted_run(first, count)
        else:
            values = list(map(self._permute, range(first, first + count)))
        permute = self._permute
        for place, value in enumerate(values):
            if value >= SPAN:
                while value >= SPAN:
                    value = permute(value)  # noqa: PLW2901 - walks until it is below
                values[place] = value
        prefix, after_node, four, step, end = self._prefix, self._after_node, _FOUR, _STEP_4, _END
        return [  # one expression: calls and names looked up would cost as much as all the rest
            f"{prefix}{four[high]}{four[middle]}{end[step[after_node[high]][middle]][value - 1000 * rest]}"
            for value in values
            for rest in (value // 1000,)
            for high in (rest // 10_000,)
            for middle in (rest - 10_000 * high,)
        ]

    def _permuted_run(self, first: int, count: int) -> list[int]:
        """`_permute` of neighbours that share their high half, round by round."""
        one, two, three, four = self._tables
        low = first & _LOW_MASK
        highs = list(map((first >> _LOW_BITS).__xor__, one[low : low + count]))
        lows = list(map(xor, range(low, low + count), map(two.__getitem__, highs)))
        highs = list(map(xor, highs, map(three.__getitem__, lows)))
        lows = list(map(xor, lows, map(four.__getitem__, highs)))
        return [high << _LOW_BITS | low for high, low in zip(highs, lows, strict=True)]


def _tables(key: bytes) -> Sequence[array[int]]:
    """The round functions of scheme 2, each value cut to the half that it is mixed into."""
    tables = []
    for i in range(_ROUNDS):
        length = 1 << (_HIGH_BITS if i % 2 else _LOW_BITS)
        words = bytearray(shake_128(b"receipt%d" % i + key).digest(4 * length))
        third = (_LOW_MASK if i % 2 else _HIGH_MASK) >> 16
        words[2::4] = words[2::4].translate(bytes(byte & third for byte in range(256)))
        words[3::4] = bytes(length)
        tables.append(array("I", bytes(words)))
    return tables


def _looked_up(first: array[int], second: array[int], third: array[int], fourth: array[int]) -> Callable[[int], int]:
    """Scheme 2: one keyed permutation of 37 bits, four rounds over halves of 18 and 19 bits."""

    def permute(value: int) -> int:
        high, low = value >> _LOW_BITS, value & _LOW_MASK
        high ^= first[low]
        low ^= second[high]
        high ^= third[low]
        low ^= fourth[high]
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
