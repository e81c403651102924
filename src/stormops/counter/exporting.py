"""The file of a public-records export: a CSV for each kind of records and a manifest, in one archive.

It is made in a stream, and the same request gives the same bytes whenever it is made: nothing in it is of now.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
import zipfile
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

import msgspec

from stormops.accounts.disclosure import FILES, Redaction, Sums, rows
from stormops.accounts.records_work import RecordsRequest
from stormops.books import disclosing
from stormops.books.database import Database

FORMAT = "stormops public records 1"
MANIFEST = "manifest.json"
CHUNK = 1 << 20


class File(msgspec.Struct, frozen=True):
    """One CSV: rows without the heading; `redactions`: withheld cells by class."""

    name: str
    sha256: str
    bytes: int
    rows: int
    redactions: dict[str, int]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive has, by which selection and policy, of which position of the books, and who prepared it when."""

    format: str
    city: str
    request: str
    position: int
    kinds: tuple[str, ...]
    since: date
    until: date
    policy: str
    exemptions: dict[str, str]
    """Class → by which exemption it is withheld, "" = open."""
    prepared_by: str
    prepared_at: datetime
    files: list[File]


class _Out:
    """One CSV while it is written."""

    def __init__(self, kind: str, folder: Path, request: RecordsRequest, stack: ExitStack) -> None:
        self.kind, self.place = kind, folder / f"{kind}.csv"
        self._file = stack.enter_context(self.place.open("w", encoding="utf-8", newline=""))
        self._write = csv.writer(self._file, lineterminator="\n").writerow
        self._write([column.name for column in FILES[kind]])
        self._redaction, self._rows = Redaction(request.exemptions), 0

    def row(self, values: tuple[object, ...]) -> None:
        """Write a row, redacted."""
        self._write(self._redaction.cells(self.kind, values))
        self._rows += 1

    def done(self) -> File:
        """What was written, once the file is closed."""
        with self.place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        withheld = dict(sorted(self._redaction.withheld.items()))
        return File(self.place.name, digest, self.place.stat().st_size, self._rows, withheld)


def export(database: Database, request: RecordsRequest, city: str, zone: tzinfo, out: Path) -> Manifest | None:
    """Write the archive to `out`; None when the request was never prepared. Raises BooksUnavailable."""
    position = disclosing.position_of(database, request.prepared) if request.prepared else None
    if position is None or request.since is None or request.until is None:
        return None
    since_ms, until_ms = (_ms(day, zone) for day in (request.since, request.until + timedelta(1)))
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        sums = Sums()
        with ExitStack() as stack:
            files = [_Out(kind, Path(folder), request, stack) for kind in request.kinds]
            for seen in disclosing.events(database, position, since_ms, until_ms):
                sums.add(seen)
                for file in files:
                    for row in rows(file.kind, seen):
                        file.row(row)
            for file in files:
                for row in sums.rows(file.kind):
                    file.row(row)
        manifest = Manifest(
            format=FORMAT,
            city=city,
            request=request.id,
            position=position,
            kinds=request.kinds,
            since=request.since,
            until=request.until,
            policy=request.policy,
            exemptions=dict(sorted(request.exemptions.items())),
            prepared_by=request.prepared_by,
            prepared_at=datetime.fromtimestamp(request.prepared_ms / 1000, UTC),
            files=[file.done() for file in files],
        )
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
            for file in files:
                _add(archive, file.place.name, file.place)
    return manifest


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    """A member without a time or an owner of its own: the same bytes whenever it is made."""
    info = zipfile.ZipInfo(name)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as member:
        if isinstance(content, bytes):
            member.write(content)
            return
        with content.open("rb") as file:
            while chunk := file.read(CHUNK):
                member.write(chunk)


def _ms(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)
