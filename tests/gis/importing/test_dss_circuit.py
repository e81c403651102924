from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stormops.gis.importing.dss_circuit import BESIDE, Circuit
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import GridBuilder
from stormops.gis.importing.refusal import ImportRefused

Write = Callable[[str, str], Path]


def run(master: Path, findings: Findings | None = None) -> Circuit:
    circuit = Circuit(master.parent, findings or Findings())
    circuit.run(master)
    return circuit


def test_defines_edits_opens_and_clears(write: Write) -> None:
    findings = Findings()
    circuit = run(
        write(
            "m.dss",
            "New Circuit.old\nNew Line.gone bus1=a\nClear\nNew Circuit.c bus1=s\nNew object=Line.A bus1=a\n~ bus2=b\n"
            "Edit Line.a length=2 units=km\nLine.A.switch=y\nOpen line.a 1\nDisable Line.A\nNew Line.b bus1=q\n"
            "New Generator.g bus1=a\n~ kw=5\nBatchEdit Line..* x=1\nSolve\nEdit Line.no x=1\nOpen Generator.g\n"
            "Energymeter.m.local=yes\nNew Line.b bus1=z\n",
        ),
        findings,
    )
    line = circuit.elements["line.a"]
    assert {p: line.values[p] for p in ("bus1", "bus2", "length", "units", "switch", "enabled", "_open")} == {
        "bus1": "a",
        "bus2": "b",
        "length": "2",
        "units": "km",
        "switch": "y",
        "enabled": "no",
        "_open": "yes",
    }
    assert [e.values["bus1"] for e in circuit.elements.values() if e.name == "b"] == ["q", "z"]
    assert "line.gone" not in circuit.elements
    assert findings.count("batch-edit-ignored") == 1
    assert findings.count("command-ignored") == 4


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("New Circuit.c\nNew", 2, "names no class"),
        ("New Circuit.c\nNew Line", 2, "names no class"),
        ("New Circuit.c\nNew Line.", 2, "has no name"),
        ("New Circuit.c\nNew name=Line.a", 2, "names no class"),
        ("New Circuit.c\nOpen Line.no 1", 2, "names no element"),
        ("New Circuit.c\nOpen", 2, "names no element"),
        ("New Line.a bus1=a bus2=b", None, "defines no circuit"),
        ("New Circuit.c\nSetBusXY bus=a x=1 y=north", 2, "y 'north' is not a number"),
    ],
)
def test_refuses_with_the_row(write: Write, text: str, row: int | None, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason) as refused:
        run(write("m.dss", text))
    assert refused.value.row == row


def coordinates(circuit: Circuit, *, use_beside: bool = True) -> tuple[list[float], list[float], str]:
    builder = GridBuilder(Findings())
    for name in ("A", "B"):
        builder.bus(name)
    x, y, system = circuit.coordinates(builder, use_beside=use_beside)
    return x.tolist(), y.tolist(), system


def test_coordinates_of_each_kind(write: Write) -> None:
    write("xy.csv", '// names\na, 100, 200\n"b"\t1e2 5\nunknown 1 2\n')
    write("ll.csv", "a,30,-84\nb 31 -85\n")
    assert coordinates(run(write("m.dss", "New Circuit.c\nBuscoords xy.csv"))) == ([100, 100], [200, 5], "")
    circuit = run(write("m.dss", "New Circuit.c\nLatLongCoords ll.csv"))
    assert coordinates(circuit) == ([-84, -85], [30, 31], "EPSG:4326")
    x, _, _ = coordinates(run(write("m.dss", "New Circuit.c\nSetBusXY bus=b x=1 y=2")))
    np.testing.assert_array_equal(x, [np.nan, 1])


def test_degrees_beside_the_files_go_first(write: Write) -> None:
    write("xy.csv", "a 100 200\nb 1 2\n")
    write(BESIDE, "a -84 30\nb -85 31\n")
    findings = Findings()
    circuit = run(write("m.dss", "New Circuit.c\nBuscoords xy.csv"), findings)
    assert coordinates(circuit) == ([-84, -85], [30, 31], "EPSG:4326")
    assert coordinates(circuit, use_beside=False) == ([100, 1], [200, 2], "")
    assert findings.count("coordinates-beside") == 1


def test_a_missing_coordinate_file_is_rough_and_a_bad_one_wrong(write: Write) -> None:
    findings = Findings()
    run(write("m.dss", "New Circuit.c\nBuscoords none.csv"), findings)
    assert findings.count("file-missing") == 1
    for text, reason in (("\na 1\n", "a coordinate row is bus, x, y"), ("\na 1 y\n", "y 'y' is not a number")):
        write("xy.csv", text)
        with pytest.raises(ImportRefused, match=reason) as refused:
            run(write("m.dss", "New Circuit.c\nBuscoords xy.csv"))
        assert refused.value.row == 2
