"""A file that staff edit: read again when it changes, kept when it is damaged, gone when it is removed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from stormops.feed.edited import EditedFile
from stormops.telemetry import Log


class Words(msgspec.Struct, forbid_unknown_fields=True):
    word: list[str] = []


def edited(path: Path) -> EditedFile[Words, str]:
    return EditedFile(path, Log("feed"), "places_unreadable", Words, lambda words: sorted(words.word))


def write(path: Path, text: str, at: int) -> None:
    path.write_text(text)
    os.utime(path, (at, at))


def test_what_is_edited_is_read_again_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    file = edited(path)
    assert file.read() == []
    write(path, 'word = ["b", "a"]', 1)
    first = file.read()
    assert list(first) == ["a", "b"]
    assert file.read() is first
    write(path, 'word = ["c"]', 2)
    assert file.read() == ["c"]
    path.unlink()
    assert file.read() == []


def test_damage_changes_nothing_is_said_once_and_is_over_when_it_is_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "words.toml"
    file = edited(path)
    write(path, 'word = ["a"]', 1)
    file.read()
    write(path, 'words = ["b"]', 2)
    assert [file.read() for _ in range(2)] == [["a"], ["a"]]
    assert capsys.readouterr().err.count("places_unreadable") == 1
    write(path, 'word = ["b"]', 3)
    assert file.read() == ["b"]
