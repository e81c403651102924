"""What a dispatcher argues with."""

from __future__ import annotations

import numpy as np

from stormops.core.arguing import Argument, argue
from stormops.core.hearing import Rates
from stormops.core.inference import Inference
from stormops.core.network import EdgeKind, trace
from tests.core.radial import radial_city

MINUTE = 60_000
NOON = 490_000 * 3_600_000
CITY = radial_city(feeders=3, laterals=8, transformers=4, houses=6)
TREE = trace(CITY.network, CITY.premises)
FUSE, TRANSFORMER = TREE.path(24)[1], TREE.path(24)[0]


def heard(premises: list[int], device: int, *, metered: bool = False) -> Argument:
    opens = np.where(TREE.kind == EdgeKind.TRANSFORMER, 3e-3, 1e-2)
    inference = Inference(TREE, opens, Rates(gasp=0.3))
    if metered:
        inference.deafen(np.zeros(len(CITY.premises), np.int32), np.zeros((1, 2), np.int64))
    inference.customers.tell("report_ms", np.array(premises), NOON)
    inference.update(NOON + 60 * MINUTE, np.empty(0, np.intp))
    return argue(inference, [device])[0]


def test_sure_of_all_but_for_wrong_links_or_of_some() -> None:
    sure = heard([24, 25, 31, 32, 37, 38, 44, 45], FUSE)
    assert (sure.low, sure.high) == (23, 24)
    unsure = heard([24, 26, 28], FUSE)
    assert unsure.low <= 6 < unsure.high


def test_the_device_below_is_the_alternative_and_its_neighbours_silence_speaks_for_it() -> None:
    said = heard([24, 26, 28], FUSE)
    device, chance = said.alternatives[0]
    assert device == TRANSFORMER
    assert 1_000 < chance < 9_000
    silent = {device: (count, share) for device, count, share in said.against}
    assert TRANSFORMER not in silent
    assert {count for count, _ in silent.values()} == {6}
    assert sum(share for _, share in silent.values()) <= 10_000


def test_the_best_question_parts_the_alternatives() -> None:
    said = heard([24, 26, 28], FUSE, metered=True)
    kinds = [kind for kind, _, _ in said.next]
    assert set(kinds) == {"call", "ping", "look"}
    gains = [gain for _, _, gain in said.next]
    assert gains == sorted(gains, reverse=True)
    for kind, row, gain in said.next:
        assert 0 < gain <= 1_000
        assert (row in {FUSE, TRANSFORMER}) if kind == "look" else (24 <= row < 48 and row not in {24, 26, 28})


def test_nothing_to_ask_where_all_is_sure() -> None:
    said = heard(list(range(24, 48)), FUSE)
    assert max((gain for _, _, gain in said.next), default=0) < 300
