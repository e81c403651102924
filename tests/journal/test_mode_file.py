"""The mode left for others is whole at every moment."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest

from stormops.core.levels import Mode
from stormops.journal.mode_file import NAME, ModeFile, ModeLeft, ModeReader


def test_what_is_left_is_read(tmp_path: Path) -> None:
    ModeFile(tmp_path).leave(Mode.SURGE, 1_700_000_000_000)
    left = msgspec.json.decode((tmp_path / NAME).read_bytes(), type=ModeLeft)
    assert left == ModeLeft(Mode.SURGE, 1_700_000_000_000)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_reader_follows_and_keeps_the_last_mode_known(tmp_path: Path) -> None:
    reader, file = ModeReader(tmp_path), ModeFile(tmp_path)
    assert reader() is Mode.NORMAL
    for mode in (Mode.WATCH, Mode.STORM, Mode.SURGE, Mode.NORMAL, Mode.ISLAND):
        file.leave(mode, 1)
        assert reader() is mode
    for spoilt in ('{"mode": "no such thing", "since_ms": 5}', '{"mo'):
        (tmp_path / NAME).write_text(spoilt)
        assert reader() is Mode.ISLAND
    (tmp_path / NAME).unlink()
    assert reader() is Mode.ISLAND
    file.leave(Mode.NORMAL, 2)
    assert reader() is Mode.NORMAL


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file = ModeFile(tmp_path)
    file.leave(Mode.NORMAL, 0)
    done = threading.Event()

    def turn() -> None:
        for number in range(400):
            file.leave(list(Mode)[number % 5], number)
        done.set()

    writer = threading.Thread(target=turn)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(msgspec.json.decode((tmp_path / NAME).read_bytes(), type=ModeLeft).mode)
    writer.join()
    assert seen <= set(Mode)
    assert seen


def test_a_folder_that_is_away_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ModeFile(tmp_path / "away").leave(Mode.STORM, 1)
