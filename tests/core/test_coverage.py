"""Invariant 5: every customer in at most one open interruption, the deepest; against plain counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stormops.core.coverage import Coverage
from stormops.core.incident import Incident, make_key
from stormops.core.network import trace
from stormops.core.report import Utility
from tests.core.radial import radial_city

CITY = radial_city(feeders=2, laterals=3, transformers=3, houses=3)
TREE = trace(CITY.network, CITY.premises)
PREMISES = len(CITY.premises)


def E(number: int) -> int:  # noqa: N802
    return make_key(Utility.ELECTRIC, number)


def W(number: int) -> int:  # noqa: N802
    return make_key(Utility.WATER, number)


class Plain:
    """The same by searching every premise's path."""

    def __init__(self) -> None:
        self.devices: dict[int, list[int]] = {}
        self.claims: dict[int, list[int]] = {}
        self.back: dict[int, tuple[int, ...]] = {}

    def owner(self, premise: int) -> int:
        if self.claims.get(premise):
            return self.claims[premise][0]
        path = TREE.path(premise)
        for device in path:
            for key in self.devices.get(device, []):
                if not set(self.back.get(key, ())) & set(path):
                    return key
        return -1


Move = tuple[str, int, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["claim", "claim", "release", "back", "premise", "premise", "unpremise", "end"]),
        st.integers(1, 6),
        st.integers(0, max(len(TREE), PREMISES) - 1),
    ),
    max_size=40,
)


class Both:
    """The real one and the plain one, moved together."""

    def __init__(self) -> None:
        self.real, self.plain = Coverage(TREE, PREMISES), Plain()
        self.incidents = {E(n): Incident(key=E(n), since_ms=0, opened_ms=0) for n in range(1, 7)}

    def move(self, move: Move) -> None:
        what, number, where = move
        incident = self.incidents[E(number)]
        device, premise = where % len(TREE), where % PREMISES
        before = [self.real.owner(0, p) for p in range(PREMISES)]
        reach = getattr(self, what)(incident, premise if "premise" in what else device)
        after = [self.real.owner(0, p) for p in range(PREMISES)]
        changed = {p for p in range(PREMISES) if before[p] != after[p]}
        assert changed <= set(np.concatenate([*reach, np.empty(0, np.int32)]).tolist())

    def claim(self, incident: Incident, device: int) -> list[np.ndarray]:
        mine = {d for held in incident.devices for d in (held, *self.above(held))}
        if device in mine or set(self.above(device)) & set(incident.devices):
            return []
        incident.devices = (*incident.devices, device)
        self.plain.devices.setdefault(device, []).append(incident.key)
        self.plain.back[incident.key] = incident.back
        return [self.real.claim_device(incident.key, device, incident.back)]

    def release(self, incident: Incident, device: int) -> list[np.ndarray]:
        if device not in incident.devices:
            return []
        incident.devices = tuple(d for d in incident.devices if d != device)
        self.plain.devices[device].remove(incident.key)
        return [self.real.release_device(incident.key, device)]

    def back(self, incident: Incident, device: int) -> list[np.ndarray]:
        incident.back = (*incident.back, device)
        self.plain.back[incident.key] = incident.back
        return [self.real.restore_below(incident, device)]

    def premise(self, incident: Incident, premise: int) -> list[np.ndarray]:
        if premise in incident.premises:
            return []
        incident.premises.add(premise)
        self.plain.claims.setdefault(premise, []).append(incident.key)
        return [self.real.claim_premises(incident.key, [premise])]

    def unpremise(self, incident: Incident, premise: int) -> list[np.ndarray]:
        if premise not in incident.premises:
            return []
        incident.premises.discard(premise)
        self.plain.claims[premise].remove(incident.key)
        return [self.real.release_premises(incident.key, [premise])]

    def end(self, incident: Incident, _: int) -> list[np.ndarray]:
        reach = [r for device in incident.devices for r in self.release(incident, device)]
        reach += [r for premise in sorted(incident.premises) for r in self.unpremise(incident, premise)]
        incident.back = ()
        self.plain.back.pop(incident.key, None)
        self.real.forget(incident.key)
        return reach

    @staticmethod
    def above(device: int) -> list[int]:
        found = []
        while (device := int(TREE.parent[device])) >= 0:
            found.append(device)
        return found

    def check(self) -> None:
        owners = [self.plain.owner(p) for p in range(PREMISES)]
        assert [self.real.owner(0, p) for p in range(PREMISES)] == owners
        assert self.real.customers_out == sum(key >= 0 for key in owners)
        assert self.real.bits.tolist() == [int(key >= 0) for key in owners]
        for key, incident in self.incidents.items():
            mine = [p for p in range(PREMISES) if owners[p] == key]
            assert self.real.counts.get(key, 0) == len(mine)
            assert self.real.owned(incident).tolist() == mine


@settings(max_examples=150, deadline=None)
@given(MOVES)
@example([("claim", 1, 48), ("claim", 2, 31), ("back", 1, 1)])  # back above both: the outer one is next
def test_every_premise_has_its_deepest_claim(moves: list[Move]) -> None:
    both = Both()
    for move in moves:
        both.move(move)
    both.check()
    again = Coverage(TREE, PREMISES)
    again.load(both.real.state(), TREE)
    assert again.state() == both.real.state()
    both.real = again
    for move in reversed(moves):
        both.move(move)
    both.check()


def test_a_nested_outage_that_ends_leaves_its_customers_in_the_outer_one() -> None:
    coverage = Coverage(TREE, PREMISES)
    transformer, fuse, _ = TREE.path(0)
    coverage.claim_device(E(1), fuse, ())
    coverage.claim_device(E(2), transformer, ())
    assert coverage.owner(0, 0) == E(2)
    assert (coverage.counts[E(1)], coverage.counts[E(2)]) == (6, 3)
    coverage.release_device(E(2), transformer)
    assert coverage.owner(0, 0) == E(1)
    assert coverage.customers_out == 9


def test_a_customer_without_two_services_is_one_customer() -> None:
    coverage = Coverage(TREE, PREMISES)
    coverage.claim_premises(E(1), [4])
    coverage.claim_premises(W(1), [4, 5])
    assert coverage.customers_out == 2
    coverage.release_premises(E(1), [4])
    assert coverage.customers_out == 2
    coverage.release_premises(W(1), [4, 5])
    assert coverage.customers_out == 0


def test_reports_are_answered_up_to_a_time_and_by_one_incident() -> None:
    coverage = Coverage(TREE, PREMISES)
    assert coverage.answered(0, 7) == (0, -1)
    coverage.answer(E(3), np.array([7, 8], np.int32), 5_000)
    assert coverage.answered(0, 7) == (5_000, E(3))
    assert coverage.answered(1, 7) == (0, -1)
    coverage.answer(E(4), np.array([7], np.int32), 4_000)
    assert coverage.answered(0, 7) == (5_000, E(3))


def test_columns_are_made_when_a_utility_needs_them() -> None:
    coverage = Coverage(TREE, PREMISES)
    assert coverage.owners(1) is None
    coverage.claim_premises(W(1), [1])
    owners = coverage.owners(1)
    assert owners is not None
    assert np.flatnonzero(owners >= 0).tolist() == [1]
    assert coverage.owners(0) is None


@pytest.mark.parametrize("device", [0, 1, 2])
def test_holders_of_a_device_come_in_order_of_their_claims(device: int) -> None:
    coverage = Coverage(TREE, PREMISES)
    coverage.claim_device(E(5), device, ())
    coverage.claim_device(E(2), device, ())
    assert coverage.holders(device) == [E(5), E(2)]
    coverage.release_device(E(5), device)
    assert coverage.holders(device) == [E(2)]
