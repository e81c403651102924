"""Electric reports grouped by what explains them: the network's inference behind the grouping port.

A predicted device with the premises that speak below it is a group; so is a device that people hold, and so is
each premise that no device explains. What is predicted depends on what was predicted before, by a stated margin
(`core.predicting`), and on nothing else but the evidence, what people know, the rates and the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

from stormops.core.arguing import Argument, argue
from stormops.core.calling import SHARE, Calling, LocalTime, Shut
from stormops.core.entry import RatesLearned
from stormops.core.explained import Explained
from stormops.core.forest import Rows
from stormops.core.grouping import Delta, Group, Longs
from stormops.core.hearing import Rates
from stormops.core.inference import CLOSED_NOW, Inference
from stormops.core.learning import STARTS, learn, search
from stormops.core.mislinks import Doubt, doubts
from stormops.core.nearby import Nearby
from stormops.core.network import Bools, City, EdgeKind, Floats, Ints, Tree
from stormops.core.onset import EVEN, Profile
from stormops.core.standing import Grounds
from stormops.core.strays import Vicinity

OPENS = {
    EdgeKind.FUSE: 1e-2,
    EdgeKind.RECLOSER: 5e-3,
    EdgeKind.BREAKER: 4e-3,
    EdgeKind.TRANSFORMER: 4e-3,
    EdgeKind.POWER_TRANSFORMER: 1e-4,
}
"""Chance that a device of each kind opens in a storm, before anything is learned of it."""

LEARN_LEAST = 15
"""Premises that speak from which on there is something to learn."""

LEARN_GROWTH = 4
"""When so many times as many speak as when it was done last, every hill is tried: three or four times in a storm.

One a tick, which waits for it as long as for two to four answers.
"""

SUREST = 9_900
"""The highest probability of what nobody confirmed: the records and the model are wrong more often than 1 in 100."""

HELD_PROBABILITY = 9_999
"""A person saw it, or telemetry says so: the probability of a device known open."""

LEARNED = "report", "false", "service", "gasp", "false_gasp", "power_up", "mute", "wrong_link", "share_out", "prompt"
"""The rates that are learned: `RatesLearned` has each per million."""

DARK_FROM = 0.9
"""Chance to be without service from which on a meter that does not come back is taken to be off."""

GASPED_LEAST = 0.3
"""Share of the meters right below a device that were off and did not come back, below which silence shows nothing.

Half of `Rates.gasp` at the start. Who never lost power has no word to say that it is back.
"""

UNKNOWN_NEAR = 255
"""The byte of a device near whose customers nothing is known (`RatesLearned.near_out`)."""

Key = tuple[int, int]


def opens(tree: Tree) -> Floats:
    """(N) What is believed of each device at the start."""
    chance = np.zeros(max(EdgeKind) + 1)
    for kind, value in OPENS.items():
        chance[kind] = value
    return np.asarray(chance[tree.kind])


class Explanations:
    """Groups named by device. Premises without a path to a source are lone; give those to `Clusters`.

    `local`: what the city's clocks show; None = customers are taken to report at all hours alike.
    Raises IndexError for a premise that the city does not have.
    """

    def __init__(self, city: City, tree: Tree, rates: Rates | None = None, local: LocalTime | None = None) -> None:
        if len(tree.premise_device) != len(city.premises):
            raise ValueError("the tree was traced for another city")
        self._where = city.metres(city.premises.lon, city.premises.lat)
        self._vicinity, self._grounds = Vicinity(*self._where), Grounds(*self._where)
        self._local = local
        self._learned_from = 0
        """Premises that spoke when rates were learned last, or the search for the highest hill began."""
        self._left = 0
        """Starts of the search for the highest hill that are still to be tried."""
        self._learned: RatesLearned | None = None
        self._metered = np.array([bool(meter) for meter in city.premises.meter], np.bool_)
        self._reports: dict[int, list[tuple[int, bool]]] = {}
        self._touched: set[int] = set()
        self._holds: set[int] = set()
        self._let_go: set[int] = set()
        """Devices that people or telemetry knew open until now: that they were shown is no prediction."""
        self._telemetered: dict[int, int] = {}
        """Devices that telemetry says are open, and since when."""
        self._closed_now: set[int] = set()
        """Devices that telemetry says are closed."""
        self._seen_closed: dict[int, int] = {}
        """When a device was last known closed, and only then."""
        self._sighted: dict[int, int] = {}
        """When the field last saw a device closed."""
        self._unsure: set[int] = set()
        """Those of which it is to be seen anew whether anybody below has spoken since."""
        self._taken_closed: set[int] = set()
        """Those below which nobody has."""
        self._remembered: set[int] = set()
        self._shown: dict[Key, Group] = {}
        self._keys: set[Key] = set()
        self._meters_speak = False
        self._unheard_ms = np.zeros(len(city.premises), np.int64)
        """As `unheard` was told."""
        self._lay_out(tree, rates or Rates())

    def _lay_out(self, tree: Tree, rates: Rates) -> None:
        """What follows from the tree, with nothing heard yet."""
        self._tree = tree
        near, standing = self._vicinity.near(tree.premise_device), self._grounds.standing(tree.premise_device)
        self.inference = Inference(tree, opens(tree), rates, near=near, standing=standing)
        self.inference.call_by(Calling(self._local))
        places = self.inference.places
        self._node: Ints = places.node
        self._place: Ints = places.place
        self._leaf: list[int] = self.inference.customers.leaf.tolist()
        self._holder = np.full(len(places), -1, np.int32)
        self._speaking: dict[int, set[int]] = {}
        """Premises with open reports by the place right above them (-1 = outside the network)."""
        self._owner = np.full(len(places), -1, np.int32)
        """By place with speaking premises: the place that explains them, -1 = none."""
        self._speaks = np.zeros(len(places), np.bool_)
        self._explained: dict[int, Explained] = {}
        """What each place explains, if it explains or explained anything."""
        self._since: dict[int, int] = {}
        self._leaves_touched: set[int] = set()
        self._shown_at = np.zeros(len(places), np.bool_)
        """By place: whether its device is that of a group shown."""
        self._shown_at[self._places_of(device for device, _ in self._shown if device >= 0)] = True
        self._opens = self.inference.opens
        self._kind = np.searchsorted(sorted(OPENS), tree.kind[self._node]).astype(np.int32)
        self._nearby: Nearby | None = None

    # --- the port ---------------------------------------------------------------------------------

    def add(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        """One report that service is lost at a premise, or its meter's word."""
        if not 0 <= premise < len(self._leaf):
            raise IndexError(premise)
        self._reports.setdefault(premise, []).append((at_ms, meter))
        self._touched.add(premise)

    def remove(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        """Take one such report back. Raises KeyError or ValueError when there is no such report."""
        said = self._reports[premise]
        said.remove((at_ms, meter))
        if not said:
            del self._reports[premise]
        self._touched.add(premise)

    def hold(self, device: int, *, held: bool) -> None:
        """A person confirmed this device open, or took that back: what is below it is explained by it."""
        if held != (device in self._holds):
            (self._holds.add if held else self._holds.discard)(device)
            (self._let_go.discard if held else self._let_go.add)(device)
            self._know(device)

    def switched(self, device: int, *, opened: bool | None, at_ms: int) -> None:
        """Telemetry says that the device is open since then, and the cause of what is below, or closed and no cause."""
        (self._closed_now.add if opened is False else self._closed_now.discard)(device)
        self._close([device])
        if opened:
            self._telemetered[device] = at_ms
            self._let_go.discard(device)
        elif self._telemetered.pop(device, None) is not None:
            self._let_go.add(device)
        self._know(device)

    def seen_closed(self, devices: Ints, at_ms: Longs) -> None:
        """These devices were closed at these times: what has been out below since before then has another cause."""
        self._seen_closed.update(zip(devices.tolist(), at_ms.tolist(), strict=True))
        self._close(devices.tolist())

    def sighted(self, devices: Ints, at_ms: Longs) -> None:
        """The field saw these devices closed then: so they are taken to be until somebody below speaks anew."""
        for device, when in zip(devices.tolist(), at_ms.tolist(), strict=True):
            if when:
                self._sighted[device] = when
            elif self._sighted.pop(device, None) is None:
                continue
            self._unsure.add(device)

    def _look_anew(self) -> None:
        """Learn whether anybody has spoken below a device since the field saw it closed."""
        if not self._sighted and not self._unsure:
            return
        for premise in self._touched:
            self._unsure.update(self._sighted.keys() & set(self._tree.path(premise)))
        silent = {device for device in self._unsure & self._sighted.keys() if not self._spoken_since(device)}
        news = self._unsure & (silent ^ self._taken_closed)
        self._taken_closed = self._taken_closed - self._unsure | silent
        self._unsure.clear()
        self._close(sorted(news))

    def _spoken_since(self, device: int) -> bool:
        speaking = (self._reports.get(premise, ()) for premise in self._tree.below(device).tolist())
        return any(at > self._sighted[device] for said in speaking for at, _ in said)

    def _close(self, devices: Iterable[int]) -> None:
        """Tell the inference until when these are known closed: telemetry's word holds on, people's was of a moment.

        What the field saw holds until somebody below speaks anew.
        """
        closed = self._closed_now | self._taken_closed
        rows = [row for row in devices if self._place[row] >= 0]
        if rows:
            until = [CLOSED_NOW if row in closed else self._seen_closed.get(row, 0) for row in rows]
            self.inference.close(np.array(rows, np.int32), np.array(until, np.int64))

    def _know(self, device: int) -> None:
        """Bring the inference in line with what people and telemetry say of a device."""
        self._keys.add((device, -1))
        if self._place[device] >= 0:
            self.inference.hold(device, held=device in self._holds or device in self._telemetered)
            self._holder = self._holders()

    def rewire(self, tree: Tree) -> None:
        """Explain by another tree from the next update on; what was shown is known by the rows, which stay."""
        if tree is self._tree:
            return
        heard, silent_ms = self.inference.customers, self.inference.silent_ms
        self._lay_out(tree, self.inference.rates)
        for column, told in heard.columns.items():
            premises = np.flatnonzero(told)
            self.inference.customers.tell(column, premises, told[premises])
        self.inference.deafen(heard.area, silent_ms)
        if self._learned is not None:
            self.believe(self._learned)
        self._close(sorted(self._closed_now | self._seen_closed.keys() | self._taken_closed))
        for device in sorted(self._holds | self._telemetered.keys()):
            self._know(device)
        self._touched.update(self._reports)
        self._unsure.update(self._sighted)
        self._keys.update(self._shown)

    def remember(self, devices: Iterable[int]) -> None:
        """These devices are predicted already, by the facts: after a start, before the first update."""
        self._remembered |= set(devices)

    def restored(self, premises: Ints, at_ms: Longs) -> None:
        """People say that service was back at these premises at these times (0 = they never said)."""
        self.inference.customers.tell("answered_ms", premises.astype(np.intp), at_ms)

    def heard_on(self, premises: Ints, at_ms: Longs) -> None:
        """When the meters of these premises last said that they are on. Meters speak: their silence counts now."""
        if not self._meters_speak:
            self._meters_speak = True
            self.inference.deafen(np.where(self._metered, 0, -1).astype(np.int32), np.zeros((1, 2), np.int64))
        self.inference.customers.tell("on_ms", premises.astype(np.intp), at_ms)

    def unheard(self, premises: Ints, since_ms: Longs) -> None:
        """Since when these have service again by people, and by their meters, which were off, not yet; 0 = they do."""
        self._unheard_ms[premises] = since_ms

    def still_dark(self) -> Ints:
        """Of those premises the ones that are without service nearly for sure by the last update, ascending."""
        where = np.flatnonzero(self._unheard_ms)
        if not len(where):
            return where.astype(np.int32)
        inference, leaf = self.inference, self.inference.customers.leaf
        where = where[(leaf[where] >= 0) & self._others_are_back(where)]
        where = where[~inference.below_known_open()[leaf[where]]]
        silent = np.bincount(leaf[where], minlength=len(self._node))
        metered = np.bincount(leaf[self._metered & (leaf >= 0)], minlength=len(self._node))
        where = where[(silent >= GASPED_LEAST * metered)[leaf[where]]]
        return where[1 - inference.powered(where) >= DARK_FROM].astype(np.int32)

    def _others_are_back(self, premises: Rows) -> Bools:
        """(M): whether at least as many meters came back from the same restoration as are still silent.

        Else it is not shown that they can be heard by now: head ends collect, and send, in their time.
        """
        columns = self.inference.customers.columns
        at_ms, row = np.unique(self._unheard_ms[premises], return_inverse=True)
        back = columns["answered_ms"][(columns["answered_ms"] > 0) & (columns["on_ms"] >= columns["answered_ms"])]
        place = np.minimum(np.searchsorted(at_ms, back), len(at_ms) - 1)
        came = np.bincount(place[at_ms[place] == back], minlength=len(at_ms))
        return np.asarray((came >= np.bincount(row))[row])

    def listen(self, silence: Ints, spans_ms: Longs, every_ms: int) -> None:
        """Which meters were not heard, from when until when, and how often they are read."""
        self._meters_speak = True
        self.inference.deafen(silence, spans_ms)
        inference = self.inference
        rates = inference.rates._replace(read_every_ms=every_ms)
        inference.believe(rates, inference.opens, inference.profile)

    def learn(self, now_ms: int, *, due: bool) -> RatesLearned | None:
        """What all evidence so far says of the rates; None = too little to learn from, or nothing much new.

        `due`: it was long ago, and one more step is made from what is believed. When `LEARN_GROWTH` times as many
        speak as at the last time, all hills are tried, one at each call (`RatesLearned.left`).
        """
        speaking = len(self._reports)
        grown = speaking >= LEARN_GROWTH * self._learned_from
        if not self._left and (speaking < LEARN_LEAST or not (due or grown)):
            return None
        self._take_in()
        inference = self.inference
        inference.expect_squalls(expected=False)
        inference.settle(now_ms)
        left = len(STARTS) if grown else self._left
        if left:
            search(inference, Rates(), self._opens, self._kind, now_ms, len(STARTS) - left, self._near())
        else:
            learn(inference, Rates(), self._opens, self._kind, now_ms, self._near())
        learned: dict[str, Any] = {name: _per_million(getattr(inference.rates, name)) for name in LEARNED}
        by_kind = [inference.opens[self._kind == kind].max(initial=0.0) for kind in range(len(OPENS))]
        return RatesLearned(
            opens=[_per_million(chance) for chance in by_kind],
            speaking=self._learned_from if left and not grown else speaking,
            left=max(0, left - 1),
            since_ms=list(inference.profile.since_ms),
            times=[max(1, round(times * 1_000)) for times in inference.profile.times],
            near_out=self._near_out(),
            **learned,
        )

    def _near(self) -> Nearby:
        if self._nearby is None:
            self._nearby = Nearby(self.inference, *self._where)
        return self._nearby

    def _near_out(self) -> bytes:
        """As `RatesLearned` keeps it."""
        code = self.inference.customers.near_out
        by_device = np.full(len(self._tree), UNKNOWN_NEAR, np.uint8)
        by_device[self._node] = np.where(code >= 0, code, UNKNOWN_NEAR)
        return by_device.tobytes()

    def believe(self, learned: RatesLearned) -> None:
        """Explain by these rates from the next update on."""
        self._learned, self._learned_from, self._left = learned, learned.speaking, learned.left
        rates = self.inference.rates._replace(**{name: getattr(learned, name) / 1e6 for name in LEARNED})
        profile = Profile(tuple(learned.since_ms), tuple(t / 1_000 for t in learned.times))
        opens = np.where(self._opens > 0, np.array(learned.opens)[self._kind] / 1e6, 0.0)
        near_out = np.full(len(self._node), -1)
        if len(learned.near_out) == len(self._tree):
            by_device = np.frombuffer(learned.near_out, np.uint8)[self._node].astype(np.intp)
            near_out = np.where(by_device == UNKNOWN_NEAR, -1, by_device)
        self.inference.believe(rates, opens, profile if learned.times else EVEN, near_out)
        share = tuple(share / 1e6 for share in learned.ways) or SHARE
        self.inference.call_by(Calling(self._local, share, tuple(Shut(*one) for one in learned.shut)))

    def update(self, now_ms: int) -> Delta:
        """Work out what changed since the last update."""
        self._take_in()
        # The first search may find last what squalls say until then: no incident is to go to and fro meanwhile.
        first = self._left > 0 and self._learned_from < LEARN_GROWTH * LEARN_LEAST
        self.inference.expect_squalls(expected=first or len(self._reports) < LEARN_LEAST)
        keys, leaves, self._keys, self._leaves_touched = self._keys, self._leaves_touched, set(), set()
        known = self._holds | self._telemetered.keys()
        shown = self._shown_at.copy()
        shown[self._places_of(self._remembered)] = True
        shown[self._places_of(known | self._let_go)] = False
        self._let_go = set()
        self._remembered = set()
        changed = self.inference.update(now_ms, np.flatnonzero(shown))
        owner = np.where(self._holder >= 0, self._holder, self.inference.prediction.top)
        leaves.update(np.flatnonzero(self._speaks & (owner != self._owner)).tolist())
        if -1 in leaves:
            self._settle_owner(-1, -1, -1, keys)
            leaves.discard(-1)
        where = np.fromiter(leaves, np.intp, len(leaves))
        for leaf, old, new in zip(where.tolist(), self._owner[where].tolist(), owner[where].tolist(), strict=True):
            if old < 0 or old != new or not self._speaking.get(leaf):
                self._settle_owner(leaf, old, new, keys)
        moved = np.zeros(len(self._node), np.bool_)
        moved[changed] = True
        self._note_likelier(moved, keys)
        return self._publish(keys, self._alone_now(moved, keys))

    def _places_of(self, devices: Iterable[int]) -> Ints:
        """The places of those of these devices that are on the tree."""
        places = self._place[np.fromiter(devices, np.intp)]
        return places[places >= 0]

    def _note_likelier(self, moved: Bools, keys: set[Key]) -> None:
        """Devices shown whose posterior changed join the keys where that is another chance (per 10,000)."""
        some = self._node[np.flatnonzero(moved & self._shown_at)].tolist()
        keys.update((d, -1) for d, now in self._chance_of(some).items() if self._shown[d, -1].probability != now)

    def _chance_of(self, devices: list[int]) -> dict[int, int]:
        """Per 10,000: chance that each of these devices is open and none above it."""
        places = self._place[devices]
        chance = _rounded(self.inference.posterior.top[np.maximum(places, 0)])
        return dict(zip(devices, np.where(places >= 0, chance, 0).tolist(), strict=True))

    def argue(self, devices: Sequence[int]) -> list[Argument | None]:
        """What speaks for and against each of these devices predicted at the last update."""
        asked = [device for device in devices if device not in self._telemetered]
        found = dict(zip(asked, argue(self.inference, asked), strict=True))
        return [found.get(device) for device in devices]

    def doubts(self) -> list[Doubt]:
        """Links of customers to transformers that are likely wrong by the last update."""
        return doubts(self.inference, self._near())

    def groups(self) -> list[Group]:
        """Every group now, ordered by key."""
        shown = (self._shown[key] for key in sorted(self._shown))
        return [group._replace(premises=tuple(sorted(group.premises))) for group in shown]

    # --- taking reports in ------------------------------------------------------------------------

    def _take_in(self) -> None:
        """Tell the inference what is new; keep which groups changed by it, and the places right above."""
        self._look_anew()
        premises = sorted(self._touched)
        self._touched.clear()
        first, off = [0] * len(premises), [0] * len(premises)
        for row, premise in enumerate(premises):
            leaf = self._leaf[premise]
            said = self._reports.get(premise)
            since = min(said)[0] if said else None
            if since != self._since.get(premise):
                self._change(leaf, premise, since)
            for at, by_meter in said or ():
                times = off if by_meter else first
                times[row] = min(at, times[row] or at)
        where = np.array(premises, np.intp)
        for column, told in (("report_ms", first), ("off_ms", off)):
            self.inference.customers.tell(column, where, np.array(told, np.int64))

    def _change(self, leaf: int, premise: int, since: int | None) -> None:
        """A premise speaks since then, or no longer: the group that it is in is to be written anew."""
        owner = self._owner.item(leaf) if leaf >= 0 else -1
        self._keys.add((-1, premise) if owner < 0 else (self._node.item(owner), -1))
        self._leaves_touched.add(leaf)
        if owner >= 0:
            explained = self._explained[owner]
            if since is None:
                explained.remove(premise, self._since[premise])
            else:
                explained.forget(self._since.get(premise, since))
                explained.add(premise, since)
        if since is None:
            del self._since[premise]
            self._speaking[leaf].discard(premise)
        else:
            self._since[premise] = since
            self._speaking.setdefault(leaf, set()).add(premise)

    def _holders(self) -> Ints:
        """(N) by place: the nearest device at or above that people hold, -1 = none."""
        forest = self.inference.places
        held = self.inference.held
        holder = np.where(held, np.arange(len(held)), -1).astype(np.int32)
        for first, last in pairwise(forest.level[1:]):
            here = holder[first:last]
            holder[first:last] = np.where(here >= 0, here, holder[forest.parent[first:last]])
        return holder

    # --- groups -----------------------------------------------------------------------------------

    def _settle_owner(self, leaf: int, old: int, owner: int, keys: set[Key]) -> None:
        """The premises right below a place were explained by `old`, and are by `owner` now."""
        premises = self._speaking.get(leaf, set())
        new = owner if premises else -1
        if old >= 0 and old != new:
            keys.add((self._node.item(old), -1))
            if premises:
                self._explained[old].give_up(premises, self._since)
        if old < 0 or new < 0:
            keys.update((-1, premise) for premise in premises)
        if not premises:
            self._speaking.pop(leaf, None)
        if leaf >= 0:
            self._owner[leaf], self._speaks[leaf] = new, bool(premises)
        if new >= 0 and old != new:
            keys.add((self._node.item(new), -1))
            explained = self._explained.get(new)
            if explained is None:
                explained = self._explained[new] = Explained()
            explained.take_over(premises, self._since)

    def _alone_now(self, moved: Bools, keys: set[Key]) -> dict[int, int]:
        """The same of premises that no device explains: of those that moved, and of those in the keys."""
        lone = {premise for device, premise in keys if device < 0 and self._is_lone(premise)}
        leaves = np.flatnonzero(moved & self._speaks & (self._owner < 0)).tolist()
        lone.update(chain.from_iterable(self._speaking.get(leaf, ()) for leaf in (-1, *leaves)))
        some = list(lone)
        chance = dict(zip(some, self._chances(np.array(some, np.intp)).tolist(), strict=True))
        keys.update(
            (-1, p) for p, now in chance.items() if (-1, p) not in keys and self._shown[-1, p].probability != now
        )
        return chance

    def _publish(self, keys: set[Key], chance: dict[int, int]) -> Delta:
        gone: list[Key] = []
        changed: list[Group] = []
        joined: dict[Key, tuple[int, ...]] = {}
        chance_of = self._chance_of([device for device, _ in keys if device >= 0])
        for key in sorted(keys):
            device, premise = key
            explained = self._explained.get(self._place.item(device)) if device >= 0 else None
            group = self._of_device(device, chance_of[device]) if device >= 0 else self._alone(premise, chance)
            known = self._shown.get(key)
            if group is None:
                if known is not None:
                    del self._shown[key]
                    gone.append(key)
                continue
            # Premises come and go in the group that was shown, too, if it is of this tree; they tell it themselves.
            live = explained is not None and known is not None and known.premises is explained.premises
            if known != group or (live and explained is not None and explained.changed):
                changed.append(group)
            self._shown[key] = group
            if explained is not None:
                joined[key] = explained.tell()
        for devices, shown in ((gone, False), ((group.key for group in changed), True)):
            self._shown_at[self._places_of(device for device, _ in devices if device >= 0)] = shown
        return Delta(gone, changed, joined)

    def _is_lone(self, premise: int) -> bool:
        leaf = self._leaf[premise]
        return premise in self._since and (leaf < 0 or self._owner[leaf] < 0)

    def _alone(self, premise: int, chance: dict[int, int]) -> Group | None:
        if premise not in chance:
            return None
        return Group(-1, premise, (premise,), (premise,), self._since[premise], chance[premise])

    def _chances(self, premises: Rows) -> Ints:
        """Per 10,000: chance that each of these customers, whom no device explains, is out."""
        return _rounded(1 - self.inference.powered(premises))

    def _of_device(self, device: int, chance: int) -> Group | None:
        place = self._place.item(device)
        if place < 0:
            return None
        held, opened_ms = device in self._holds, self._telemetered.get(device)
        explained = self._explained.get(place) or Explained()
        if not explained.premises:
            self._explained.pop(place, None)
            if not held and opened_ms is None:
                return None
        since = explained.since(self._since)
        if opened_ms is not None:
            since = min(since or opened_ms, opened_ms)
        if held or opened_ms is not None:
            chance = HELD_PROBABILITY
        telemetered = opened_ms is not None and not held
        return Group(device, -1, explained.premises, (), since, chance, telemetered)


def _per_million(chance: float) -> int:
    return max(1, round(chance * 1_000_000))


def _rounded(chance: Floats) -> Ints:
    """Chances per 10,000, told apart by hundredths: what changes less is not worth a word."""
    return np.clip(np.round(chance * 100) * 100, 1, SUREST).astype(np.int32)
