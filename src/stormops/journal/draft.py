"""What one commit of a door is going to write, and what it will answer.

A draft is made in memory alone, so that it can be made where the offers are (on the event loop) while
the writer thread holds nothing but SQL. Only a key that stands for something on disk has to be looked
up there: then, and when what is kept is large, the writer thread makes the draft itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import repeat

from stormops.core.entry import AnyFact
from stormops.journal.keys import Keys
from stormops.journal.port import Answer, Bundle, Group, Kept, KeptBundle, KeyReused, Offer
from stormops.journal.receipt import Minter
from stormops.journal.rows import KeyRow, Together, pack, pack_keys

WINDOW_MS = 7 * 24 * 3600 * 1000
"""How long an idempotency key is unique per sender."""

Find = Callable[[int], KeyRow | None]
"""Gives the key of a counter that is on disk."""

_Plan = Sequence[int | KeyRow]
"""For each offer of a group: the serial that it gets, or what it repeats."""


BYTES_ON_LOOP_MAX = 64 * 1024
"""What a key stands for is hashed on the event loop up to this; for more the loop would stand still."""


class ForThread(Exception):
    """The draft is the writer thread's: what a key stands for has to be looked up on disk, or is large."""


class _Lane:
    """The facts of one lane; `serial` is of its last one."""

    __slots__ = ("count", "items", "serial")

    def __init__(self) -> None:
        self.items: list[AnyFact | Together] = []
        self.count = 0
        self.serial = 0

    def add(self, item: AnyFact | Together, serial: int, count: int = 1) -> None:
        self.items.append(item)
        self.count += count
        self.serial = max(self.serial, serial)

    def body(self) -> bytes | None:
        """The row that goes into the table, None when there is nothing for it."""
        return pack(self.items) if self.items else None


class Draft:
    """One commit. `bodies`: of the rows of facts, safety facts and keys. `opening`: of the file it was made for."""

    def __init__(
        self,
        drafter: Drafter,
        groups: Sequence[Group],
        serial: int,
        now_ms: int,
        *,
        find: Find | None = None,
        opening: int = 0,
    ) -> None:
        """`serial`: of the last receipt given before. Raises ForThread, without `find` alone."""
        self.opening = opening
        self.now_ms = now_ms
        self.keyed: dict[int, KeyRow] = {}
        self._drafter, self._find, self._first = drafter, find, serial + 1
        self._serial = serial
        ordinary, safety = self._lanes = _Lane(), _Lane()
        plans = [self._planned(group) for group in groups]
        self._receipts = drafter.minter.mint_run(self._first, self._serial - serial) if self._serial > serial else []
        self.answers = [self._taken(group, plan) for group, plan in zip(groups, plans, strict=True)]
        self.ordinary, self.safety, self.safety_serial = ordinary.count, safety.count, safety.serial
        self.bodies = ordinary.body(), safety.body(), pack_keys(self.keyed.values()) if self.keyed else None

    def _planned(self, group: Group) -> _Plan | KeyReused:
        """A serial for each that is new; for none when a key of one stands for something else."""
        begin = self._serial
        if isinstance(group, Bundle):
            if not group.keys:
                self._serial += len(group)
                return range(begin + 1, self._serial + 1)
            group = [Offer(_none, *one) for one in zip(repeat(group.sender), group.keys, group.contents, strict=False)]
        plan: list[int | KeyRow] = []
        digest, keyed = self._drafter.digest, self.keyed
        for place, (_, sender, key, content, _) in enumerate(group):
            if key:
                if len(content) > BYTES_ON_LOOP_MAX and self._find is None:
                    raise ForThread
                hashed, said = digest(sender, key.encode()), digest("", content)
                earlier = self._earlier(hashed)
                if earlier is not None:
                    if earlier.content != said:
                        self._back(begin)
                        return KeyReused(self._drafter.minter.mint(earlier.counter), place=place)
                    plan.append(earlier)
                    continue
                keyed[hashed] = KeyRow(self._serial + 1, self.now_ms, hashed, said)
            self._serial += 1
            plan.append(self._serial)
        return plan

    def _back(self, serial: int) -> None:
        """Forget the serials given since."""
        self._serial = serial
        while self.keyed and self.keyed[last := next(reversed(self.keyed))].counter > serial:
            del self.keyed[last]

    def _earlier(self, key: int) -> KeyRow | None:
        """What a key stands for already, in this commit or on disk; None when it is new."""
        row = self.keyed.get(key)
        if row is None and (held := self._drafter.keys.get(key)) is not None:
            if self._find is None:
                raise ForThread
            row = self._find(held)
        return None if row is None or self.now_ms - row.recorded_ms > WINDOW_MS else row

    def _taken(self, group: Group, plan: _Plan | KeyReused) -> Answer:
        """Make the facts of a group, and the answer for it."""
        if isinstance(plan, KeyReused):
            return plan
        if isinstance(group, Bundle):
            return self._together(group, plan)
        answers = []
        for offer, step in zip(group, plan, strict=True):
            if isinstance(step, KeyRow):
                answers.append(Kept(self._receipt(step.counter), step.counter, step.recorded_ms, repeated=True))
            else:
                receipt = self._receipts[step - self._first]
                self._lanes[offer.safety].add(offer.make(receipt), step)
                answers.append(Kept(receipt, step, self.now_ms, repeated=False))
        return answers

    def _together(self, bundle: Bundle, plan: _Plan) -> KeptBundle:
        """Reports of one body: one map for each lane that has some of them."""
        if isinstance(plan, range) and not bundle.dangers:  # the way of nearly all: nothing to sort out
            receipts = self._receipts[plan.start - self._first : plan.stop - self._first]
            together = Together(channel=bundle.channel, receipts=receipts, reports=bundle.reports)
            self._lanes[0].add(together, plan[-1], len(plan))
            return KeptBundle(receipts, len(plan))
        receipts = [self._receipt(step if isinstance(step, int) else step.counter) for step in plan]
        new = [(place, step) for place, step in enumerate(plan) if isinstance(step, int)]
        for danger in (False, True) if bundle.dangers else (False,):
            lane = [one for one in new if (one[0] in bundle.dangers) is danger] if bundle.dangers else new
            if lane:
                columns = Together(
                    channel=bundle.channel,
                    sender=bundle.sender,
                    receipts=[receipts[place] for place, _ in lane],
                    reports=[bundle.reports[place] for place, _ in lane],
                    keys=[bundle.keys[place] for place, _ in lane] if bundle.keys else [],
                )
                self._lanes[danger].add(columns, lane[-1][1], len(lane))
        return KeptBundle(receipts, len(new))

    def _receipt(self, counter: int) -> str:
        """The receipt of a counter, of this commit or an earlier one."""
        if counter >= self._first:
            return self._receipts[counter - self._first]
        return self._drafter.minter.mint(counter)


class Drafter:
    """What drafts need to know of one door."""

    def __init__(self, minter: Minter, secret: bytes, keys: Keys) -> None:
        self.minter = minter
        self.keys = keys
        self._keyed = blake2b(key=secret, digest_size=8)

    def digest(self, scope: str, text: bytes) -> int:
        """63 bits under the door's own secret, so that nobody can make two keys meet."""
        hashed = self._keyed.copy()
        hashed.update(scope.encode() + b"\0" + text)
        return int.from_bytes(hashed.digest(), "little") >> 1


def _none(receipt: str) -> AnyFact:
    """In the place of `Offer.make` where a bundle makes its facts together."""
    raise NotImplementedError(receipt)
