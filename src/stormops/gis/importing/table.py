"""Text tables (CSV, also gzipped), read strictly: every fault has its row.

A table is a header and rows of as many fields. Bounded, so that a small file that unpacks to a
huge one is refused instead of filling the machine.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from stormops.core.network import Floats
from stormops.gis.importing.refusal import ImportRefused

UNPACKED_BYTES_MAX = 2 * 1024**3
"""Bytes of one text file after unpacking; ten million address rows fit in half of it."""

_DELIMITERS = ",;\t|"
_MISSING = frozenset({"", "nan", "null", "none", "na", "n/a"})
_CHUNK = 1 << 16


class _Bounded(io.RawIOBase):
    """Passes bytes on up to a bound, then refuses."""

    def __init__(self, inner: BinaryIO, file: Path | str, bound: int) -> None:
        self._inner, self._file, self._left = inner, file, bound

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(min(len(buffer), _CHUNK))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ImportRefused(self._file, f"the gzip data is damaged ({error})") from error
        self._left -= len(data)
        if self._left < 0:
            raise ImportRefused(self._file, f"unpacks to more than {UNPACKED_BYTES_MAX >> 20} MiB")
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_text(file: Path, bound: int | None = None) -> Iterator[io.TextIOWrapper]:
    """The file as text, unpacked when its name ends in .gz. Raises ImportRefused when it cannot be opened.

    Bytes that are not UTF-8 arrive as surrogates, so that the reader can name their row: see `readable`.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise ImportRefused(file, f"cannot be opened ({error.strerror})") from error
    with raw:
        inner: BinaryIO = gzip.GzipFile(fileobj=raw) if file.suffix.lower() == ".gz" else raw  # type: ignore[assignment]
        limited = _Bounded(inner, file, UNPACKED_BYTES_MAX if bound is None else bound)
        with io.TextIOWrapper(
            io.BufferedReader(limited, _CHUNK), encoding="utf-8-sig", errors="surrogateescape", newline=""
        ) as text:
            yield text


def readable(text: str) -> bool:
    """Whether the text came from UTF-8 and holds no NUL."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(slots=True)
class Table:
    """A text table in memory: `columns` by header (all of one length) and the line of each row."""

    file: Path
    columns: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def find(self, *spellings: str) -> str | None:
        """The header that is one of these spellings, whatever its case; the first spelling wins."""
        by_fold = {name.casefold(): name for name in reversed(self.columns)}
        return next((by_fold[s.casefold()] for s in spellings if s.casefold() in by_fold), None)

    def texts(self, *spellings: str) -> list[str]:
        """A column as stripped text; empty texts when there is none."""
        name = self.find(*spellings)
        return [""] * len(self) if name is None else self.columns[name]

    def needed(self, *spellings: str) -> list[str]:
        """A column as stripped text. Raises ImportRefused when the table has none."""
        if self.find(*spellings) is None:
            have = ", ".join(self.columns)
            raise ImportRefused(self.file, f"has no column '{spellings[0]}'; its columns are: {have}", 1)
        return self.texts(*spellings)

    def numbers(self, *spellings: str) -> Floats:
        """A column as numbers, NaN where empty or without the column. Raises ImportRefused on other text."""
        name = self.find(*spellings)
        if name is None:
            return np.full(len(self), np.nan)
        return np.array([number(t, self.file, r, name) for t, r in zip(self.columns[name], self.lines, strict=True)])


def number(text: str, file: Path | str, row: int, what: str) -> float:
    """The text as a finite number, NaN when it says "missing". Raises ImportRefused."""
    if text.casefold() in _MISSING:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if "_" in text or value in (float("inf"), float("-inf")):
        raise ImportRefused(file, f"{what} {text[:40]!r} is not a number", row)
    return value


def read_table(file: Path) -> Table:
    """The whole table. Raises ImportRefused with the row: not text, no header, wrong number of fields, bad quoting."""
    with open_text(file) as text:
        row = 0
        try:
            head = text.readline()
            if not readable(head):
                raise ImportRefused(file, "is not UTF-8 text", 1)
            if not head.strip():
                raise ImportRefused(file, "is empty: a header line with column names is needed", 1)
            delimiter = max(_DELIMITERS, key=head.count)
            names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter, strict=True))]
            _check_header(file, names)
            rows, lines = [], []
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            for fields in reader:
                row = reader.line_num + 1
                if not fields:
                    continue
                if len(fields) != len(names):
                    raise ImportRefused(file, f"has {len(fields)} fields, the header has {len(names)}", row)
                if not readable("".join(fields)):
                    raise ImportRefused(file, "is not UTF-8 text", row)
                rows.append(fields)
                lines.append(row)
        except csv.Error as error:
            raise ImportRefused(file, f"is not a table ({error})", row + 1) from error
    columns = [[t.strip() for t in column] for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
    return Table(file, dict(zip(names, columns, strict=True)), lines)


def _check_header(file: Path, names: Sequence[str]) -> None:
    """Refuse a header that does not name every column once."""
    if any(not name or not name.isprintable() for name in names):
        raise ImportRefused(file, "is not a table: a column has no readable name", 1)
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise ImportRefused(file, f"names the column '{twice}' twice", 1)


def one_of(folder: Path, stems: Mapping[str, bool]) -> dict[str, Path]:
    """The `stem.csv` or `stem.csv.gz` of each stem in a folder. Raises ImportRefused when a needed one is absent."""
    found: dict[str, Path] = {}
    for stem, needed in stems.items():
        here = [folder / f"{stem}{end}" for end in (".csv", ".csv.gz") if (folder / f"{stem}{end}").is_file()]
        if here:
            found[stem] = here[0]
        elif needed:
            raise ImportRefused(folder, f"has no {stem}.csv or {stem}.csv.gz")
    return found
