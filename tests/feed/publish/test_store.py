from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest

from stormops.feed.publish import store as store_module
from stormops.feed.publish.store import DRAFT, KEEP_SECONDS, Store
from tests.feed.publish.trees import Ticking

BODY = b'{"a":' + b"1" * 400 + b"}"


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_file_is_named_by_its_content_and_compressed_beside(tmp_path: Path) -> None:
    store = Store(tmp_path, Ticking())
    name = store.keep(BODY, "json")
    assert names(tmp_path) == {name, f"{name}.gz", f"{name}.br"}
    assert (tmp_path / name).read_bytes() == BODY
    assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == BODY
    assert brotli.decompress((tmp_path / f"{name}.br").read_bytes()) == BODY
    assert store.keep(BODY, "json") == name
    assert store.written == 1
    assert store.keep(BODY + b" ", "json") != name


def test_small_files_have_nothing_beside(tmp_path: Path) -> None:
    store = Store(tmp_path, Ticking())
    store.put("a.txt", b"long enough to be compressed" * 20)
    assert len(names(tmp_path)) == 3
    store.put("a.txt", b"short")
    assert names(tmp_path) == {"a.txt"}


def test_a_named_file_is_written_when_it_changed(tmp_path: Path) -> None:
    store = Store(tmp_path, Ticking())
    assert store.put("en/index.html", BODY)
    before = (tmp_path / "en/index.html").stat().st_ino
    assert not store.put("en/index.html", BODY)
    assert (tmp_path / "en/index.html").stat().st_ino == before
    assert store.put("en/index.html", b"other")
    assert (tmp_path / "en/index.html").read_bytes() == b"other"
    store.drop("en/index.html")
    assert names(tmp_path) == set()


def test_another_process_writes_nothing_that_is_there_and_sound(tmp_path: Path) -> None:
    first = Store(tmp_path, Ticking())
    name = first.keep(BODY, "json")
    first.put("a.json", BODY)
    second = Store(tmp_path, Ticking())
    assert second.keep(BODY, "json") == name
    assert not second.put("a.json", BODY) or second.written == 0
    assert second.written == 0


@pytest.mark.parametrize("ending", ["", ".gz", ".br"])
def test_what_a_power_cut_left_empty_is_written_again(tmp_path: Path, ending: str) -> None:
    name = Store(tmp_path, Ticking()).keep(BODY, "json")
    (tmp_path / f"{name}{ending}").write_bytes(b"")
    (tmp_path / "f" / f"{DRAFT}7").write_bytes(b"half")
    Store(tmp_path, Ticking()).keep(BODY, "json")
    assert (tmp_path / name).read_bytes() == BODY
    assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == BODY
    assert brotli.decompress((tmp_path / f"{name}.br").read_bytes()) == BODY
    assert names(tmp_path) == {name, f"{name}.gz", f"{name}.br"}


def test_what_no_tree_uses_goes_after_the_stated_time(tmp_path: Path) -> None:
    clock = Ticking()
    store = Store(tmp_path, clock)
    old = store.keep(BODY, "json")
    store.sweep()
    clock.now += KEEP_SECONDS / 2
    new = store.keep(b"new", "json")
    assert store.sweep() == 0
    clock.now += KEEP_SECONDS / 2 + 1
    store.use(new)
    assert store.sweep() == 1
    assert names(tmp_path) == {new}
    assert store.size == 3
    assert store.keep(BODY, "json") == old  # written anew
    assert (tmp_path / old).exists()


def test_beyond_the_bound_old_files_go_before_their_time_and_the_tree_in_force_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Ticking()
    store = Store(tmp_path, clock)
    first = [store.keep(b"%d" % at * 100, "json") for at in range(5)]
    store.sweep()
    clock.now += 1
    monkeypatch.setattr(store_module, "TREE_BYTES_MAX", 250)
    now = [store.keep(b"%d" % at * 100, "json") for at in range(5, 9)]
    store.sweep()
    assert names(tmp_path) == set(now)
    assert not set(first) & set(now)


def test_a_reader_finds_a_whole_file_at_any_time(tmp_path: Path) -> None:
    """Replaced by renaming: who has the old one open reads it to its end."""
    store = Store(tmp_path, Ticking())
    store.put("a.json", BODY)
    with (tmp_path / "a.json").open("rb") as opened:
        store.put("a.json", b"x" * 1000)
        assert opened.read() == BODY
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o644
