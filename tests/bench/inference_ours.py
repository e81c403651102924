"""Our engine behind the benchmark's interface: a thin adapter and nothing else.

What it is told beforehand it believes at the start, and learns better as it goes (`core.learning`).
"""

from __future__ import annotations

import numpy as np

from stormops.core.hearing import Rates
from stormops.core.inference import CLOSED_NOW, Inference
from stormops.core.learning import learn
from stormops.core.listening import Listening
from stormops.core.mislinks import doubted
from stormops.core.nearby import Nearby
from stormops.core.predicting import WORTH
from stormops.core.standing import Grounds
from stormops.core.strays import Vicinity
from tests.bench.inference_method import Answer, DeviceWords, Ints, MeterKind, MeterWords, News, Session, Told, Word

STARTS_MS = 490_000 * 3_600_000
LISTEN_MS = 60_000
SERVICE_FROM = WORTH
"""A service is a device like others."""
STEPS = 8
"""Steps of learning where there are no times and one look, until they lead nowhere; in time, one at every look."""


class Playing:
    """One storm, played to the engine."""

    def __init__(self, told: Told) -> None:
        self._told, self._n = told, len(told.tree)
        self._static = not told.delay_ms
        self._rates = Rates(
            report=told.report_rate,
            delay_ms=told.delay_ms,
            delay_sigma=told.delay_sigma,
            prompt=0.0,
            false=told.false_rate,
            service=told.service_prior,
            gasp=told.meter_rate or Rates().gasp,
            false_gasp=Rates().false_gasp * told.storm_ms / Rates().span_ms,
            read_every_ms=told.read_every_ms,
            span_ms=float(told.storm_ms),
        )
        standing = Grounds(*told.where.T).standing(told.tree.premise_device)
        if self._static:
            self.engine = Inference(told.tree, told.prior, self._rates, widths=(1,), standing=standing)
        else:
            near = Vicinity(*told.where.T).near(told.tree.premise_device)
            self.engine = Inference(
                told.tree, told.prior, self._rates, begun_ms=STARTS_MS, near=near, standing=standing
            )
        self.nearby = Nearby(self.engine, *told.where.T)
        self._opens = self.engine.opens
        self._kind = np.unique(told.tree.kind[self.engine.places.node], return_inverse=True)[1].astype(np.int32)
        self._listening = Listening(told.collector.astype(np.int32), told.read_every_ms)
        self._listened_ms = -LISTEN_MS
        self._shown = np.empty(0, np.intp)
        """What was predicted at the last look: only that is dear to change."""
        self._spoke_ms = np.zeros(len(told.tree.premise_device), np.int64)
        """When each last reported, or their meter gasped: people may have answered it since, and be wrong."""
        if told.meter_rate:
            self.engine.deafen(*self._listening.deaf())

    def hear(self, news: News) -> None:
        """Write what was heard; what people and telemetry say of devices, in its order."""
        self._reports(news.reports.premise, news.reports.ms)
        self._meters(news.meters)
        self._devices(news.devices)

    def _reports(self, premise: Ints, ms: Ints) -> None:
        np.maximum.at(self._spoke_ms, premise, STARTS_MS + ms)
        customers = self.engine.customers
        who, first = np.unique(premise, return_index=True)
        new = customers.columns["report_ms"][who] == 0
        customers.tell("report_ms", who[new].astype(np.intp), STARTS_MS + ms[first[new]])

    def _meters(self, words: MeterWords) -> None:
        customers = self.engine.customers
        off = words.kind == MeterKind.LAST_GASP
        np.maximum.at(self._spoke_ms, words.premise[off], STARTS_MS + words.at[off])
        for column, rows in (("off_ms", off), ("on_ms", ~off)):
            newest = customers.columns[column].copy()
            np.maximum.at(newest, words.premise[rows], STARTS_MS + words.at[rows])
            who = np.unique(words.premise[rows]).astype(np.intp)
            customers.tell(column, who, newest[who])

    def _devices(self, words: DeviceWords) -> None:
        for device, word, ms in zip(*(column.tolist() for column in words), strict=True):
            service = device >= self._n
            if word == Word.RESTORED:
                below = np.array([device - self._n]) if service else self._told.tree.below(device)
                self._restored(below.astype(np.intp), STARTS_MS + ms)
            if service:
                continue
            opened = word in (Word.OPEN, Word.TELEMETRY_OPEN)
            self.engine.hold(device, held=opened)
            if not opened:
                until = CLOSED_NOW if word == Word.TELEMETRY_CLOSED else STARTS_MS + ms
                self.engine.close(np.array([device]), until)
            elif word == Word.TELEMETRY_OPEN:
                self.engine.close(np.array([device]), 0)

    def _restored(self, below: np.ndarray[tuple[int], np.dtype[np.intp]], at_ms: int) -> None:
        """People say that service is back below: what was heard before is answered."""
        customers = self.engine.customers
        customers.tell("answered_ms", below, at_ms)
        for column in ("report_ms", "off_ms"):
            customers.tell(column, below[customers.columns[column][below] <= at_ms], 0)

    def answer(self, now_ms: int) -> Answer:
        """Predicted devices and services, and all probabilities."""
        engine, now = self.engine, STARTS_MS + now_ms
        self._update(now)
        self._learn(now)
        self._shown = self._spoken_of()
        device = np.zeros(self._n)
        device[engine.places.node] = engine.posterior.top
        linked = np.flatnonzero(engine.customers.leaf >= 0)
        served, _ = engine.served(linked)
        fed = engine.posterior.since[-1, engine.customers.leaf[linked]]
        service = np.zeros(len(engine.customers.leaf))
        service[linked] = fed * (1 - served) * ~engine.below_known_open()[engine.customers.leaf[linked]]
        alone = self._n + np.flatnonzero(service > SERVICE_FROM)
        out = engine.out()
        return Answer(
            predicted=np.concatenate([engine.places.node[self._shown], alone]).astype(np.int64),
            device=device,
            service=service,
            customer=out,
            unknown=self._listening.unknown() if self._told.meter_rate else None,
            mislinked=doubted(engine, self.nearby)[0].astype(np.int64),
        )

    def _spoken_of(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The predicted places that explain who spoke and was not heard to be back: nobody is sent on a prior alone."""
        customers = self.engine.customers
        waiting = (self._spoke_ms > customers.columns["on_ms"]) & (customers.leaf >= 0)
        top = np.unique(self.engine.prediction.top[customers.leaf[waiting]])
        return top[top >= 0].astype(np.intp)

    def _learn(self, now: int) -> None:
        for _ in range(STEPS if self._static else 1):
            learn(self.engine, self._rates, self._opens, self._kind, now, self.nearby)
            self.engine.update(now, self._shown)

    def _update(self, now: int) -> None:
        engine = self.engine
        engine.update(now, self._shown)
        if self._told.read_every_ms and now - STARTS_MS - self._listened_ms >= LISTEN_MS:
            self._listened_ms = now - STARTS_MS
            read, off = (engine.customers.columns[name] for name in ("on_ms", "off_ms"))
            if self._listening.update(now, read, engine.out() > 0.5, np.maximum(read, off)):
                engine.deafen(*self._listening.deaf())
                engine.update(now, self._shown)


class Ours:
    """The engine of `core.inference`."""

    name = "ours"

    def begin(self, told: Told) -> Session:
        return Playing(told)
