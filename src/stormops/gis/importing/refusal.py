"""The one error of an import: the file is wrong, and this is where and why."""

from __future__ import annotations

from pathlib import Path


class ImportRefused(Exception):
    """A file cannot be imported. Says the file, the row when there is one (1 = first line) and the reason.

    `row` counts lines of a text file and features of a GeoJSON or GeoPackage file.
    """

    def __init__(self, file: Path | str, reason: str, row: int | None = None) -> None:
        self.file = str(file)
        self.row = row
        self.reason = reason
        where = self.file if row is None else f"{self.file}, row {row}"
        super().__init__(f"{where}: {reason}")
