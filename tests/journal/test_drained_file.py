from __future__ import annotations

from pathlib import Path

import pytest

from stormops.journal import drained_file
from stormops.journal.drained_file import NAME, DrainedFile, DrainedReader


def test_what_is_left_is_read_and_not_written_more_often_than_it_must(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, file = DrainedReader(tmp_path), DrainedFile(tmp_path)
    assert reader() == {}
    file.leave({"a": 1, "a.safety": 2})
    assert reader() == {"a": 1, "a.safety": 2}
    file.leave({"a": 5})
    assert reader() == {"a": 1, "a.safety": 2}, "a moment ago is soon enough"
    monkeypatch.setattr(drained_file, "LEAVE_EVERY_S", 0.0)
    file = DrainedFile(tmp_path)
    file.leave({"a": 5})
    assert reader() == {"a": 5}
    file.leave({"a": 5})
    made = (tmp_path / NAME).stat()
    file.leave({"a": 5})
    assert (tmp_path / NAME).stat().st_ino == made.st_ino, "nothing new, nothing written"


def test_what_was_left_before_may_be_of_another_journal(tmp_path: Path) -> None:
    DrainedFile(tmp_path).leave({"a": 9})
    reader = DrainedReader(tmp_path)
    assert reader() == {}
    DrainedFile(tmp_path).leave({"a": 3})
    assert reader() == {"a": 3}


@pytest.mark.parametrize("spoilt", [b"", b'{"a": 1', b'{"a": "x"}', b"\xff"])
def test_nothing_is_safe_by_a_file_that_cannot_be_read(tmp_path: Path, spoilt: bytes) -> None:
    reader = DrainedReader(tmp_path)
    DrainedFile(tmp_path).leave({"a": 1})
    assert reader() == {"a": 1}
    (tmp_path / NAME).write_bytes(spoilt)
    assert reader() == {}
