"""One audience's channels: the whole view, and each part of it that some client looks at. Pure.

A part is a channel of its own, fed from the same changes, so everything that holds for a channel holds for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from stormops.feed.channel import Channel, Encoded
from stormops.feed.selection import Box, Selection, Where

Audience = Literal["desk", "public"]

PARTS_MAX = 256
"""Parts of a view kept at once. Those nobody looks at any more make room; without room a client is shown the whole."""


class Views:
    """`where` places keys on the map. Positions of a part are its own: its epoch has its name in it."""

    def __init__(self, epoch: str, where: Where) -> None:
        self.whole = Channel(epoch)
        self._where = where
        self._parts: dict[Selection, Channel] = {}
        self._watched: Counter[Channel] = Counter()

    def channels(self) -> Iterator[Channel]:
        """All of them, the whole first."""
        yield self.whole
        yield from self._parts.values()

    def start(self, n: int, at_ms: int, view: Encoded) -> list[Channel]:
        """See `Channel.start`; gives the channels that moved."""
        self.whole.start(n, at_ms, view)
        for selection, channel in self._parts.items():
            self._begin(selection, channel)
        return list(self.channels())

    def publish(self, n: int, at_ms: int, *, server_ms: int, put: Encoded, unset: Iterable[str]) -> list[Channel]:
        """See `Channel.publish`; gives the channels that moved."""
        gone = list(unset)
        moved: list[Channel] = []
        if self.whole.publish(n, at_ms, server_ms=server_ms, put=put, unset=gone):
            moved.append(self.whole)
        places: dict[str, Box | None] = {}

        def where(key: str, encoded: bytes) -> Box | None:
            if key not in places:
                places[key] = self._where(key, encoded)
            return places[key]

        for selection, channel in self._parts.items():
            seen = {key: encoded for key, encoded in put.items() if selection.has(key, encoded, where)}
            out = [*gone, *(key for key in put if key not in seen)]
            if channel.publish(n, at_ms, server_ms=server_ms, put=seen, unset=out):
                moved.append(channel)
        return moved

    def part(self, selection: Selection) -> Channel:
        """The channel of a selection; the whole when there is no room for one more."""
        selection = selection.normal()
        if not selection.keys and selection.bbox is None:
            return self.whole
        channel = self._parts.get(selection)
        if channel is None:
            if len(self._parts) >= PARTS_MAX and not self._forget():
                return self.whole
            channel = self._parts[selection] = Channel(f"{self.whole.epoch}.{selection.name}")
            if self.whole.ready:
                self._begin(selection, channel)
        return channel

    def watch(self, channel: Channel, clients: int) -> None:
        """So many more clients follow a channel (fewer: negative)."""
        self._watched[channel] += clients
        if not self._watched[channel]:
            del self._watched[channel]

    def _begin(self, selection: Selection, channel: Channel) -> None:
        whole = self.whole
        seen = {key: value for key, value in whole.values.items() if selection.has(key, value, self._where)}
        channel.start(whole.n, whole.at_ms, seen)

    def _forget(self) -> bool:
        """Drop a part that nobody looks at, the oldest first."""
        for selection, channel in self._parts.items():
            if not self._watched[channel]:
                del self._parts[selection]
                return True
        return False
