from __future__ import annotations

import os
import resource
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.journal import snapshots as snapshots_module
from stormops.journal.port import JournalUnavailable, Keyframes
from stormops.journal.snapshots import KEEP, PAST_MAX, FileSnapshots, MemorySnapshots


@pytest.fixture(params=["files", "memory"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Keyframes:
    makers: dict[str, Callable[[], Keyframes]] = {
        "files": lambda: FileSnapshots(tmp_path / "snapshots"),
        "memory": MemorySnapshots,
    }
    return makers[request.param]()


def test_there_is_none_before_the_first(snapshots: Keyframes) -> None:
    assert snapshots.newest("1") is None


def test_the_newest_is_given_back_whole(snapshots: Keyframes) -> None:
    body = os.urandom(300_000)
    snapshots.save(10, "1", b"ten")
    snapshots.save(200, "1", body)
    assert snapshots.newest("1") == (200, body)
    assert snapshots.newest("1", at_most=200) == (200, body)
    assert snapshots.newest("1", at_most=199) == (10, b"ten")
    assert snapshots.newest("1", at_most=9) is None


def test_another_schemas_snapshots_are_as_good_as_none(snapshots: Keyframes) -> None:
    snapshots.save(10, "situation/1 …", b"old")
    assert snapshots.newest("situation/2 …") is None
    snapshots.save(5, "situation/2 …", b"new")
    assert snapshots.newest("situation/2 …") == (5, b"new")
    assert snapshots.newest("situation/1 …") == (10, b"old")


def test_the_newest_few_are_kept(snapshots: Keyframes) -> None:
    for position in (1, 5, 3, 9, 7):
        snapshots.save(position, "1", b"%d" % position)
    assert snapshots.newest("1") == (9, b"9")
    assert snapshots.newest("1", at_most=5) == (5, b"5")
    assert snapshots.newest("1", at_most=4) == (1, b"1"), "3 has gone; 1 is the first of its stretch"


def test_saving_again_at_a_position_replaces(snapshots: Keyframes) -> None:
    snapshots.save(1, "1", b"a")
    snapshots.save(1, "1", b"b")
    assert snapshots.newest("1") == (1, b"b")


@pytest.mark.parametrize(
    "harm", [lambda d: d[:-1], lambda d: d[:20], lambda _: b"", lambda d: d[:-1] + b"!", bytes.upper]
)
def test_a_damaged_one_is_passed_over_and_reported(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    told: list[str] = []
    snapshots = FileSnapshots(tmp_path, lambda name, _: told.append(name))
    snapshots.save(1, "1", b"whole")
    snapshots.save(2, "1", b"to be damaged")
    newest = max(tmp_path.glob("*.snapshot"))
    newest.write_bytes(harm(newest.read_bytes()))
    assert snapshots.newest("1") == (1, b"whole")
    assert told == [newest.name]


def test_a_snapshot_under_another_name_is_not_believed(tmp_path: Path) -> None:
    snapshots = FileSnapshots(tmp_path)
    snapshots.save(1, "1", b"one")
    path = next(tmp_path.glob("*.snapshot"))
    path.rename(path.with_name(path.name.replace("0001.", "0002.")))
    assert snapshots.newest("1") is None


def test_a_write_that_fails_leaves_the_earlier_ones_and_no_litter(tmp_path: Path) -> None:
    snapshots = FileSnapshots(tmp_path)
    snapshots.save(1, "1", b"one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # the kernel refuses to write on, as a full disk does
    try:
        with pytest.raises(JournalUnavailable):
            snapshots.save(2, "1", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert snapshots.newest("1") == (1, b"one")
    assert len(list(tmp_path.iterdir())) == 1
    snapshots.save(2, "1", bytes(100_000))
    assert snapshots.newest("1") == (2, bytes(100_000))


def test_any_past_position_is_near_a_snapshot(snapshots: Keyframes) -> None:
    for position in range(20_000, 4_000_001, 20_000):
        snapshots.save(position, "1", b"")
    kept = snapshots.positions("1")
    assert kept == sorted(kept)
    assert kept[-KEEP:] == [3_960_000, 3_980_000, 4_000_000]
    assert len(kept) <= KEEP + PAST_MAX
    # 4,000,000 entries need stretches of 200,000: nowhere is it farther than one and what is left of it.
    assert all(b - a <= 2 * 200_000 for a, b in pairwise([0, *kept]))
    assert snapshots.newest("1", at_most=1_999_999) == (max(p for p in kept if p <= 1_999_999), b"")
    assert snapshots.positions("2") == []


@given(st.sets(st.integers(0, 10**7), max_size=300))
def test_what_is_kept_is_the_same_when_the_rest_went_before(positions: set[int]) -> None:
    once = snapshots_module.kept(sorted(positions))
    left: set[int] = set()
    for position in sorted(positions):
        left = snapshots_module.kept([*left, position])
    assert left == once
    assert set(sorted(positions)[-KEEP:]) <= left


def test_of_another_release_the_newest_few_stay(tmp_path: Path) -> None:
    snapshots = FileSnapshots(tmp_path)
    for position in range(0, 1_000_000, 50_000):
        snapshots.save(position, "old", b"")
    assert len(snapshots.positions("old")) > KEEP
    snapshots.save(1_000_000, "new", b"")
    assert snapshots.positions("old") == [850_000, 900_000, 950_000]
    assert snapshots.positions("new") == [1_000_000]


def test_old_files_are_removed(tmp_path: Path) -> None:
    snapshots = FileSnapshots(tmp_path)
    for position in range(10):
        snapshots.save(position, "1", b"")
    assert len(list(tmp_path.iterdir())) == KEEP + 1, "the first of its stretch, and the newest"
