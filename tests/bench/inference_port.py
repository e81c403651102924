"""The engine behind the platform's grouping port, as `core.decide` drives it: reports in, groups out.

What the port cannot carry (rates, silence of meters, telemetry known closed) the engine is not told here.
"""

from __future__ import annotations

import numpy as np

from stormops.core.beliefs import Beliefs
from stormops.core.explanation import Explainer
from stormops.core.hierarchy import of_tree
from tests.bench.inference_method import Answer, MeterKind, News, Session, Told
from tests.bench.inference_standing import Standing

STARTS_MS = 500_000 * 3_600_000


class _Port:
    def __init__(self, told: Told) -> None:
        self._tree = told.tree
        chance = np.clip(told.prior, 1e-9, 1 - 1e-9)
        beliefs = Beliefs(
            false_rate=told.false_rate, single=max(told.service_prior, 1e-9), rate_least=0.7 * told.report_rate
        )
        self._engine = Explainer(of_tree(told.tree, np.log(chance / (1 - chance))), beliefs)
        self._standing = Standing(told)
        self._in: dict[int, int] = {}

    def hear(self, news: News) -> None:
        """Reports and losses of meters are evidence until something answers them."""
        before = set(self._standing.known_open)
        self._standing.hear(news)
        said = [news.reports.premise, news.meters.premise[news.meters.kind == MeterKind.LAST_GASP]]
        for premise in np.unique(np.concatenate(said)).tolist():
            if premise not in self._in:
                self._in[premise] = int(self._standing.said_ms[premise])
                self._engine.add(premise, STARTS_MS + self._in[premise])
        opened = self._standing.known_open
        for device in sorted(before ^ opened):
            if device < len(self._tree):
                self._engine.hold(device, held=device in opened)
        answered = np.array([p for p in self._in if self._standing.answered_ms[p] >= self._standing.said_ms[p]])
        for premise in answered.tolist():
            self._engine.remove(premise, STARTS_MS + self._in.pop(premise))

    def answer(self, now_ms: int) -> Answer:
        """The groups now."""
        self._engine.update(STARTS_MS + now_ms + 1)
        n = len(self._tree)
        device = np.zeros(n)
        predicted: list[int] = []
        for group in self._engine.groups():
            if group.device >= 0:
                device[group.device] = max(device[group.device], group.probability / 10_000)
            predicted.append(group.device if group.device >= 0 else n + group.anchor)
        return Answer(predicted=np.unique(np.array(predicted, np.int64)), device=device)


class Port:
    """The engine as the platform runs it today."""

    name = "port"

    def begin(self, told: Told) -> Session:
        return _Port(told)
