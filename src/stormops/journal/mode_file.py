"""The mode in force, left in a file for processes that do not follow the journal.

`operations` leaves it; whoever cannot read it keeps the last mode known: nobody waits for anybody here.
It is rewritten at every start of operations, so it need not survive a power cut.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from stormops.core.levels import Mode
from stormops.journal.whole_file import LeftFile, leave

NAME = "mode.json"


class ModeLeft(msgspec.Struct, frozen=True):
    """What the file says: the mode, and since when (platform ms)."""

    mode: Mode
    since_ms: int


_DECODER = msgspec.json.Decoder(ModeLeft)


class ModeFile:
    """`mode.json` of a data folder, for its one writer."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def leave(self, mode: Mode, since_ms: int) -> None:
        """Say it; a reader sees the old file or the new one, never half of one. Raises OSError."""
        leave(self._path, msgspec.json.encode(ModeLeft(mode, since_ms)))


class ModeReader:
    """The mode that was left in a data folder. Who cannot read it keeps the last mode known, at first normal."""

    def __init__(self, folder: Path) -> None:
        self._file = LeftFile(folder / NAME)
        self._left = ModeLeft(Mode.NORMAL, 0)

    def __call__(self) -> Mode:
        """The mode; the file is read again only when it has changed."""
        return self.left().mode

    def left(self) -> ModeLeft:
        """The mode, and since when."""
        try:
            if (body := self._file.changed()) is not None:
                self._left = _DECODER.decode(body)
        except (OSError, msgspec.DecodeError):
            return self._left
        return self._left
