"""A projector: a situation of its own that is taken to any position of the journal, read only.

It goes on from where it is when that is nearer than a snapshot, else it starts from the nearest snapshot before. It
folds with the same code as everything else, so what it shows is what was shown live (a property test holds it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from stormops.core.entry import Entry
from stormops.core.network import City, Tree
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.feed.channel import encode
from stormops.feed.past.pictures import Picture
from stormops.feed.scene import Scene
from stormops.journal.port import Journal, JournalUnavailable, Keyframes

FOLD_ENTRIES = 2_000
"""Entries read and folded at a time."""

RESTORE_ENTRIES = 20_000
"""Going back to a snapshot costs about as much as folding so many entries."""

SAVE_EVERY = 50_000
"""Entries folded since a snapshot after which another one is kept, for the next who comes this way."""


class Interrupted(Exception):
    """Something more urgent is to be done; what was folded so far stays."""


class Projector:
    """`stores`: where snapshots are; the last of them is ours, and is written to."""

    def __init__(self, city: City, tree: Tree, journal: Journal, stores: Sequence[Keyframes]) -> None:
        self.scene = Scene(Situation(city, tree), journal)
        self._empty = self.scene.situation.snapshot()
        self._journal = journal
        self._stores = stores
        self._base = 0
        self._values: dict[str, bytes] | None = None
        self._touched = Touched()

    @property
    def position(self) -> int:
        """Where it is."""
        return self.scene.position

    def cost(self, n: int) -> int:
        """About how many entries it would fold to get to `n`."""
        base = self._nearest(n)
        return n - base + RESTORE_ENTRIES if self._jumps(n, base) else n - self.position

    def to(self, n: int, urgent: Callable[[], bool] = lambda: False) -> None:
        """Be at position `n`, which must be in the journal. Raises JournalUnavailable, Interrupted."""
        base = self._nearest(n)
        if self._jumps(n, base):
            self._restore(base)
        while self.position < n:
            page = self._journal.read(self.position, min(FOLD_ENTRIES, n - self.position))
            if not page:
                raise JournalUnavailable(f"the journal does not reach {n}")
            self._fold(page)
            if urgent():
                raise Interrupted

    def picture(self) -> Picture:
        """The desk's picture here."""
        scene, touched = self.scene, self._touched
        self._touched = Touched()
        if self._values is None:
            self._values = encode(scene.desk.snapshot(scene.situation))
        else:
            put, unset = scene.desk.changes(scene.situation, touched)
            self._values = self._values | encode(put)
            for key in unset:
                self._values.pop(key, None)
        return Picture(scene.position, scene.at_ms, self._values)

    def _nearest(self, n: int) -> int:
        schema = self.scene.situation.schema
        return max((p for store in self._stores for p in store.positions(schema) if p <= n), default=0)

    def _jumps(self, n: int, base: int) -> bool:
        return not self.position or self.position > n or n - self.position > n - base + RESTORE_ENTRIES

    def _restore(self, base: int) -> None:
        """Become what a snapshot holds; one that is damaged is passed over for one before it."""
        situation = self.scene.situation
        found = [store.newest(situation.schema, base) for store in self._stores]
        for _, body in sorted((each for each in found if each), reverse=True):
            try:
                situation.restore(body)
                break
            except (ValueError, msgspec.MsgspecError):
                continue
        else:
            situation.restore(self._empty)
        self._base, self._values, self._touched = self.position, None, Touched()

    def _fold(self, page: Sequence[Entry]) -> None:
        touched = self.scene.fold(page)
        if self._values is not None:
            self._touched.add(touched)
        if self.position - self._base >= SAVE_EVERY:
            self._base = self.position
            if self._nearest(self.position) <= self.position - SAVE_EVERY:
                self._save()

    def _save(self) -> None:
        situation = self.scene.situation
        try:
            self._stores[-1].save(situation.position, situation.schema, situation.snapshot())
        except JournalUnavailable:
            return  # a full disk: the next one folds as much again
