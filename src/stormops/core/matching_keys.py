"""Exact keys: service point, meter, account and phone, each to the premises that carry it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stormops.core.address import compact, digits
from stormops.core.network import SERVICE_BITS, Premises

_LETTERS = {name[0].upper(): bit for name, bit in SERVICE_BITS.items()}
_SHORTEST_PHONE = 7
_PLAIN = 11
"""Digits alone, fewer than this, are their own normal form in every field (from here on a phone may begin with 1)."""


def _index(values: Sequence[str], normal: Callable[[str], str]) -> dict[str, int | list[int]]:
    """Normal form to the row that has it, or to all rows, ascending, when several have."""
    keys = [value if len(value) < _PLAIN and value.isdigit() and value.isascii() else normal(value) for value in values]
    found: dict[str, int | list[int]] = dict(zip(keys, range(len(keys)), strict=True))
    if len(found) == len(keys) and "" not in found:
        return found
    found = {}
    for row, key in enumerate(keys):
        if not key:
            continue
        before = found.setdefault(key, row)
        if before is row:
            continue
        if isinstance(before, list):
            before.append(row)
        elif before != row:
            found[key] = [before, row]
    return found


class Keys:
    """The keys of a city's premises. Every look-up gives rows, ascending; none when the key is not known."""

    def __init__(self, premises: Premises) -> None:
        self._services = premises.services
        self._of = {
            "meter": _index(premises.meter, compact),
            "account": _index(premises.account, compact),
            "phone": _index(premises.phone, digits),
        }
        self._id = _index(premises.id, compact)

    def rows(self, field: str, value: str) -> list[int]:
        """Premises of a `meter`, `account`, `phone` or `service_point` as somebody wrote it."""
        if field == "service_point":
            return self._service_point(value)
        key = digits(value) if field == "phone" else compact(value)
        if not key or (field == "phone" and len(key) < _SHORTEST_PHONE):
            return []
        return _rows(self._of[field].get(key))

    def _service_point(self, value: str) -> list[int]:
        """`E-<premise id>`: the letter is the utility's; a premise without that service does not have the point."""
        head, mark, rest = value.strip().partition("-")
        bit = _LETTERS.get(head.strip().upper()) if mark else None
        if bit is None:
            return []
        return [r for r in _rows(self._id.get(compact(rest))) if int(self._services[r]) & bit]


def _rows(found: int | list[int] | None) -> list[int]:
    if found is None:
        return []
    return [found] if isinstance(found, int) else found
