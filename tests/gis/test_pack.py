import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geo.generate import generate_city
from stormops.core.network import City
from stormops.gis.pack import PackError, read_head, read_pack, write_pack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def city() -> City:
    return generate_city(300, seed=4)


def _same(one: object, two: object) -> bool:
    if dataclasses.is_dataclass(one):
        return all(_same(getattr(one, f.name), getattr(two, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, np.ndarray):
        return isinstance(two, np.ndarray) and one.dtype == two.dtype and np.array_equal(one, two, equal_nan=True)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(_same(a, b) for a, b in zip(one, two, strict=True))
    return bool(one == two)


def test_what_is_written_is_read_back(city: City, tmp_path: Path) -> None:
    place = write_pack(city, tmp_path, {"islands": 0})
    assert place.parent == tmp_path / "palmetto"
    back = read_pack(place)
    assert _same(city, back)
    head = read_head(place)
    assert head["counts"]["premises"] == 300
    assert head["report"] == {"islands": 0}
    assert head["hash"].startswith(place.name)


def test_the_same_city_has_one_folder_and_a_changed_one_another(city: City, tmp_path: Path) -> None:
    first = write_pack(city, tmp_path)
    assert write_pack(generate_city(300, seed=4), tmp_path) == first
    city.premises.lon[0] += 1e-6
    assert write_pack(city, tmp_path) != first
    assert sorted(p.name[0] == "." for p in (tmp_path / "palmetto").iterdir()) == [False, False]


def test_the_hash_does_not_depend_on_the_process() -> None:
    code = (
        "import tempfile, pathlib; from geo.generate import generate_city; from stormops.gis.pack import write_pack;"
        "c = generate_city(700, 9); write_pack(c, pathlib.Path(tempfile.mkdtemp())); print(c.hash)"
    )
    hashes = set()
    for seed in ("0", "12345"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        hashes.add(done.stdout.strip())
    assert len(hashes) == 1
    assert len(hashes.pop()) == 64


def test_a_city_without_lines_or_network_survives(city: City, tmp_path: Path) -> None:
    city.street_lines, city.street_line_street = [], np.empty(0, np.int32)
    city.street_line_class = np.empty(0, np.uint8)
    city.water, city.parks = [], []
    back = read_pack(write_pack(city, tmp_path))
    assert back.street_lines == []
    assert back.water == []


def test_no_pack_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is not a city pack"):
        read_pack(tmp_path)


def test_a_pack_of_another_schema_is_refused(city: City, tmp_path: Path) -> None:
    place = write_pack(city, tmp_path)
    head = json.loads((place / "pack.json").read_text()) | {"schema": 99}
    (place / "pack.json").write_text(json.dumps(head))
    with pytest.raises(PackError, match="schema 99"):
        read_pack(place)


@pytest.mark.parametrize("name", ["city.npz", "text.msgpack"])
def test_a_damaged_pack_is_refused(city: City, tmp_path: Path, name: str) -> None:
    place = write_pack(city, tmp_path)
    whole = (place / name).read_bytes()
    (place / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PackError, match="damaged"):
        read_pack(place)


def test_a_pack_that_was_edited_is_refused(city: City, tmp_path: Path) -> None:
    place = write_pack(city, tmp_path)
    head = json.loads((place / "pack.json").read_text()) | {"title": "Elsewhere"}
    (place / "pack.json").write_text(json.dumps(head))
    with pytest.raises(PackError, match="changed since it was made"):
        read_pack(place)


def test_a_failed_write_leaves_nothing(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target), None, str(self))

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space"):
        write_pack(city, tmp_path)
    assert list((tmp_path / "palmetto").iterdir()) == []


@pytest.mark.parametrize("name", ["../away", "", ".", "a/b", "x" * 65])
def test_a_name_that_is_no_folder_is_refused(city: City, tmp_path: Path, name: str) -> None:
    city.name = name
    with pytest.raises(PackError, match="is no name for a city"):
        write_pack(city, tmp_path / "packs")
    assert list(tmp_path.iterdir()) == []
