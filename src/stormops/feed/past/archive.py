"""The archive: answers what a desk asks of the past, one question after another. Runs beside feed, in `process`.

A desk that says what it holds gets what differs. Positions in the middle of a tick are those before it. Before each
moment that is jumped to, the last few changes are worked out on the way, so that steps back are there at once.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from stormops.core.network import City, Tree
from stormops.feed import questions
from stormops.feed.customer import customer
from stormops.feed.past import moments
from stormops.feed.past.marks import Marks
from stormops.feed.past.outages import of_premise
from stormops.feed.past.pictures import Picture, Pictures, message
from stormops.feed.past.projector import Interrupted, Projector
from stormops.feed.scene import Scene
from stormops.journal.port import Journal, Keyframes

EPOCH = "past"
"""The name of these pictures' positions: they are the journal's own, and the same for ever."""

PROJECTORS_MAX = 2
"""Situations held at once: one that plays, and one that looks at details; whoever comes beyond takes the older."""

LOOK_BEHIND = 12
"""Changes worked out before the one that was jumped to."""

LOOK_BEHIND_ENTRIES = 10_000
"""They are looked for in so many entries."""

AHEAD = 6
"""Whoever steps back is kept so many changes ahead of, while nobody asks."""

NEAR_ENTRIES = 10_000
"""A projector that folds no more than this goes on as it plays; beyond, it jumps."""

MARKS_SECONDS = 0.5
"""Longest that one question waits for the marks; what is not read by then comes with the next one."""

GZIP_BYTES_LEAST = 2048
"""Smaller answers are sent as they are."""

OK, NOT_FOUND = 200, 404

Kind = Literal["n", "moment", "next", "previous", "marks", "incident", "report", "customer", "premise", "outages"]


class Ask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question. `n`: a position (of "next" and "previous": from where). `known`: the position that the desk holds.

    `at_ms` of a "moment": platform ms. `name` of an incident, a customer's or other premise; `receipt` as a number.
    """

    kind: Kind
    n: int = 0
    at_ms: int = 0
    known: int = -1
    name: str = ""
    receipt: int = 0


class Answer(NamedTuple):
    """`status` as of HTTP; `body` JSON, compressed when `gzipped`."""

    status: int
    body: bytes
    gzipped: bool = False


class Archive:
    """`stores`: where snapshots may be, the last of them ours to write. `now_ms`: platform time."""

    def __init__(
        self,
        city: City,
        tree: Tree,
        journal: Journal,
        stores: Sequence[Keyframes],
        *,
        file: Path,
        now_ms: Callable[[], int],
    ) -> None:
        self._make = partial(Projector, city, tree, journal, stores)
        self._journal = journal
        self._now_ms = now_ms
        self._projectors: list[Projector] = []
        self._pictures = Pictures()
        self._behind: int | None = None
        self._tree, self._devices = tree, [city.network.edge_id[edge] for edge in tree.edge.tolist()]
        self._rows = {name: row for row, name in reversed(list(enumerate(city.premises.id)))}
        below = dict(zip(self._devices, tree.customers.tolist(), strict=True))
        self._marks = Marks(journal, below, city.hash, file)

    def ask(self, ask: Ask) -> Answer:
        """Answer one question. Raises JournalUnavailable."""
        if ask.kind == "marks":
            return _answer(msgspec.json.encode(self._marked()))
        if ask.kind == "outages":
            told = self._outages(ask.name)
            return Answer(NOT_FOUND, b"") if told is None else _answer(msgspec.json.encode(told))
        if ask.kind in ("incident", "report", "customer", "premise"):
            found = self._detail(ask)
            return Answer(NOT_FOUND, b"") if found is None else _answer(msgspec.json.encode(found))
        n = self._sought(ask)
        if n is None:
            return Answer(NOT_FOUND, b"")
        known = self._pictures.get(ask.known)
        picture = self._pictures.get(n) or self._worked_out(n)
        self._behind = n if ask.kind == "previous" else None
        return _answer(message(known, picture, self._now_ms(), EPOCH))

    def idle(self, urgent: Callable[[], bool]) -> None:
        """While nobody asks: what the next step back will want; and the marks. Raises JournalUnavailable."""
        n, self._behind = self._behind, None
        if n is not None:
            before = moments.changes_before(self._journal, n, AHEAD, LOOK_BEHIND_ENTRIES)
            missing = next((stop for stop in before if self._pictures.get(stop) is None), None)
            if missing is not None:
                try:
                    self._worked_out(missing, urgent)
                except Interrupted:
                    self._behind = n
                    return
        self._marks.look(urgent)
        if self._marks.whole:
            self._marks.save()

    def _sought(self, ask: Ask) -> int | None:
        """The position that is asked for."""
        journal = self._journal
        if ask.kind == "n":
            return moments.shown(journal, ask.n)
        if ask.kind == "moment":
            known = self._pictures.get(ask.known)
            return moments.at(journal, ask.at_ms, (known.n, known.at_ms) if known else (0, 0))
        if ask.kind == "next":
            return moments.next_change(journal, ask.n)
        before = moments.changes_before(journal, ask.n, 1)
        return before[0] if before else None

    def _worked_out(self, n: int, urgent: Callable[[], bool] = lambda: False) -> Picture:
        projector = self._take(n)
        if projector.cost(n) > NEAR_ENTRIES:
            for stop in reversed(moments.changes_before(self._journal, n, LOOK_BEHIND, LOOK_BEHIND_ENTRIES)):
                projector.to(stop, urgent)
                self._pictures.keep(projector.picture())
        projector.to(n, urgent)
        picture = projector.picture()
        self._pictures.keep(picture)
        return picture

    def _take(self, n: int) -> Projector:
        """One that is near, else one more, else the one used longest ago; the one used last stands last."""
        near = [projector for projector in self._projectors if projector.cost(n) <= NEAR_ENTRIES]
        if near:
            chosen = min(near, key=lambda projector: projector.cost(n))
        elif len(self._projectors) < PROJECTORS_MAX:
            self._projectors.append(chosen := self._make())
        else:
            chosen = self._projectors[0]
        self._projectors.remove(chosen)
        self._projectors.append(chosen)
        return chosen

    def _marked(self) -> dict[str, Any]:
        self._look_on()
        return self._marks.answer()

    def _look_on(self) -> None:
        deadline = time.monotonic() + MARKS_SECONDS
        self._marks.look(lambda: time.monotonic() > deadline)
        if self._marks.whole:
            self._marks.save()

    def _outages(self, name: str) -> dict[str, Any] | None:
        """Of a premise, as far as the journal was read; None when there is no such premise."""
        premise = self._rows.get(name)
        if premise is None:
            return None
        self._look_on()
        above = [self._devices[row] for row in self._tree.path(premise)]
        marks = self._marks
        return {"whole": marks.whole, "outages": of_premise(marks.seen.outages, premise, above)}

    def _detail(self, ask: Ask) -> dict[str, Any] | None:
        n = moments.shown(self._journal, ask.n)
        projector = self._take(n)
        projector.to(n)
        return _detail(projector.scene, ask)


def _detail(scene: Scene, ask: Ask) -> dict[str, Any] | None:
    if ask.kind == "incident":
        return questions.incident_detail(scene, ask.name)
    if ask.kind == "report":
        return questions.report_detail(scene, ask.receipt)
    if ask.kind == "customer":
        return customer(scene, ask.name)
    return questions.premise_known(scene, ask.name)


def _answer(body: bytes) -> Answer:
    if len(body) < GZIP_BYTES_LEAST:
        return Answer(OK, body)
    return Answer(OK, gzip.compress(body, 1), True)
