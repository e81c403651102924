"""The speaking premises that one device explains, kept as they come and go: what changes costs what it changes."""

from __future__ import annotations

from collections.abc import Mapping


class Explained:
    """`premises`: those explained now. `joined`: those that came since `tell`."""

    __slots__ = ("_left", "_since", "joined", "premises")

    def __init__(self) -> None:
        self.premises: set[int] = set()
        self.joined: set[int] = set()
        self._left: set[int] = set()
        self._since: int | None = None

    @property
    def changed(self) -> bool:
        """Whether they are others than at the last `tell`."""
        return bool(self.joined or self._left)

    def add(self, premise: int, since: int) -> None:
        """A premise spoke, first at this time, or at another time than was known before."""
        if premise not in self.premises:
            self.premises.add(premise)
            if premise in self._left:
                self._left.remove(premise)
            else:
                self.joined.add(premise)
        self._since = None if self._since is None else min(self._since, since)

    def take_over(self, premises: set[int], first: Mapping[int, int]) -> None:
        """As `add` for each of these, by when each spoke first."""
        new = premises - self.premises
        self.premises |= new
        self.joined |= new - self._left
        self._left -= new
        if self._since is not None:
            self._since = min(self._since, *map(first.__getitem__, premises))

    def give_up(self, premises: set[int], first: Mapping[int, int]) -> None:
        """As `remove` for each of these, by when each spoke first."""
        self.premises -= premises
        self._left |= premises - self.joined
        self.joined -= premises
        if self._since is not None and any(first[premise] == self._since for premise in premises):
            self._since = None

    def remove(self, premise: int, since: int) -> None:
        """A premise that is here, and spoke first at this time, speaks no longer or is explained otherwise."""
        self.premises.remove(premise)
        if premise in self.joined:
            self.joined.remove(premise)
        else:
            self._left.add(premise)
        self.forget(since)

    def forget(self, since: int) -> None:
        """One of them spoke first at this time, and is about to be told to have spoken at another."""
        if self._since == since:
            self._since = None

    def since(self, first: Mapping[int, int]) -> int:
        """When the first of them spoke, by when each did; 0 = there is none. O(1) unless the first has left."""
        if self._since is None and self.premises:
            self._since = min(map(first.__getitem__, self.premises))
        return self._since or 0

    def tell(self) -> tuple[int, ...]:
        """Those that joined, ascending; from here on nothing is news."""
        joined = tuple(sorted(self.joined))
        self.joined.clear()
        self._left.clear()
        return joined
