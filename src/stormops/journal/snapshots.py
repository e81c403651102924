"""Snapshots of the situation: a short cut to a position, never the truth. A damaged one is as good as none."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

from stormops.journal.port import JournalUnavailable

KEEP = 3
"""Newest snapshots kept of each schema, for the next start."""

STRETCH = 50_000
"""Of older ones, the first in each stretch of so many entries is kept, so that any past position is near one."""

PAST_MAX = 32
"""So many older ones; beyond, stretches are twice as long, and so on. Of another schema none are kept."""

_MAGIC = b"STORMSN1"
_HEAD = struct.Struct("<8sQQ32s")  # magic, position, length of the body, digest


def kept(positions: Sequence[int]) -> set[int]:
    """Which of these positions' snapshots to keep. Pure; what was kept once goes only when stretches grow."""
    ordered = sorted(positions)
    newest, older = ordered[-KEEP:], ordered[:-KEEP]
    stretch = STRETCH
    while True:
        firsts: dict[int, int] = {}
        for position in older:
            firsts.setdefault(position // stretch, position)
        if len(firsts) <= PAST_MAX:
            return {*newest, *firsts.values()}
        stretch *= 2


def _nothing(name: str, sentence: str) -> None:
    """The default of `damaged`."""


class FileSnapshots:
    """Snapshots in a folder, one file each, whole or not there.

    `damaged(file name, sentence)` is called for one that had to be passed over.
    """

    def __init__(self, folder: Path, damaged: Callable[[str, str], object] = _nothing) -> None:
        self._folder = folder
        self._damaged = damaged

    def save(self, position: int, schema: str, body: bytes) -> None:
        """Write the snapshot so that a reader finds all of it or nothing. Raises JournalUnavailable."""
        name = f"{_tag(schema)}-{position:015d}"
        half = self._folder / f"{name}.half"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                file.write(_HEAD.pack(_MAGIC, position, len(body), _digest(position, schema, body)))
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._folder / f"{name}.snapshot")
            _sync(self._folder)
            self._tidy(schema)
        except OSError as error:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise JournalUnavailable(f"snapshot: {error}") from error

    def newest(self, schema: str, at_most: int | None = None) -> tuple[int, bytes] | None:
        """The newest whole snapshot of this schema (at or before a position); None when there is none."""
        for path in reversed(self._of(schema)):
            position = _position(path)
            if at_most is None or position <= at_most:
                body = self._read(path, position, schema)
                if body is not None:
                    return position, body
        return None

    def positions(self, schema: str) -> list[int]:
        """See `port.Keyframes.positions`."""
        return [_position(path) for path in self._of(schema)]

    def _of(self, schema: str) -> list[Path]:
        return sorted(self._folder.glob(f"{_tag(schema)}-*.snapshot"))

    def _read(self, path: Path, position: int, schema: str) -> bytes | None:
        try:
            data = path.read_bytes()
            magic, at, length, digest = _HEAD.unpack_from(data)
        except (OSError, struct.error) as error:
            self._damaged(path.name, str(error))
            return None
        body = data[_HEAD.size :]
        if (magic, at, length) == (_MAGIC, position, len(body)) and digest == _digest(position, schema, body):
            return body
        self._damaged(path.name, "its checksum is wrong")
        return None

    def _tidy(self, schema: str) -> None:
        """Of another schema the newest few stay: who goes back to the release before starts from them."""
        by_schema: dict[str, list[Path]] = {}
        for path in sorted(self._folder.glob("*-*.snapshot")):
            by_schema.setdefault(path.stem.rpartition("-")[0], []).append(path)
        for tag, paths in by_schema.items():
            if tag == _tag(schema):
                stay = kept([_position(path) for path in paths])
            else:
                stay = {_position(path) for path in paths[-KEEP:]}
            for path in paths:
                if _position(path) not in stay:
                    path.unlink(missing_ok=True)


class MemorySnapshots:
    """See `port.Snapshots`; keeps as many as the files do."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[int, bytes]] = {}

    def save(self, position: int, schema: str, body: bytes) -> None:
        """See `port.Snapshots.save`."""
        saved = self._kept.setdefault(schema, {})
        saved[position] = bytes(body)
        for old in saved.keys() - kept(list(saved)):
            del saved[old]

    def positions(self, schema: str) -> list[int]:
        """See `port.Keyframes.positions`."""
        return sorted(self._kept.get(schema, {}))

    def newest(self, schema: str, at_most: int | None = None) -> tuple[int, bytes] | None:
        """See `port.Snapshots.newest`."""
        saved = self._kept.get(schema, {})
        position = max((p for p in saved if at_most is None or p <= at_most), default=None)
        return None if position is None else (position, saved[position])


def _position(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def _tag(schema: str) -> str:
    """A schema's name as a part of a file's name, whatever is in it."""
    return blake2b(schema.encode(), digest_size=6).hexdigest()


def _digest(position: int, schema: str, body: bytes) -> bytes:
    digest = blake2b(f"{position}\0{schema}\0".encode(), digest_size=32)
    digest.update(body)
    return digest.digest()


def _sync(folder: Path) -> None:
    """Without this a crash of the machine may take back the new name."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
