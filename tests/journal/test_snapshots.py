from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from stormops.journal.port import JournalUnavailable, Snapshots
from stormops.journal.snapshots import KEEP, FileSnapshots, MemorySnapshots


@pytest.fixture(params=["files", "memory"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Snapshots:
    makers: dict[str, Callable[[], Snapshots]] = {
        "files": lambda: FileSnapshots(tmp_path / "snapshots"),
        "memory": MemorySnapshots,
    }
    return makers[request.param]()


def test_there_is_none_before_the_first(snapshots: Snapshots) -> None:
    assert snapshots.newest("1") is None


def test_the_newest_is_given_back_whole(snapshots: Snapshots) -> None:
    body = os.urandom(300_000)
    snapshots.save(10, "1", b"ten")
    snapshots.save(200, "1", body)
    assert snapshots.newest("1") == (200, body)
    assert snapshots.newest("1", at_most=200) == (200, body)
    assert snapshots.newest("1", at_most=199) == (10, b"ten")
    assert snapshots.newest("1", at_most=9) is None


def test_another_schemas_snapshots_are_as_good_as_none(snapshots: Snapshots) -> None:
    snapshots.save(10, "situation/1 …", b"old")
    assert snapshots.newest("situation/2 …") is None
    snapshots.save(5, "situation/2 …", b"new")
    assert snapshots.newest("situation/2 …") == (5, b"new")
    assert snapshots.newest("situation/1 …") == (10, b"old")


def test_the_newest_few_are_kept(snapshots: Snapshots) -> None:
    for position in (1, 5, 3, 9, 7):
        snapshots.save(position, "1", b"%d" % position)
    assert snapshots.newest("1") == (9, b"9")
    assert snapshots.newest("1", at_most=5) == (5, b"5")
    assert snapshots.newest("1", at_most=4) is None


def test_saving_again_at_a_position_replaces(snapshots: Snapshots) -> None:
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


def test_old_files_are_removed(tmp_path: Path) -> None:
    snapshots = FileSnapshots(tmp_path)
    for position in range(10):
        snapshots.save(position, "1", b"")
    assert len(list(tmp_path.iterdir())) == KEEP
