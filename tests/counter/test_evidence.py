from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from stormops.counter.evidence import FILE_BYTES_MAX, Files, NoEvidence


def test_a_file_is_kept_once_by_what_is_in_it(tmp_path: Path) -> None:
    files = Files(tmp_path / "evidence")
    name = files.keep(b"a lease")
    assert name == hashlib.sha256(b"a lease").hexdigest() == files.keep(b"a lease")
    assert files.get(name) == b"a lease"
    assert len([path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("body", [b"", b"x" * (FILE_BYTES_MAX + 1)])
def test_nothing_and_too_much_are_no_evidence(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(NoEvidence):
        Files(tmp_path).keep(body)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_a_name_that_is_no_hash_or_nobodys_finds_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    assert Files(tmp_path / "evidence").get(name) is None
