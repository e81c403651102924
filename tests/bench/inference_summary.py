"""All storms of a row with one method, summed up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from tests.bench.inference_cases import Row
from tests.bench.inference_play import Items, Played
from tests.bench.inference_scores import Calibration, calibration, sweep

Ratios = tuple[float, float, float, float]


@dataclass(frozen=True)
class Summary:
    """Means over the storms of a row. `at`: minute → device precision and recall, customer precision and recall."""

    row: Row
    method: str
    at: dict[int, Ratios]
    devices: Calibration
    customers: Calibration
    curve: list[tuple[float, float]]
    found_min: float
    wrong_of_100: float
    churn: float
    flagged: tuple[int, int, int]
    closed: int
    nested_found: float
    unknown_min: float
    restored_by_silence: int
    unknown_though_heard: float
    above_of_200: float
    out: float
    answer_ms: float
    storms: int
    heard: float
    surest_recall: float
    reasons: dict[tuple[str, str], float]

    @property
    def end(self) -> Ratios:
        """The ratios at the last moment graded."""
        return self.at[max(self.at)]


def _mean(values: list[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def _pooled(items: list[Items]) -> tuple[Calibration, list[tuple[float, float]]]:
    both = [one.both() for one in items]
    p = np.concatenate([p for p, _ in both])
    true = np.concatenate([true for _, true in both])
    return calibration(p, true), sweep(p, true, sum(one.positives for one in items))


def _reasons(played: list[Played]) -> dict[tuple[str, str], float]:
    """Devices a storm, by what happened (wrong, missed) and why; the most frequent first."""
    counts = Counter(("wrong" if wrong else "missed", why) for one in played for wrong, _, why in one.reasons)
    return {key: count / len(played) for key, count in counts.most_common()}


def sum_up(row: Row, played: list[Played]) -> Summary:
    """Ratios are means of the storms' ratios; dispatches, items and mislinks are pooled over the storms."""
    ratios = {minute: [one.flats[minute].ratios() for one in played] for minute in sorted(played[0].flats)}
    at: dict[int, Ratios] = {}
    for minute, rows in ratios.items():
        a, b, c, d = (_mean([r[i] for r in rows]) for i in range(4))
        at[minute] = (a, b, c, d)
    devices, curve = _pooled([one.devices for one in played])
    customers, _ = _pooled([one.customers for one in played])
    sent = sum(one.sent for one in played)
    nested = sum(one.nested_true for one in played)
    unknown = [one.unknown_min for one in played]
    false = sum(one.false_reports for one in played)
    last = max(at)
    flagged = np.array([one.flagged for one in played]).sum(axis=0)
    return Summary(
        row=row,
        method=played[0].method,
        at=at,
        devices=devices,
        customers=customers,
        curve=curve,
        found_min=_mean([float(np.median(one.found_min)) for one in played if one.found_min]),
        wrong_of_100=100 * sum(one.sent_wrong for one in played) / sent if sent else float("nan"),
        churn=_mean([one.churn for one in played]),
        flagged=(int(flagged[0]), int(flagged[1]), int(flagged[2])),
        closed=sum(one.closed for one in played),
        nested_found=sum(one.nested_found for one in played) / nested if nested else float("nan"),
        # One storm in which it was never raised is enough for never.
        unknown_min=float("nan") if np.isnan(unknown).any() else float(max(unknown)),
        restored_by_silence=max(one.restored_by_silence for one in played),
        unknown_though_heard=max(one.unknown_though_heard for one in played),
        above_of_200=200 * sum(one.flats[last].above for one in played) / false if false else float("nan"),
        out=float(np.mean([one.flats[last].out for one in played])),
        storms=len(played),
        heard=_mean([one.heard for one in played]),
        surest_recall=_mean([one.surest_recall for one in played]),
        reasons=_reasons(played),
        answer_ms=1000 * sum(one.seconds for one in played) / sum(one.answers for one in played),
    )
