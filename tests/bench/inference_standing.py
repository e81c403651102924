"""Which premises stand as reported out, for methods that ask no more of the evidence than that."""

from __future__ import annotations

import numpy as np

from tests.bench.inference_method import Bools, Ints, MeterKind, News, Told, Word
from tests.bench.inference_tree import below_open


class Standing:
    """Evidence as it stands: a restoration answers earlier reports below, a meter's word earlier ones of its own."""

    def __init__(self, told: Told) -> None:
        self._told = told
        premises = len(told.tree.premise_device)
        self.said_ms: Ints = np.full(premises, -1, np.int64)
        self.answered_ms: Ints = np.full(premises, -1, np.int64)
        self.known_open: set[int] = set()
        self.known_closed: set[int] = set()

    def hear(self, news: News) -> None:
        """Take in what came."""
        np.maximum.at(self.said_ms, news.reports.premise, news.reports.ms)
        meters = news.meters
        lost = meters.kind == MeterKind.LAST_GASP
        np.maximum.at(self.said_ms, meters.premise[lost], meters.at[lost])
        np.maximum.at(self.answered_ms, meters.premise[~lost], meters.at[~lost])
        for device, word, ms in zip(*(column.tolist() for column in news.devices), strict=True):
            self._device(device, word, ms)

    def _device(self, device: int, word: int, ms: int) -> None:
        opened = word in (Word.OPEN, Word.TELEMETRY_OPEN)
        (self.known_open.add if opened else self.known_open.discard)(device)
        if word == Word.TELEMETRY_CLOSED:
            self.known_closed.add(device)
        elif word == Word.TELEMETRY_OPEN:
            self.known_closed.discard(device)
        if word == Word.RESTORED:
            n = len(self._told.tree)
            below = self._told.tree.below(device) if device < n else np.array([device - n])
            self.answered_ms[below] = np.maximum(self.answered_ms[below], ms)

    def explained(self) -> Bools:
        """(P) Customers below a device, or with a service, that is known open."""
        tree = self._told.tree
        n = len(tree)
        opened = np.zeros(n + len(tree.premise_device), np.bool_)
        opened[list(self.known_open)] = True
        dark = opened[:n] | below_open(tree, opened[:n])
        return np.asarray(np.append(dark, False)[tree.premise_device] | opened[n:])

    def reporting(self) -> Bools:
        """(P) Premises that stand as reported out and are not explained by a device known open."""
        return (self.said_ms > self.answered_ms) & ~self.explained()
