import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.gis.importing import table
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.table import one_of, read_table

Write = Callable[[str, str], Path]


def test_reads_columns_lines_and_numbers(write: Write) -> None:
    got = read_table(write("a.csv", '\ufeffId;Lon\n a ;1.5\n\n"b;\n2";nan\nc;\n'))
    assert got.columns["Id"] == ["a", "b;\n2", "c"]
    assert got.lines == [2, 5, 6]
    np.testing.assert_array_equal(got.numbers("lon"), [1.5, np.nan, np.nan])
    assert got.texts("nothing") == ["", "", ""]


def test_reads_gzip(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read_table(tmp_path / "a.csv.gz").columns == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("", 1, "is empty"),
        ("a,b\n1,2\n1,2,3\n", 3, "3 fields"),
        ("a,b\n1,2\n1\n", 3, "1 fields"),
        ('a,b\n1,2\n"1,2\n3,4\n', 3, "not a table"),
        ("a,a\n1,2\n", 1, "'a' twice"),
        ("a,\n1,2\n", 1, "no readable name"),
        ("a,b\nx\0y,2\n", 2, "not UTF-8"),
    ],
)
def test_refuses_with_the_row(write: Write, text: str, row: int, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason) as refused:
        read_table(write("a.csv", text))
    assert refused.value.row == row
    assert "a.csv" in str(refused.value)


def test_refuses_other_encodings_with_the_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + b"1,2\n" * 5000 + "Caf\u00e9,1\n".encode("latin-1"))
    with pytest.raises(ImportRefused, match="not UTF-8") as refused:
        read_table(tmp_path / "a.csv")
    assert refused.value.row == 5002


@pytest.mark.parametrize("text", ["12a", "inf", "-Infinity", "1_000", "1,5", "0x10"])
def test_refuses_text_that_is_no_number(write: Write, text: str) -> None:
    with pytest.raises(ImportRefused, match=r"lon .* is not a number") as refused:
        read_table(write("a.csv", f'lon,b\n1,2\n"{text}",2\n')).numbers("lon")
    assert refused.value.row == 3


def test_refuses_a_missing_column_and_says_what_there_is(write: Write) -> None:
    with pytest.raises(ImportRefused, match="no column 'bus'; its columns are: a, b"):
        read_table(write("a.csv", "a,b\n1,2\n")).needed("bus", "name")


def test_refuses_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "UNPACKED_BYTES_MAX", 1 << 20)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 20)))
    with pytest.raises(ImportRefused, match="unpacks to more than 1 MiB"):
        read_table(tmp_path / "a.csv.gz")


@pytest.mark.parametrize("cut", [5, 20, -4])
def test_refuses_damaged_gzip(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(b"a,b\n" + bytes(str(list(range(999))), "ascii"))
    (tmp_path / "a.csv.gz").write_bytes(whole[:cut])
    with pytest.raises(ImportRefused, match="gzip data is damaged"):
        read_table(tmp_path / "a.csv.gz")


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be opened"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ImportRefused, match=r"has no edges.csv or edges.csv.gz"):
        one_of(tmp_path, {"edges": True, "sources": False})


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "any.csv").write_bytes(data)
    try:
        got = read_table(tmp_path / "any.csv")
    except ImportRefused:
        return
    assert all(len(column) == len(got.lines) for column in got.columns.values())
