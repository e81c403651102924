"""The mode in force, left in a file for processes that do not follow the journal.

Whoever reads it (`admission.mode_reader`) keeps the last mode known when it cannot: nobody waits for
anybody here. It is rewritten at every start of operations, so it need not survive a power cut.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from stormops.core.levels import Mode

NAME = "mode.json"


class ModeLeft(msgspec.Struct, frozen=True):
    """What the file says: the mode, and since when (platform ms)."""

    mode: Mode
    since_ms: int


class ModeFile:
    """`mode.json` of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def leave(self, mode: Mode, since_ms: int) -> None:
        """Say it; a reader sees the old file or the new one, never half of one. Raises OSError."""
        made = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            made.write_bytes(msgspec.json.encode(ModeLeft(mode, since_ms)))
            made.replace(self._path)
        finally:
            made.unlink(missing_ok=True)
