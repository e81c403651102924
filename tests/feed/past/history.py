"""A recorded storm: its journal, and every picture that a desk was shown while it went on."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from stormops.core.entry import Decided
from stormops.journal.snapshots import MemorySnapshots
from tests.core.storm_day import StormDay, small_city
from tests.feed.test_board import board_of

STEPS = 40


class History(NamedTuple):
    """`live`: at each decided position, its time and what the desk's channel held. `keyframes`: of each tenth step."""

    day: StormDay
    live: dict[int, tuple[int, dict[str, bytes]]]
    keyframes: MemorySnapshots

    @property
    def positions(self) -> list[int]:
        return sorted(self.live)


@cache
def history(seed: int = 5, steps: int = STEPS) -> History:
    """Do not change it."""
    day = StormDay(seed, *small_city())
    board, hub = board_of(day)
    live: dict[int, tuple[int, dict[str, bytes]]] = {}
    keyframes = MemorySnapshots()
    for step in range(steps):
        board.take(day.step(reports=6, actions=0.6))
        show = board.publish("desk")
        assert show is not None
        show()
        channel = hub.channels["desk"]
        live[day.journal.last()] = channel.at_ms, dict(channel.values)
        if step % 10 == 9:
            keyframes.save(board.position, board.situation.schema, board.situation.snapshot())
    assert all(isinstance(day.journal.read(n - 1, 1)[0].fact, Decided) for n in live)
    return History(day, live, keyframes)
