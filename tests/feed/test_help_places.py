"""Places of help: read again when the file changes, kept when it is damaged, in the reader's language."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stormops.feed.help_places import HelpPlaces, beside
from stormops.telemetry import Log

ONE = '[[place]]\nkind = "shelter"\nname = "Gym"\naddress = "1 A St"\nnote = { en = "Pets", es = "Mascotas" }\n'
SHUT = '[[place]]\nkind = "cooling"\nname = "Arcade"\naddress = "2 A St"\nopen = false\n'


def write(path: Path, text: str, at: int) -> None:
    path.write_text(text)
    os.utime(path, (at, at))


def test_the_file_is_read_again_when_it_changes_and_open_places_come_first(tmp_path: Path) -> None:
    path = tmp_path / "places.toml"
    places = HelpPlaces(path, Log("feed"))
    assert places.read() == []
    write(path, SHUT + ONE, 1)
    assert [place.name for place in places.read()] == ["Gym", "Arcade"]
    write(path, ONE, 2)
    assert [place.name for place in places.read()] == ["Gym"]
    path.unlink()
    assert places.read() == []


def test_a_damaged_file_changes_nothing_and_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "places.toml"
    places = HelpPlaces(path, Log("feed"))
    write(path, ONE, 1)
    places.read()
    write(path, '[[place]]\nkind = "bar"\n', 2)
    assert [place.name for place in places.read()] == ["Gym"]
    places.read()
    assert capsys.readouterr().err.count("places_unreadable") == 1


def test_a_note_is_in_the_readers_language_else_in_english(tmp_path: Path) -> None:
    path = tmp_path / "places.toml"
    write(path, ONE, 1)
    place = HelpPlaces(path, Log("feed")).read()[0]
    assert [place.said(code) for code in ("en", "es", "ht")] == ["Pets", "Mascotas", "Pets"]


@pytest.mark.parametrize("city_file", sorted(Path("deploy/cities").glob("*.toml")), ids=lambda p: p.stem)
def test_every_city_of_ours_has_places_that_can_be_read_or_none(
    city_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read = HelpPlaces(beside(city_file), Log("feed")).read()
    assert bool(read) == beside(city_file).is_file()
    assert capsys.readouterr().err == ""
