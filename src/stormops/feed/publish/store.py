"""The tree's files on disk: whole or not there, compressed beside, bounded, and of no use to nobody for long.

Two kinds: files named by their content, which never change, and files with a name that people keep
(the pointer, pages), which are replaced by renaming. Everything can be made again, so nothing is forced to
disk; what an earlier process left is looked at before it is relied on.
"""

from __future__ import annotations

import gzip
import itertools
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import brotli

KEEP_SECONDS = 15 * 60
"""How long a file named by its content stays when no tree uses it: three times the slowest rung."""

HASHED = "f"
"""Folder of the files named by their content."""

HASH_CHARACTERS = 32

ENCODINGS: tuple[tuple[str, str], ...] = (("br", ".br"), ("gzip", ".gz"))
"""Content codings made of each file, best first, and the endings beside its name."""

COMPRESSED_BYTES_LEAST = 256
"""Smaller files are not worth a second one beside them."""

HARD_BYTES_MAX = 256 * 1024
"""Files that stay are compressed as hard as can be up to here; beyond, brotli's best takes seconds."""

TREE_BYTES_MAX = 256 * 1024 * 1024
"""Bytes of files named by their content, all encodings. At the bound the longest unused go before their time."""

DRAFT = ".draft-"


class Store:
    """One writer's view of the folder. `clock`: seconds that never go back."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.folder = folder
        self.written = 0
        """Files written so far, each with its encodings."""
        self._clock = clock
        self._used: dict[str, float] = {}
        self._size: dict[str, int] = {}
        self._named: dict[str, bytes] = {}
        self._current: set[str] = set()
        self._drafts = itertools.count()
        (folder / HASHED).mkdir(parents=True, exist_ok=True)
        for draft in folder.rglob(f"{DRAFT}*"):
            draft.unlink()
        self._checked: set[str] = set()
        for path in (folder / HASHED).iterdir():
            name = f"{HASHED}/{path.name}".removesuffix(".gz").removesuffix(".br")
            self._used[name] = clock()
            self._size[name] = self._size.get(name, 0) + path.stat().st_size

    @property
    def size(self) -> int:
        """Bytes of the files named by their content, all encodings."""
        return sum(self._size.values())

    def bytes_of(self, name: str) -> int:
        """Bytes of a file named by its content, all encodings; 0 when there is none."""
        return self._size.get(name, 0)

    def keep(self, body: bytes, ending: str, *, hard: bool = False) -> str:
        """A file named by its content; gives its name under the folder. `hard`: it stays, so compress it well."""
        name = f"{HASHED}/{sha256(body).hexdigest()[:HASH_CHARACTERS]}.{ending}"
        if name not in self._checked:
            if not self._sound(name, body):
                self._write(name, body, hard=hard)
            self._size[name] = sum(path.stat().st_size for path in self._files(name) if path.exists())
            self._checked.add(name)
        self.use(name)
        return name

    def use(self, name: str) -> None:
        """A file kept before is still in use."""
        self._used[name] = self._clock()
        self._current.add(name)

    def put(self, name: str, body: bytes, *, hard: bool = False) -> bool:
        """A file that keeps its name; whether it had to be written."""
        digest = sha256(body).digest()
        if self._named.get(name) == digest:
            return False
        if name in self._named or not self._sound(name, body):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            self._write(name, body, hard=hard)
        self._named[name] = digest
        return True

    def drop(self, name: str) -> None:
        """Remove a file that kept its name."""
        self._named.pop(name, None)
        for path in self._files(name):
            path.unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove files that no tree has used for the stated time, and more when there are too many; how many.

        Those named since the last sweep stay whatever happens: they are the tree in force.
        """
        now, total, gone = self._clock(), self.size, 0
        for name, used in sorted(self._used.items(), key=lambda item: item[1]):
            if name in self._current or (now - used <= KEEP_SECONDS and total <= TREE_BYTES_MAX):
                continue
            total -= self._size.pop(name, 0)
            del self._used[name]
            self._checked.discard(name)
            for path in self._files(name):
                path.unlink(missing_ok=True)
            gone += 1
        self._current.clear()
        return gone

    def _files(self, name: str) -> list[Path]:
        return [self.folder / f"{name}{ending}" for ending in ("", *(ending for _, ending in ENCODINGS))]

    def _sound(self, name: str, body: bytes) -> bool:
        """Whether an earlier process left the file with all that belongs to it: a power cut may leave empty ones."""
        plain, *others = self._files(name)
        if not plain.exists() or plain.read_bytes() != body:
            return False
        return len(body) < COMPRESSED_BYTES_LEAST or all(path.exists() and path.stat().st_size for path in others)

    def _write(self, name: str, body: bytes, *, hard: bool) -> None:
        """The encodings first: who finds the plain file finds the others, at worst older by a moment."""
        plain, *others = self._files(name)
        if len(body) >= COMPRESSED_BYTES_LEAST:
            for path, coded in zip(others, _encoded(body, hard=hard), strict=True):
                self._replace(path, coded)
        else:
            for path in others:
                path.unlink(missing_ok=True)
        self._replace(plain, body)
        self.written += 1

    def _replace(self, path: Path, body: bytes) -> None:
        draft = path.with_name(f"{DRAFT}{next(self._drafts)}")
        draft.write_bytes(body)
        os.chmod(draft, 0o644)  # noqa: PTH101 - public by its meaning: another server reads it
        draft.replace(path)


def _encoded(body: bytes, *, hard: bool) -> tuple[bytes, bytes]:
    """Brotli and gzip, in the order of `ENCODINGS`; the same bytes at any time."""
    quality = (11 if len(body) <= HARD_BYTES_MAX else 9) if hard else 5
    return brotli.compress(body, quality=quality), gzip.compress(body, 9 if hard else 6, mtime=0)
