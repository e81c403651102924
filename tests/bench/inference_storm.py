"""Storms whose truth is known: which devices fail when, who is out, and what is heard of it.

Every failure is drawn apart. Assumptions where no source is at hand: the time from losing power to calling is
lognormal (median 20 minutes, sigma 1); a last gasp comes within about a minute, a restoration's word within five.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stormops.core.network import EdgeKind, Tree
from tests.bench.inference_cases import Row
from tests.bench.inference_hearing import Hearing
from tests.bench.inference_method import Bools, DeviceWords, Floats, Ints, News, Reports, Told, Word
from tests.bench.inference_networks import Ground, mislink
from tests.bench.inference_tree import NEVER, customers_out

MINUTE_MS = 60_000

CHANCE = {
    EdgeKind.TRANSFORMER: 3e-3,
    EdgeKind.FUSE: 3e-2,
    EdgeKind.RECLOSER: 4e-2,
    EdgeKind.BREAKER: 4e-2,
    EdgeKind.POWER_TRANSFORMER: 3e-4,
}
"""Chance of each kind at scale 1. The reference has no power transformers; theirs is an assumption."""
SERVICE_CHANCE = 3e-4
CHANCE_MOST = 0.95
DELAY_MS, DELAY_SIGMA = 20 * MINUTE_MS, 1.0
SCADA_MS = 5_000
CONFIRMED_BEFORE_MS = 20 * MINUTE_MS
NESTED_LATER_MS = 45 * MINUTE_MS
COLLECTOR_PREMISES = 1_500


@dataclass(frozen=True, kw_only=True)
class Storm:
    """What truly happened, and what was heard.

    `begin`, `end` (N + P): when each device or service is open, from and to; NEVER = not. `tree` is the true one,
    `told` what the method knows. `wrong` (P): linked wrongly in the records. `silent` (P): meter in the flatline.
    """

    row: Row
    tree: Tree
    told: Told
    begin: Ints
    end: Ints
    reports: Reports
    meters: Hearing
    devices: DeviceWords
    wrong: Bools
    silent: Bools

    def open_at(self, now_ms: int) -> Bools:
        """(N + P) Devices and services that are open."""
        return (self.begin <= now_ms) & (now_ms < self.end)

    def known_at(self, now_ms: int) -> tuple[Bools, Bools]:
        """(N + P) Devices that people or telemetry know open; that telemetry knows closed."""
        known_open, known_closed = np.zeros((2, len(self.begin)), np.bool_)
        until = int(np.searchsorted(self.devices.ms, now_ms, "right"))
        for device, word in zip(self.devices.device[:until].tolist(), self.devices.word[:until].tolist(), strict=True):
            known_open[device] = word in (Word.OPEN, Word.TELEMETRY_OPEN)
            if word in (Word.TELEMETRY_CLOSED, Word.TELEMETRY_OPEN):
                known_closed[device] = word == Word.TELEMETRY_CLOSED
        return known_open, known_closed

    def news(self, after_ms: int, until_ms: int) -> News:
        """What was heard after one moment, until another."""
        reports = slice(*np.searchsorted(self.reports.ms, [after_ms, until_ms], "right"))
        devices = slice(*np.searchsorted(self.devices.ms, [after_ms, until_ms], "right"))
        return News(
            Reports(*(column[reports] for column in self.reports)),
            self.meters.between(after_ms, until_ms),
            DeviceWords(*(column[devices] for column in self.devices)),
        )


def storm(place: Ground, row: Row, seed: int) -> Storm:
    """The storm of a row on a network, with this seed."""
    chance = np.random.default_rng([seed, 4])
    tree = place.tree
    base = _base(tree)
    draw = chance.random(len(base))
    scale = _fitted(tree, base, draw, row.share) if row.share else row.scale
    failing = draw < _chances(base, scale, static=row.static)
    begin, end = np.full((2, len(base)), NEVER)
    begin[failing] = 0
    if not row.static:
        _in_time(tree, row, (begin, end), chance)
    records, wrong = tree, np.zeros(len(tree.premise_device), np.bool_)
    if row.wrong.mislinked:
        records, wrong = mislink(place, row.wrong.mislinked, np.random.default_rng([seed, 5]))
    told = _told(place, records, row, _chances(base, (scale or 0.1) * row.wrong.prior, static=row.static))
    silent = _silent(row, told.collector)
    hearing = Hearing(tree, row, place.where, chance)
    reports = hearing.static(begin) if row.static else hearing.play(begin, end, told.collector >= 0, silent)
    return Storm(
        row=row,
        tree=tree,
        told=told,
        begin=begin,
        end=end,
        reports=reports,
        meters=hearing,
        devices=_device_words(tree, row, begin, end, chance),
        wrong=wrong,
        silent=silent,
    )


def _base(tree: Tree) -> Floats:
    """(N + P) Chances at scale 1. What has no customers below does not fail: nobody could tell."""
    by_kind = np.zeros(max(EdgeKind) + 1)
    for kind, value in CHANCE.items():
        by_kind[kind] = value
    devices = np.where(tree.customers > 0, by_kind[tree.kind], 0.0)
    return np.concatenate([devices, np.where(tree.premise_device >= 0, SERVICE_CHANCE, 0.0)])


def _chances(base: Floats, scale: float, *, static: bool) -> Floats:
    """The reference multiplies chances; storms in time multiply hazards, so that no scale goes beyond 1."""
    return np.asarray(np.minimum(base * scale, CHANCE_MOST) if static else 1 - np.exp(-base * scale))


def _fitted(tree: Tree, base: Floats, draw: Floats, share: float) -> float:
    """The scale at which that share of the customers is out, as near as these draws allow."""
    low, high = np.log(1e-3), np.log(300.0)
    best, off = 1.0, 2.0
    for _ in range(30):
        middle = (low + high) / 2
        out = float(customers_out(tree, draw < _chances(base, float(np.exp(middle)), static=False)).mean())
        if abs(out - share) < off:
            best, off = float(np.exp(middle)), abs(out - share)
        low, high = (middle, high) if out < share else (low, middle)
    return best


def _in_time(tree: Tree, row: Row, times: tuple[Ints, Ints], chance: np.random.Generator) -> None:
    """When each failure begins and is repaired. What lies below an open device is repaired after it."""
    begin, end = times
    if row.nested:
        _nest(tree, row.nested, begin, chance)
    failing = np.flatnonzero(begin < NEVER)
    onset = row.onset_min * MINUTE_MS
    begin[failing] = (chance.beta(2.0, 3.0, len(failing)) * onset).astype(np.int64)
    lasts = chance.lognormal(np.log(row.repair_min * MINUTE_MS), 0.4, len(failing)).astype(np.int64)
    repaired = chance.random(len(failing)) < row.repaired
    end[failing] = np.where(repaired, begin[failing] + lasts, NEVER)
    n = len(tree)
    latest = np.full(n, 0, np.int64)
    for depth in range(int(tree.depth.max(initial=0)) + 1):
        level = np.flatnonzero(tree.depth == depth)
        above = np.where(tree.parent[level] >= 0, latest[tree.parent[level]], 0)
        mine = level[(begin[level] < NEVER) & (above > 0) & (end[level] < NEVER)]
        wait = np.where(tree.parent[mine] >= 0, latest[tree.parent[mine]], 0)
        end[mine] = np.where(wait >= NEVER, NEVER, np.maximum(end[mine], wait + NESTED_LATER_MS))
        latest[level] = np.maximum(above, np.where(begin[level] < NEVER, end[level], 0))
    fed = np.flatnonzero((begin[n:] < NEVER) & (tree.premise_device >= 0) & (end[n:] < NEVER))
    wait = latest[tree.premise_device[fed]]
    later = np.maximum(end[n + fed], wait + NESTED_LATER_MS)
    end[n + fed] = np.where(wait == 0, end[n + fed], np.where(wait >= NEVER, NEVER, later))


def _nest(tree: Tree, share: float, begin: Ints, chance: np.random.Generator) -> None:
    """Let a device fail below a share of the failed ones that have any below."""
    parents = np.flatnonzero((begin[: len(tree)] < NEVER) & np.isin(np.arange(len(tree)), tree.parent))
    for device in parents[chance.random(len(parents)) < share].tolist():
        below = np.unique(tree.premise_device[tree.below(device)])
        below = below[below != device]
        if len(below):
            begin[int(chance.choice(below))] = 0


def _told(place: Ground, records: Tree, row: Row, prior: Floats) -> Told:
    n = len(records)
    services = prior[n:][records.premise_device >= 0]
    return Told(
        tree=records,
        where=place.where,
        prior=prior[:n],
        service_prior=float(services[0]) if len(services) else 0.0,
        report_rate=min(CHANCE_MOST, row.report_rate * row.wrong.report_rate),
        delay_ms=0.0 if row.static else DELAY_MS,
        delay_sigma=DELAY_SIGMA,
        false_rate=row.false_rate * row.wrong.false_rate,
        storm_ms=row.minutes * MINUTE_MS,
        meter_rate=row.meter_rate,
        read_every_ms=round(row.read_every_min * MINUTE_MS),
        collector=_collectors(place, row),
    )


def _collectors(place: Ground, row: Row) -> Ints:
    """(P) Every premise has a meter, if any has; a collector hears a square of the ground."""
    count = len(place.where)
    if not row.meter_rate:
        return np.full(count, -1, np.int64)
    side = max(1, round(np.sqrt(count / COLLECTOR_PREMISES)))
    x, y = place.where[:, 0], place.where[:, 1]
    column = np.argsort(np.argsort(x, kind="stable"), kind="stable") * side // count
    cell = np.zeros(count, np.int64)
    for one in range(side):
        rows = np.flatnonzero(column == one)
        cell[rows] = one * side + np.argsort(np.argsort(y[rows], kind="stable"), kind="stable") * side // len(rows)
    return cell


def _silent(row: Row, collector: Ints) -> Bools:
    """(P) Whose meter falls silent in the flatline."""
    if row.flatline is None:
        return np.zeros(len(collector), np.bool_)
    if row.flatline.whole:
        return collector >= 0
    return np.asarray(collector == np.bincount(collector[collector >= 0]).argmax())


def _device_words(tree: Tree, row: Row, begin: Ints, end: Ints, chance: np.random.Generator) -> DeviceWords:
    """What crews and telemetry say. All breakers and half of the reclosers are telemetered, where any is."""
    n = len(tree)
    words: list[tuple[int, int, int]] = []
    telemetered = np.zeros(len(begin), np.bool_)
    if row.telemetry:
        telemetered[:n] = tree.kind == EdgeKind.BREAKER
        telemetered[:n] |= (tree.kind == EdgeKind.RECLOSER) & (chance.random(n) < 0.5)
        words += [(0, device, Word.TELEMETRY_CLOSED) for device in np.flatnonzero(telemetered).tolist()]
    for device in np.flatnonzero((begin < NEVER) & telemetered).tolist():
        words.append((int(begin[device]) + SCADA_MS, device, Word.TELEMETRY_OPEN))
        if end[device] < NEVER:
            words.append((int(end[device]) + SCADA_MS, device, Word.TELEMETRY_CLOSED))
    for device in np.flatnonzero(end < NEVER).tolist():
        began, ended = int(begin[device]), int(end[device])
        words.append((max(began, ended - CONFIRMED_BEFORE_MS), device, Word.OPEN))
        words.append((ended, device, Word.RESTORED))
    words.sort()
    columns = np.array(words, np.int64).reshape(-1, 3).T
    return DeviceWords(columns[1], columns[2], columns[0])
