from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from stormops.core.network import Premises
from stormops.gis.importing.addresses import AddressOptions, read_addresses
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.streets import draw_streets, middle_line, rank_streets

Write = Callable[[str, str], Path]
METRE = 1 / 111_320


def city(write: Write, rows: list[tuple[str, str, str, float, float]]) -> Premises:
    """Rows of number, street, locality, metres east and metres north of 0.5, 0.5."""
    text = "id,number,street,city,lon,lat\n"
    for i, (number, street, locality, east, north) in enumerate(rows):
        text += f"{i},{number},{street},{locality},{0.5 + east * METRE},{0.5 + north * METRE}\n"
    return read_addresses(write("a.csv", text), AddressOptions(), Findings())[0]


def test_a_street_runs_between_its_sides_in_order_of_numbers(write: Write) -> None:
    rows = [(str(n), "Oak St", "X", n * 10.0, 20.0 if n % 2 else -20.0) for n in (5, 9, 2, 1, 8, 4, 7, 3, 6, 10)]
    premises = city(write, rows)
    lines, names = draw_streets(premises, Findings())
    assert names.tolist() == [0]
    (line,) = ((line - 0.5) / METRE for line in lines)
    assert line[0][0] == pytest.approx(15, abs=1)
    assert line[-1][0] == pytest.approx(95, abs=1)
    assert np.abs(line[:, 1]).max() < 8
    assert np.all(np.diff(line[:, 0]) > 0)


def test_gaps_localities_and_names_part_lines(write: Write) -> None:
    rows = [
        *[("1", "Oak St", "X", 0.0, 0.0), ("3", "Oak St", "X", 100.0, 0.0), ("5", "Oak St", "X", 900.0, 0.0)],
        *[("7", "Oak St", "X", 1000.0, 0.0), ("9", "Oak St", "Y", 0.0, 50.0), ("11", "Oak St", "Y", 90.0, 50.0)],
        *[("13", "Elm St", "Y", 100.0, 50.0), ("0", "Elm St", "Y", 101.0, 50.0), ("x", "Fir St", "Y", 101.0, 50.0)],
        *[("5", "", "Y", 1.0, 1.0), ("6", "", "Y", 2.0, 2.0)],
    ]
    premises = city(write, rows)
    findings = Findings()
    lines, names = draw_streets(premises, findings)
    assert sorted(round(shapely.LineString(line).length / METRE) for line in lines) == [90, 100, 100]
    assert {premises.streets[i] for i in names} == {"Oak St"}
    assert findings.items()[0]["examples"] == ["Elm St", "Fir St"]


def test_nothing_to_draw(write: Write) -> None:
    lines, names = draw_streets(city(write, [("1", "Oak St", "X", 0.0, 0.0)]), Findings())
    assert lines == []
    assert names.dtype == np.int32


def test_ranks_by_name_and_length() -> None:
    long, short = np.array([[0, 0], [0.01, 0]]), np.array([[0, 0], [0.001, 0]])
    names = ["Oak St", "Elm St", "VT Route 15", "Hwyman Ln"]
    street = np.array([0, 0, 1, 2, 3], np.int32)
    assert rank_streets([long, long, short, short, short], street, names).tolist() == [1, 1, 0, 2, 0]
    assert rank_streets([], np.empty(0, np.int32), []).tolist() == []


def test_a_bend_stays_a_bend() -> None:
    corner = np.array([[i * 20.0, 0.0] for i in range(10)] + [[180.0, i * 20.0] for i in range(1, 10)])
    line = shapely.LineString(middle_line(corner))
    assert line.hausdorff_distance(shapely.LineString(corner)) < 20
    two = np.array([[0.0, 0.0], [1.0, 1.0]])
    np.testing.assert_array_equal(middle_line(two), two)
