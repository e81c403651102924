"""What customers find without a receipt: the public area of an address, and their own premises by account.

An address alone is nobody's secret and gives an area of at least *k* premises, nothing finer. An
account together with the last four digits of its phone is its customer's, and gives its premises.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

from stormops.core.address import digits
from stormops.core.area import Areas
from stormops.core.matching import Matched, Matcher
from stormops.core.network import City

ADDRESS_CHARACTERS_MAX = 200
"""Longest address looked at, as in a report."""

SECOND_FACT_DIGITS = 4
"""Last digits of the account's phone that make a premise its customer's."""

PREMISES_MAX = 20
"""Premises of one account told at once; the account of a whole building has more."""


class Area(NamedTuple):
    """A public area: its id, its name and how many premises it has."""

    id: str
    name: str
    premises: int


class Finder:
    """Look-ups in one city. The address book is made at the first question, so ask on a thread; safe to share."""

    def __init__(self, city: City, areas: Areas) -> None:
        self._city = city
        self._areas = areas
        self._lock = Lock()
        self._matcher: Matcher | None = None

    def matcher(self) -> Matcher:
        """The city's matcher, made once for all who ask in this process."""
        with self._lock:
            if self._matcher is None:
                self._matcher = Matcher(self._city)
            return self._matcher

    def area(self, address: str) -> Area | None:
        """The area in which an address is; None when it is not found, or when what it may mean is in several areas."""
        answer = self.matcher().match_address(address[:ADDRESS_CHARACTERS_MAX])
        meant = [answer.premise] if isinstance(answer, Matched) else [c.premise for c in answer.candidates]
        found = {int(index) for index in self._areas.area_of_premise[meant]}
        if len(found) != 1 or -1 in found:
            return None
        index = found.pop()
        return Area(self._areas.id[index], self._areas.name[index], int(self._areas.premises[index]))

    def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of premises."""
        return [self._city.premises.id[row] for row in rows]

    def own(self, account: str, phone_end: str) -> list[int]:
        """Premises (rows) of an account whose phone ends in these four digits; none for any other pair."""
        end = digits(phone_end)
        if len(end) != SECOND_FACT_DIGITS:
            return []
        phones = self._city.premises.phone
        rows = self.matcher().rows("account", account[:ADDRESS_CHARACTERS_MAX])
        return [row for row in rows if digits(phones[row]).endswith(end)][:PREMISES_MAX]
