"""The bars of outage inference, evaluated from the summaries of the frozen cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from tests.bench.inference_summary import Summary

Bars = dict[str, tuple[float, float, bool]]

RATIOS = ("device precision", "device recall", "customer precision", "customer recall")
REFERENCE: dict[str, dict[str, float]] = {
    "reference scale 1, p .10": {"device precision": 0.93, "customer recall": 0.965, "customer precision": 0.99},
    "reference scale 8, p .10": {"device precision": 0.91, "device recall": 0.66},
    "reference scale 8, p .60": {"device precision": 0.97, "device recall": 0.91},
}
WRONG = {"device precision": 0.85, "customer recall": 0.95}
GREENSBORO = ("scale 1, p .10", "scale 8, p .10", "scale 8, p .60")
NEAR_REFERENCE = 0.05
ERROR_MOST, BRIER_MOST = 0.05, 0.70
ITEMS_LEAST = 200
"""A row with fewer items of calibration says nothing about it; it is printed all the same."""
ABOVE_MOST, UNKNOWN_MIN_MOST, MISLINKS_LEAST = 1.0, 5.0, 0.8
NEVER_RAISED = 999.0


def at_least(bars: Bars, name: str, measured: float, bar: float) -> None:
    """A bar from below; what could not be measured misses it."""
    bars[name] = (round(float(np.nan_to_num(measured, nan=-1.0)), 4), bar, bool(measured >= bar))


def at_most(bars: Bars, name: str, measured: float, bar: float) -> None:
    """A bar from above; what could not be measured misses it."""
    bars[name] = (round(float(np.nan_to_num(measured, nan=NEVER_RAISED)), 4), bar, bool(measured <= bar))


def judge(summaries: Mapping[str, Summary]) -> Bars:
    """Bars of one method from its summaries by title; only those whose cases were played."""
    bars: Bars = {}
    for title, wanted in REFERENCE.items():
        if title in summaries:
            _ratios(bars, title, summaries[title], wanted)
    for title, one in summaries.items():
        if one.row.case == "reference-wrong":
            _ratios(bars, title, one, WRONG)
    for name in GREENSBORO:
        ours, reference = summaries.get(f"greensboro-static {name}"), summaries.get(f"reference {name}")
        if ours is not None and reference is not None:
            short = max(b - a for a, b in zip(ours.end, reference.end, strict=True))
            at_most(bars, f"greensboro {name}: short of reference", short, NEAR_REFERENCE)
    if any(one.row.scale for one in summaries.values()):
        _calibrated(bars, summaries.values())
    _conduct(bars, summaries.values())
    return bars


def _ratios(bars: Bars, title: str, one: Summary, wanted: Mapping[str, float]) -> None:
    for name, bar in wanted.items():
        at_least(bars, f"{title}: {name}", one.end[RATIOS.index(name)], bar)


def _calibrated(bars: Bars, summaries: Iterable[Summary]) -> None:
    """Calibration must hold in every scenario: each row with enough items has its bars."""
    enough = {"devices": 0, "customers": 0}
    for one in summaries:
        for what, found in (("devices", one.devices), ("customers", one.customers)):
            if found.items >= ITEMS_LEAST:
                enough[what] += 1
                title = one.row.title
                at_most(bars, f"{title}: calibration error of {what}", found.error, ERROR_MOST)
                # Of items that all came true, or none, the base rate errs nowhere: nothing can be said.
                ratio = found.brier / found.base if found.base else float("nan")
                at_most(bars, f"{title}: Brier over base rate, {what}", ratio, BRIER_MOST)
    # Who states no probabilities is not calibrated by saying nothing.
    for what, rows in enough.items():
        at_least(bars, f"rows with probabilities of {what}", rows, 1)


def _conduct(bars: Bars, summaries: Iterable[Summary]) -> None:
    known = list(summaries)
    flagged = np.zeros(3, np.int64)
    for one in known:
        title = one.row.title
        if one.row.case == "quiet-day":
            at_most(bars, f"{title}: devices above the service of 200", one.above_of_200, ABOVE_MOST)
        if one.row.flatline is not None:
            at_most(bars, f"{title}: minutes until unknown", one.unknown_min, UNKNOWN_MIN_MOST)
            at_most(bars, f"{title}: shown restored by silence", one.restored_by_silence, 0)
        if one.row.wrong.mislinked:
            flagged += one.flagged
    if any(one.row.telemetry for one in known):
        at_most(bars, "predictions through a device known closed", sum(one.closed for one in known), 0)
    if any(one.row.wrong.mislinked for one in known):
        share = flagged[1] / flagged[0] if flagged[0] else float("nan")
        at_least(bars, "flagged mislinks: precision", share, MISLINKS_LEAST)
