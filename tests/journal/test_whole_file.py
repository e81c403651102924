from __future__ import annotations

from pathlib import Path

import pytest

from stormops.journal.whole_file import LeftFile, leave


def test_what_is_left_is_read_once_for_each_time_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "left.json"
    left = LeftFile(path)
    with pytest.raises(FileNotFoundError):
        left.changed()
    for body in (b"one", b"two", b"two"):
        leave(path, body)
        assert left.changed() == body
        assert left.changed() is None
    assert [found.name for found in tmp_path.iterdir()] == ["left.json"]


def test_a_folder_that_is_away_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        leave(tmp_path / "away" / "left.json", b"")
