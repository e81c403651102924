"""One storm played to one method, looked at again and again, and graded."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from tests.bench.inference_method import Answer, Bools, Floats, Ints, Method, Session
from tests.bench.inference_scores import FROM, Churn, Clock, Dispatches, Flat, flat, hits, recall_at
from tests.bench.inference_storm import MINUTE_MS, Storm
from tests.bench.inference_tree import customers_out, mask_of, topmost

SURE_PRECISION = 0.99
"""Of customers who are shown out by their own chance alone, as the issue asks of those below predicted devices."""

RAISED = 0.95
"""Unknown is raised when so large a share of the silent meters' customers is shown so."""
FLATLINE_LOOKS_MIN = 10
COUNTED = ("no report", "one report, ", "more reports, ")


@dataclass
class Items:
    """Probabilities and whether they came true; `positives` counts all true ones, those below FROM too."""

    p: list[Floats] = field(default_factory=list)
    true: list[Bools] = field(default_factory=list)
    positives: int = 0

    def add(self, p: Floats | None, true: Bools, counted: Bools) -> None:
        """Keep what is above FROM."""
        self.positives += int((true & counted).sum())
        if p is None:
            return
        keep = counted & (p > FROM)
        self.p.append(p[keep])
        self.true.append(true[keep])

    def both(self) -> tuple[Floats, Bools]:
        """All together."""
        if not self.p:
            return np.empty(0), np.empty(0, np.bool_)
        return np.concatenate(self.p), np.concatenate(self.true)


@dataclass
class Played:
    """What came of one storm with one method. `flats`: minute → counts. Times in minutes, NaN = never or not asked."""

    method: str
    flats: dict[int, Flat] = field(default_factory=dict)
    devices: Items = field(default_factory=Items)
    customers: Items = field(default_factory=Items)
    found_min: list[float] = field(default_factory=list)
    sent: int = 0
    sent_wrong: int = 0
    churn: float = float("nan")
    flagged: tuple[int, int, int] = (0, 0, 0)
    closed: int = 0
    nested_found: int = 0
    nested_true: int = 0
    unknown_min: float = float("nan")
    restored_by_silence: int = 0
    unknown_though_heard: float = 0.0
    false_reports: int = 0
    reasons: list[tuple[int, int, str]] = field(default_factory=list)
    heard: float = float("nan")
    surest_recall: float = float("nan")
    """Of customers by their own chance, at the last moment graded (`recall_at`)."""
    seconds: float = 0.0
    answers: int = 0


class _Play:
    def __init__(self, storm: Storm, method: Method) -> None:
        self._storm = storm
        self._session: Session = method.begin(storm.told)
        self._heard = -1
        self.result = Played(method.name)
        self._clock, self._dispatches, self._churn = Clock(), Dispatches(), Churn()
        self._shown_before: Bools | None = None
        self._raised_before = False
        self._back = np.zeros(len(storm.wrong), np.bool_)
        self._nested = self._nested_causes()

    def run(self) -> Played:
        """All looks, in order of time."""
        row = self._storm.row
        if row.static:
            self._look(0, graded=True)
        else:
            for minute in self._minutes():
                self._look(minute, graded=minute in row.grade_min)
        result = self.result
        result.found_min = self._clock.minutes
        result.sent, result.sent_wrong = self._dispatches.sent, self._dispatches.wrong
        if row.static:
            last = result.flats[0]
            result.sent, result.sent_wrong = last.predicted, last.predicted - last.right - last.nested
            result.false_reports = self._false_reports()
        result.churn = self._churn.an_hour(row.look_min)
        return result

    def _false_reports(self) -> int:
        out = customers_out(self._storm.tree, self._storm.open_at(0))
        return int((~out[self._storm.reports.premise]).sum())

    def _minutes(self) -> list[int]:
        row = self._storm.row
        minutes = {*range(row.look_min, row.minutes + 1, row.look_min), *row.grade_min}
        if row.flatline is not None:
            begin = int(row.flatline.from_min)
            minutes |= {begin, *range(begin, begin + FLATLINE_LOOKS_MIN + 1)}
        return sorted(minutes)

    def _look(self, minute: int, *, graded: bool) -> None:
        storm, now = self._storm, minute * MINUTE_MS
        began = time.perf_counter()
        self._session.hear(storm.news(self._heard, now))
        answer = self._session.answer(now)
        self.result.seconds += time.perf_counter() - began
        self.result.answers += 1
        opened = storm.open_at(now)
        known = storm.known_at(now)
        self._follow(minute, answer, opened, known[0])
        self.result.closed += int((mask_of(storm.told.tree, answer.predicted) & known[1]).sum())
        if graded:
            self._grade(minute, answer, opened, known)
        if storm.row.flatline is not None:
            self._silence(minute, answer, opened)
        self._heard = now

    def _follow(self, minute: int, answer: Answer, opened: Bools, known_open: Bools) -> None:
        """What is measured at every look of equal distance."""
        storm = self._storm
        if storm.row.static or minute % storm.row.look_min:
            return
        said = topmost(storm.told.tree, mask_of(storm.told.tree, answer.predicted))
        predicted = np.flatnonzero(said).astype(np.int64)
        right = np.flatnonzero(said & topmost(storm.tree, opened) & ~known_open).astype(np.int64)
        self._clock.look(minute * MINUTE_MS, right, storm.begin)
        self._dispatches.look(predicted, opened, known_open)
        self._churn.look(predicted, len(storm.tree), known_open)

    def _grade(self, minute: int, answer: Answer, opened: Bools, known: tuple[Bools, Bools]) -> None:
        storm, result = self._storm, self.result
        n = len(storm.tree)
        trees = (storm.tree, storm.told.tree)
        result.flats[minute] = flat(trees, opened, answer.predicted, known)
        excused = customers_out(storm.told.tree, known[0]) | customers_out(storm.tree, known[0])
        top = topmost(storm.tree, opened)
        fed = storm.tree.premise_device >= 0
        result.devices.add(answer.device, top[:n], ~known[0][:n] & (storm.tree.customers > 0))
        result.devices.add(answer.service, top[n:], ~excused & fed)
        result.customers.add(answer.customer, customers_out(storm.tree, opened), ~excused & fed)
        if answer.customer is not None:
            asked = ~excused & fed
            out = customers_out(storm.tree, opened)[asked]
            result.surest_recall = recall_at(answer.customer[asked], out, SURE_PRECISION)
        result.flagged = hits(answer.mislinked, storm.wrong)
        self._nested_found(minute, answer)
        if storm.row.static:
            result.reasons = _reasons(storm, answer.predicted, top)
            result.heard = float((_reports_below(storm)[top] > 0).mean()) if top.any() else float("nan")

    def _nested_causes(self) -> Ints:
        """Devices that stood open below an open one whose repair came first: causes of their own from then on."""
        storm = self._storm
        n = len(storm.tree)
        ends = storm.row.minutes * MINUTE_MS
        found = []
        for device in np.flatnonzero(storm.begin[:n] < ends).tolist():
            above = int(storm.tree.parent[device])
            while above >= 0:
                lifted = storm.begin[above] < storm.end[above] < min(storm.end[device], ends - 30 * MINUTE_MS)
                if lifted and storm.begin[device] < storm.end[above]:
                    found.append(device)
                    break
                above = int(storm.tree.parent[above])
        return np.array(found, np.int64)

    def _nested_found(self, minute: int, answer: Answer) -> None:
        """Of nested causes that are open, topmost and not yet known at this moment, how many are predicted."""
        storm = self._storm
        now = minute * MINUTE_MS
        top = topmost(storm.tree, storm.open_at(now)) & ~storm.known_at(now)[0]
        waiting = self._nested[top[self._nested]]
        self.result.nested_true += len(waiting)
        self.result.nested_found += int(np.isin(waiting, answer.predicted).sum())

    def _silence(self, minute: int, answer: Answer, opened: Bools) -> None:
        """When unknown is raised, and who is shown on again though nothing was heard of them."""
        storm, line = self._storm, self._storm.row.flatline
        assert line is not None
        if not line.from_min <= minute <= line.to_min:
            return
        unknown = answer.unknown if answer.unknown is not None else np.zeros(len(storm.wrong), np.bool_)
        share = float(unknown[storm.silent].mean())
        if minute == line.from_min:
            self._raised_before = share >= RAISED
        # Who says unknown of everybody at any time has noticed nothing.
        if np.isnan(self.result.unknown_min) and share >= RAISED and not self._raised_before:
            self.result.unknown_min = minute - line.from_min
        speaks = ~storm.silent & ~customers_out(storm.tree, opened)
        if speaks.any():
            self.result.unknown_though_heard = max(self.result.unknown_though_heard, float(unknown[speaks].mean()))
        shown = customers_out(storm.told.tree, mask_of(storm.told.tree, answer.predicted))
        out = customers_out(storm.tree, opened)
        self._back |= ~out
        if self._shown_before is None:
            self._shown_before = shown & out
        doubtful = self._shown_before & storm.silent & ~self._back & ~shown & ~unknown
        self.result.restored_by_silence = max(self.result.restored_by_silence, int(doubtful.sum()))


def play(storm: Storm, method: Method) -> Played:
    """Play a storm to a method."""
    return _Play(storm, method).run()


def _reasons(storm: Storm, predicted: Ints, top: Bools) -> list[tuple[int, int, str]]:
    """Device by device why it is wrong (1, device, why) or was missed (0, device, why). Static storms."""
    heard = _reports_below(storm)
    said = topmost(storm.told.tree, mask_of(storm.told.tree, predicted))
    found = [(1, device, _why(storm, device, top)) for device in np.flatnonzero(said & ~top).tolist()]
    for device in np.flatnonzero(top & ~said).tolist():
        count = int(heard[device])
        found.append((0, device, f"{COUNTED[min(count, 2)]}{_why(storm, device, said) if count else ''}"))
    return found


def _reports_below(storm: Storm) -> Ints:
    """(N + P) Reports from below each device, and of each premise."""
    reports = np.zeros(len(storm.wrong), np.int64)
    np.add.at(reports, storm.reports.premise, 1)
    running = np.concatenate([[0], np.cumsum(reports[storm.tree.order])])
    return np.concatenate([running[storm.tree.last] - running[storm.tree.first], reports])


def _why(storm: Storm, device: int, others: Bools) -> str:
    """How a device lies to the nearest of the others: below one, above some, with the same customers, or apart."""
    tree = storm.tree
    n = len(tree)
    above = int(tree.parent[device]) if device < n else int(tree.premise_device[device - n])
    while above >= 0:
        if others[above]:
            same = tree.customers[above] == (tree.customers[device] if device < n else 1)
            return "the same customers" if same else "other is above"
        above = int(tree.parent[above])
    if device < n:
        below = tree.below(device)
        if others[n + below].any():
            return "other is a service below"
        devices = np.flatnonzero((tree.first >= tree.first[device]) & (tree.last <= tree.last[device]) & others[:n])
        if len(devices):
            same = bool((tree.customers[devices] == tree.customers[device]).any())
            return "the same customers" if same else "other is below"
    return "none near"
