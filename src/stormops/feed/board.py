"""The board: the situation, its views, and what of them has yet to be shown. Touched by the follower's thread alone."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from stormops.core.area import Areas
from stormops.core.entry import Entry
from stormops.core.mode import Level, level_of
from stormops.core.network import City, Tree
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view_public import PublicView
from stormops.feed.channel import encode
from stormops.feed.follow import Show
from stormops.feed.hub import Hub
from stormops.feed.scene import Scene
from stormops.feed.views import Audience
from stormops.journal.port import Beat, Journal, Snapshots
from stormops.telemetry import Log

LEAN_STRETCH = 5
"""Where the public's live updates are lean (`core.mode`) they come so many times rarer: sockets are the load then."""


class Board(Scene):
    """See `follow.Picture`."""

    def __init__(self, situation: Situation, journal: Journal, hub: Hub, areas: Areas, *, phone: str = "") -> None:
        super().__init__(situation, journal)
        self.public = PublicView(situation.city, areas, phone)
        self._hub = hub
        self._pending: dict[Audience, Touched] = {}
        self._shown: dict[Audience, int] = {}
        self._heard_ms = 0

    @property
    def at_ms(self) -> int:
        """Platform time up to which the picture is whole: the last tick's, or a later word that nothing came since."""
        return max(self._heard_ms, self.situation.at_ms)

    def take(self, entries: Sequence[Entry]) -> None:
        """Fold entries; remember what they touched for those already shown something."""
        touched = self.fold(entries)
        for pending in self._pending.values():
            pending.add(touched)

    def heard(self, beat: Beat) -> Show | None:
        """Where the picture has all that the leader had, it is as new as the leader's word."""
        if beat.position != self.position or beat.at_ms <= self.at_ms:
            return None
        self._heard_ms = at_ms = beat.at_ms
        n, views = self.position, self._hub.views

        def show() -> None:
            for audience, each in views.items():
                for channel in each.channels() if self._shown.get(audience) == n else ():
                    channel.confirm(at_ms)

        return show

    def publish(self, audience: Audience) -> Show | None:
        """What the event loop must run so that this audience sees the present position."""
        situation = self.situation
        n, at_ms = situation.position, self.at_ms
        if self._shown.get(audience) == n:
            return None
        self._shown[audience] = n
        view = self.desk if audience == "desk" else self.public
        pending = self._pending.get(audience)
        self._pending[audience] = Touched()
        if pending is None:
            whole = encode(view.snapshot(situation))
            return lambda: self._hub.start(audience, n, at_ms, whole)
        put, unset = view.changes(situation, pending)
        encoded = encode(put)
        return lambda: self._hub.publish(audience, n, at_ms, put=encoded, unset=unset)

    def stretch(self, audience: Audience) -> int:
        """How many times rarer than usual this audience is shown something, in the mode in force."""
        lean = audience == "public" and level_of("public_live", self.situation.mode.mode) is not Level.FULL
        return LEAN_STRETCH if lean else 1


def restore(city: City, tree: Tree, snapshots: Snapshots, journal: Journal, log: Log) -> Situation:
    """The situation of the newest usable snapshot, or an empty one; the journal's tail is for the follower."""
    situation = Situation(city, tree)
    found = snapshots.newest(situation.schema, journal.last())
    if found is not None:
        try:
            situation.restore(found[1])
        except (ValueError, msgspec.MsgspecError):
            situation = Situation(city, tree)  # a damaged snapshot is as good as none
    log.info("situation_restored", position=situation.position)
    return situation
