from pathlib import Path

from stormops.gis.importing.refusal import ImportRefused


def test_says_file_row_and_reason() -> None:
    assert str(ImportRefused(Path("a.csv"), "is odd", 3)) == "a.csv, row 3: is odd"
    assert str(ImportRefused("a.csv", "is odd")) == "a.csv: is odd"
