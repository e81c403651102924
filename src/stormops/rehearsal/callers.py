"""Who reports, when, by what words, and how wrongly: seeded calls from a storm's truth.

Rates: 8-12 % of customers report an outage (Schneider Electric white paper, 2012); the rest are the
rehearsal's own, stated below. The corruption of addresses is this file's own and is unknown to matching.
"""

from __future__ import annotations

import bisect
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.network import City
from stormops.rehearsal.truth import Truth

MINUTE_MS = 60_000
REPORT_SHARE = (0.08, 0.12)
"""Share of customers out who ever report; drawn once a storm."""
DELAY_MINUTES_MEDIAN, DELAY_SIGMA = 12.0, 1.0
"""From going out to reporting: lognormal."""
REPEAT_SHARE, REPEAT_MINUTES = 0.15, (45.0, 120.0)
"""Callers who report again while still out, and after how long."""
ALONE_SHARE = 0.5
"""Customers who report, though they did not before, when all around them have power again and only their own service
is down.
"""
RESEND_SHARE = 0.03
"""Clients that send the same report again with the same key, as phones on bad networks do."""
FALSE_PER_CUSTOMER = 2e-4
"""Reports from customers who are not out, over the storm (the inference reference scenario's rate)."""
WRONG_HOUSE_SHARE = 0.02
"""Reports that name a neighbour's house."""
TYPO_SHARE = 0.25
"""Address texts with a fault."""
VAGUE_SHARE = 0.01
"""Reports that name no place anyone could find."""
JITTER_M = 12.0
"""Spread of a phone's position, one standard deviation."""
SYMPTOMS = {
    "lights_out": 0.89,
    "partial": 0.04,
    "flickering": 0.02,
    "wire_down": 0.02,
    "tree": 0.015,
    "transformer": 0.01,
    "pole_down": 0.005,
}
MEDICAL_SHARE = 0.01
WAYS = {"account": 0.22, "phone": 0.2, "address": 0.3, "position": 0.18, "meter": 0.05, "service_point": 0.05}
"""How callers say who or where they are; a way that the city's data cannot serve gives way to address."""


class Call(NamedTuple):
    """One report to send. `at_ms` since the storm's start; `of` is the premise that is really meant."""

    at_ms: int
    key: str
    body: dict[str, Any]
    of: int
    resend: bool
    false: bool


class _Caller:
    """Turns a premise into a report body."""

    def __init__(self, city: City, chance: np.random.Generator) -> None:
        self._city = city
        self._chance = chance
        located = np.flatnonzero(~np.isnan(city.premises.lon))
        x, y = city.metres(city.premises.lon[located], city.premises.lat[located])
        self._located = located
        self._near = cKDTree(np.column_stack([x, y]))
        self._xy = dict(zip(located.tolist(), zip(x.tolist(), y.tolist(), strict=True), strict=True))
        self._ways, self._weights = list(WAYS), np.cumsum(list(WAYS.values()))
        self._symptoms, self._odds = list(SYMPTOMS), np.cumsum(list(SYMPTOMS.values()))

    def _pick(self, names: list[str], sums: np.ndarray[Any, Any]) -> str:
        return names[min(len(names) - 1, bisect.bisect(sums.tolist(), float(self._chance.random()) * float(sums[-1])))]

    def body(self, premise: int) -> dict[str, Any]:
        """What the customer of a premise sends."""
        chance = self._chance
        said: dict[str, Any] = {"symptom": self._pick(self._symptoms, self._odds)}
        if chance.random() < MEDICAL_SHARE:
            said["medical"] = True
        if chance.random() < VAGUE_SHARE:
            return said | {"address": "by the old oak past the second bridge", "note": "whole road is dark"}
        named = premise
        if chance.random() < WRONG_HOUSE_SHARE and premise in self._xy:
            _, near = self._near.query(self._xy[premise], k=min(6, len(self._located)))
            named = int(self._located[int(chance.choice(np.atleast_1d(near)))])
        return said | self._place(named)

    def _place(self, premise: int) -> dict[str, Any]:
        p = self._city.premises
        way = self._pick(self._ways, self._weights)
        if way == "position" and premise in self._xy:
            east, north = self._chance.normal(scale=JITTER_M, size=2)
            lat = float(p.lat[premise] + north / 111_320)
            lon = float(p.lon[premise] + east / (111_320 * np.cos(np.radians(lat))))
            return {"latitude": round(lat, 6), "longitude": round(lon, 6)}
        if way == "service_point":
            return {"service_point": f"E-{p.id[premise]}"}
        known = {"account": p.account, "phone": p.phone, "meter": p.meter}.get(way)
        if known is not None and known[premise]:
            return {way: known[premise]}
        if p.house_number[premise]:
            return {"address": self._text(premise)}
        return {"service_point": f"E-{p.id[premise]}"}

    def _text(self, premise: int) -> str:
        p, chance = self._city.premises, self._chance
        words = self._city.premises.streets[p.street[premise]].split()
        if chance.random() < TYPO_SHARE:
            fault = int(chance.integers(3))
            if fault == 0 and len(words) > 1:
                words = words[:-1]
            elif fault == 1:
                words = [w.lower() for w in words]
            longest = max(range(len(words)), key=lambda i: len(words[i]))
            word = words[longest]
            if fault == 2 and len(word) > 4:
                at = int(chance.integers(1, len(word) - 2))
                words[longest] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        text = f"{p.house_number[premise]} {' '.join(words)}"
        if p.unit[premise]:
            text += f" {p.unit[premise]}"
        locality = p.localities[p.locality[premise]] if len(p.localities) else ""
        return f"{text}, {locality}" if locality else text


def make_calls(truth: Truth, hours: float, seed: int) -> list[Call]:
    """Every report of the storm, in order of time. The same truth and seed give the same calls."""
    chance = np.random.default_rng([seed, 2])
    caller = _Caller(truth.city, chance)
    share = chance.uniform(*REPORT_SHARE)
    drafts: list[tuple[int, int, bool]] = []
    for premise, begin, end, repairs in truth.spells():
        if chance.random() >= share:
            continue
        at = begin + chance.lognormal(np.log(DELAY_MINUTES_MEDIAN), DELAY_SIGMA) * MINUTE_MS
        times = [at]
        if chance.random() < REPEAT_SHARE:
            times.append(at + chance.uniform(*REPEAT_MINUTES) * MINUTE_MS)
        # "Still out": the neighbours are back and this house is not.
        times += [r + chance.lognormal(np.log(DELAY_MINUTES_MEDIAN), DELAY_SIGMA) * MINUTE_MS for r in repairs]
        drafts += [(int(t), premise, False) for t in times if t < end]
    drafts += _left_alone(truth, {premise for _, premise, _ in drafts}, np.random.default_rng([seed, 5]))
    customers = len(truth.city.premises)
    span_ms = int(hours * 60 * MINUTE_MS * 0.85)
    for _ in range(int(chance.poisson(FALSE_PER_CUSTOMER * customers))):
        at, premise = int(chance.integers(span_ms)), int(chance.integers(customers))
        if not truth.out(at)[premise]:
            drafts.append((at, premise, True))
    calls: list[Call] = []
    for number, (at, premise, false) in enumerate(sorted(drafts)):
        body = caller.body(premise)
        calls.append(Call(at, f"rehearsal-{seed}-{number}", body, premise, bool(chance.random() < RESEND_SHARE), false))
    return calls


def _left_alone(truth: Truth, known: set[int], chance: np.random.Generator) -> list[tuple[int, int, bool]]:
    """Reports of those whose own service is down when the last failure above them is repaired."""
    services = {failure.premise: failure for failure in truth.failures if failure.device < 0}
    drafts = []
    for premise, _, end, repairs in truth.spells():
        own = services.get(premise)
        if own is None or own.repaired_ms != end or not repairs or premise in known or chance.random() >= ALONE_SHARE:
            continue
        at = repairs[-1] + chance.lognormal(np.log(DELAY_MINUTES_MEDIAN), DELAY_SIGMA) * MINUTE_MS
        if at < end:
            drafts.append((int(at), premise, False))
    return drafts
