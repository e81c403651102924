"""Pictures of the past by their positions: what a desk holds already is not sent to it again. Pure."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from stormops.feed.channel import Encoded, Step, changes_message, json_object

KEYS_MAX = 1_000_000
"""Keys of all pictures held together (their values are shared); beyond, those asked for longest ago go."""


class Picture(NamedTuple):
    """The desk's view at a position, its values as JSON."""

    n: int
    at_ms: int
    values: Encoded


class Pictures:
    """Those worked out lately."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, Picture] = OrderedDict()
        self._keys = 0

    def keep(self, picture: Picture) -> None:
        """Hold one; the oldest make room."""
        before = self._held.pop(picture.n, None)
        self._keys += len(picture.values) - (len(before.values) if before else 0)
        self._held[picture.n] = picture
        while self._keys > KEYS_MAX and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self._keys -= len(gone.values)

    def get(self, n: int) -> Picture | None:
        """The picture at a position, if it is held."""
        picture = self._held.get(n)
        if picture is not None:
            self._held.move_to_end(n)
        return picture


def message(known: Picture | None, now: Picture, server_ms: int, epoch: str) -> bytes:
    """What leads a client from the picture it has to another, before or after it; without one, the whole."""
    if known is None:
        head = f'{{"type":"snapshot","n":{now.n},"epoch":"{epoch}","at_ms":{now.at_ms},"server_ms":{server_ms},"view":'
        return b"".join((head.encode(), json_object(now.values), b"}"))
    before, after = known.values, now.values
    put = {key: value for key, value in after.items() if before.get(key) != value}
    gone = [key for key in before if key not in after]
    return changes_message(Step(known.n, now.n, now.at_ms, server_ms), put, gone)
