from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stormops.journal.secret import SECRET_BYTES, shared_secret


def test_it_is_made_once_for_all_who_ask_at_the_same_moment(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = set(pool.map(lambda _: shared_secret(tmp_path / "data"), range(64)))
    assert len(given) == 1
    assert len(given.pop()) == SECRET_BYTES
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["senders.key"]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    shared_secret(tmp_path)
    assert (tmp_path / "senders.key").stat().st_mode & 0o777 == 0o600


def test_two_names_are_two_secrets(tmp_path: Path) -> None:
    assert shared_secret(tmp_path, "a.key") != shared_secret(tmp_path, "b.key")


def test_a_damaged_secret_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "senders.key").write_bytes(b"short")
    with pytest.raises(OSError, match="damaged"):
        shared_secret(tmp_path)
