from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.generate import generate_city
from stormops.core.network import City
from stormops.gis.directory import FILE, FOUND_MAX, Directory, build_directory, ensure_directory, keypad
from stormops.gis.pack import write_pack


@pytest.fixture(scope="module")
def city() -> City:
    city = generate_city(400, seed=4)
    premises = city.premises
    premises.streets = ["N Main St", "72ND ST", "Blue Ave", "O'Brien Blvd", *premises.streets[4:]]
    premises.street[:4] = [0, 1, 2, 3]
    premises.house_number[:4] = ["24 A", "007", "1103", "1/2"]
    premises.phone[5] = premises.phone[4]
    premises.street[6:8] = 2
    premises.house_number[6:8] = ["555", "555"]
    premises.unit[6:8] = ["Apt 1", "Apt 2"]
    return city


@pytest.fixture(scope="module")
def place(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(city, tmp_path_factory.mktemp("packs"))


@pytest.fixture
def directory(place: Path) -> Directory:
    return Directory(ensure_directory(place))


def _rows(city: City, found: list) -> list[int]:  # type: ignore[type-arg]
    return [city.premises.id.index(one.id) for one in found]


def test_every_phone_and_account_finds_its_premises_and_no_other(city: City, directory: Directory) -> None:
    premises = city.premises
    for row in range(0, 400, 7):
        if premises.phone[row]:
            expected = [r for r, phone in enumerate(premises.phone) if phone == premises.phone[row]]
            assert _rows(city, directory.by_phone("+1" + premises.phone[row].replace("-", ""))) == expected
        if premises.account[row]:
            expected = [r for r, account in enumerate(premises.account) if account == premises.account[row]]
            assert _rows(city, directory.by_account(f" {premises.account[row]} ")) == expected
    assert _rows(city, directory.by_phone(premises.phone[4])) == [4, 5]
    assert directory.by_phone("") == directory.by_phone("12") == directory.by_account("none") == []


def test_a_place_says_what_the_city_says(city: City, directory: Directory) -> None:
    (found,) = directory.by_id(city.premises.id[2])
    assert (found.number, found.street, found.keypad) == ("1103", "Blue Ave", "1103")
    assert found.locality == city.premises.localities[city.premises.locality[2]]
    assert found.services == city.premises.services[2]


@pytest.mark.parametrize(
    ("number", "street", "row"),
    [
        ("24", "624", 0),  # MAI: without the direction
        ("24", "66246", 0),  # NMAIN: with it
        ("024", "6246", 0),
        ("7", "726", 1),
        ("1103", "258", 2),
        ("1", "627", 3),  # OBR, whatever the apostrophe
    ],
)
def test_the_keypad_finds_the_house(city: City, directory: Directory, number: str, street: str, row: int) -> None:
    assert row in _rows(city, directory.by_keypad(number, street))


def test_the_keypad_finds_exactly_what_a_look_at_every_premise_finds(city: City, directory: Directory) -> None:
    premises = city.premises
    for row in range(0, 400, 11):
        number = directory.by_id(premises.id[row])[0].keypad
        prefix = keypad(premises.streets[premises.street[row]])[:3]
        expected = [
            r
            for r in range(400)
            if directory.by_id(premises.id[r])[0].keypad == number
            and keypad(premises.streets[premises.street[r]]).startswith(prefix)
        ]
        assert set(expected) <= set(_rows(city, directory.by_keypad(number, prefix)))
        assert row in expected


def test_units_of_one_house_are_all_found(directory: Directory) -> None:
    assert [one.unit for one in directory.by_keypad("555", "2583") if one.street == "Blue Ave"] == ["Apt 1", "Apt 2"]


def test_the_units_of_a_house_are_its_premises(city: City, directory: Directory) -> None:
    there = [r for r in (6, 7) if city.premises.locality[r] == city.premises.locality[6]]
    assert set(there) <= set(_rows(city, directory.by_house(city.premises.id[6])))
    assert directory.by_house("none") == []


def test_text_finds_a_house_by_the_beginning_of_its_street(city: City, directory: Directory) -> None:
    assert _rows(city, directory.by_text("1103 blue av")) == [2]
    assert _rows(city, directory.by_text("24a Main")) == [0]
    assert directory.by_text("Blue Ave") == directory.by_text("1103") == directory.by_text("") == []


@settings(max_examples=40)
@given(st.text(), st.text())
def test_no_text_breaks_a_look_up(place: Path, one: str, other: str) -> None:
    directory = Directory(place / FILE)
    for found in (directory.by_phone(one), directory.by_account(one), directory.by_id(one), directory.by_text(one)):
        assert len(found) <= FOUND_MAX
    assert directory.by_keypad(one, "") == []
    assert directory.by_keypad("24' OR 1=1 --", other) == []
    directory.close()


def test_a_pack_has_its_directory_and_one_that_lacks_it_gets_it(city: City, place: Path) -> None:
    path = place / FILE
    assert path.exists()
    path.unlink()
    assert ensure_directory(place) == path
    before = path.stat().st_mtime_ns
    assert ensure_directory(place).stat().st_mtime_ns == before
    path.write_bytes(b"not a database")
    assert ensure_directory(place) == path
    assert Directory(path).by_id(city.premises.id[0])


def test_a_missing_directory_is_an_error_not_an_empty_city(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Directory(tmp_path / FILE).by_id("P1")


def test_a_city_without_streets_or_phones_has_a_directory(tmp_path: Path) -> None:
    city = generate_city(200, seed=1)
    premises = city.premises
    premises.phone = [""] * len(premises)
    premises.localities = []
    premises.locality = np.full(len(premises), -1, np.int32)
    directory = Directory(build_directory(tmp_path, premises))
    assert directory.by_id(premises.id[0])[0].locality == ""


def test_reading_it_loads_no_numbers() -> None:
    code = "import stormops.gis.directory, sys; assert 'numpy' not in sys.modules, 'numpy'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_where_nothing_can_be_written_nothing_is_left(city: City, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open"):
        build_directory(tmp_path / "nowhere", city.premises)
    assert list(tmp_path.iterdir()) == []
