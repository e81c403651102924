"""The meters' part of the situation: the same entries give the same bytes, and nobody takes it for a report."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core import entry as facts
from stormops.core.entry import AnyFact, Entry
from stormops.core.meters import WINDOW_MS
from stormops.core.network import City
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.situation import Situation
from stormops.core.view_desk import DeskView
from tests.core.any_facts import START_MS, AnyFacts
from tests.core.test_view import RADIAL, RADIAL_TREE, follows
from tests.core.world import World


class WithMeters(AnyFacts):
    """Entries of every kind, and what meters say between them."""

    def __init__(self, seed: int, city: City) -> None:
        super().__init__(seed, city, most=12)
        self._draw += [self._events, self._turned, self._turned, self._joined, self._joined]

    def _times(self, count: int) -> list[int]:
        return [START_MS + self.rng.randrange(300) * 1000 for _ in range(count)]

    def _events(self) -> AnyFact:
        rng, count = self.rng, self.rng.randrange(6)
        meters = [rng.choice(["?", self.city.premises.meter[self._premise()]]) for _ in range(count)]
        kinds = "".join(rng.choice("GFRN") for _ in range(count))
        odd = [1] * (rng.random() < 0.1)
        return facts.MeterEventsReceived(
            receipt="1", partner="p", meters=meters, kinds=kinds, at_ms=self._times(count) + odd
        )

    def _turned(self) -> AnyFact:
        on, off = ([self.rng.choice([self._premise(), 10**6]) for _ in range(self.rng.randrange(4))] for _ in range(2))
        return facts.MetersChanged(on=on, on_ms=self._times(len(on)), off=off, off_ms=self._times(len(off)))

    def _joined(self) -> AnyFact:
        receipts = [f"M{self._premise()}" for _ in range(3)]
        return facts.IncidentChanged(
            incident=self._incident(), receipts_added=receipts[:2], receipts_dropped=receipts[2:]
        )


def recall(entries: list[Entry]) -> Any:
    return lambda position: entries[position - 1].fact


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.floats(0, 1))
def test_a_snapshot_between_changes_nothing(seed: int, cut: float) -> None:
    entries = list(WithMeters(seed, RADIAL).entries(200))
    whole = Situation(RADIAL, RADIAL_TREE)
    whole.apply(entries)
    middle = int(cut * len(entries))
    first, second = Situation(RADIAL, RADIAL_TREE), Situation(RADIAL, RADIAL_TREE)
    first.apply(entries[:middle])
    second.restore(first.snapshot())
    second.apply(entries[middle:])
    assert second.digest() == whole.digest()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(1, 40), min_size=8, max_size=8))
def test_views_follow(seed: int, cuts: list[int]) -> None:
    follows(RADIAL, RADIAL_TREE, list(WithMeters(seed, RADIAL).entries(sum(cuts))), cuts)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_meters_say_is_no_report_in_any_list_or_count(seed: int) -> None:
    facts_with = WithMeters(seed, RADIAL)
    entries = list(facts_with.entries(300))
    situation = Situation(RADIAL, RADIAL_TREE)
    situation.apply(entries)
    view = DeskView(RADIAL, RADIAL_TREE, recall(entries)).snapshot(situation)
    assert not [key for key in view if key.startswith(("report/", "unmatched/")) and "M" in key]
    assert view["totals"]["reports"] == situation.totals.received
    of_meters = [receipt for receipt in situation.reports.row_of if receipt < 0]
    asking = [r for r in of_meters if not situation.reports.get(r).answered]  # type: ignore[union-attr]
    assert view["totals"]["meters_off"] == len(asking)
    assert view["totals"]["meters_unknown"] == situation.meters.told - len(asking)
    shown = sum(value["meters"] for key, value in view.items() if key.startswith("incident/"))
    assert shown == sum(situation.reports.get(r).incident >= 0 for r in of_meters)  # type: ignore[union-attr]
    assert not [receipt for receipt in situation.closed_reports if receipt < 0]


def test_its_name_is_no_receipt() -> None:
    assert receipt_text(-5) == "M4"
    assert receipt_number("M4") == -5
    world = World()
    world.metered([(p, "G", -60_000) for p in range(24)])
    world.tick(0)
    assert world.situation.totals.meters_off == 24
    for said in ("M4", "-5", "00000000000005", "00-0000-0000-000-5"):
        world.act(facts.ReportWithdrawn, receipt=said)
    world.tick(1)
    assert [r.code for r in world.situation.refusals] == ["unknown_report"] * 4
    assert world.situation.totals.meters_off == 24


def test_times_are_taken_within_a_window_before_the_receipt() -> None:
    situation = Situation(RADIAL, RADIAL_TREE)
    numbers = RADIAL.premises.meter[:3]
    fact = facts.MeterEventsReceived(
        receipt="1", partner="p", meters=numbers, kinds="GGG", at_ms=[0, START_MS - 5, 2**53]
    )
    situation.apply([Entry(1, START_MS, "d", 1, 0, 0, fact)])
    assert situation.meters.since_ms[:3].tolist() == [START_MS - WINDOW_MS, START_MS - 5, START_MS]


def test_columns_of_unequal_length_are_passed_over() -> None:
    situation = Situation(RADIAL, RADIAL_TREE)
    fact = facts.MeterEventsReceived(receipt="1", partner="p", meters=["M-1000"], kinds="GG", at_ms=[1])
    situation.apply([Entry(1, START_MS, "d", 1, 0, 0, fact)])
    assert situation.meters.heard == 0


def test_the_order_of_a_premises_meters_in_memory_is_not_in_the_snapshot() -> None:
    worlds = []
    for seed in (1, 2):
        world = World()
        order = list(range(20))
        Random(seed).shuffle(order)
        entries: list[AnyFact] = [
            facts.MetersChanged(off=order, off_ms=[5] * 20),
            facts.MetersChanged(on=[3], on_ms=[9]),
        ]
        events = facts.MeterEventsReceived(
            receipt="1", partner="p", meters=world.city.premises.meter[:1], kinds="G", at_ms=[5]
        )
        for position, fact in enumerate([events, *entries], 1):
            world.situation.apply([Entry(position, START_MS, "", 0, 1, position, fact)])
        worlds.append(world.situation.digest())
    assert worlds[0] == worlds[1]
