"""What of this machine's doors is safe elsewhere, left in a file for the doors' own processes.

Who drains the doors (`operations`, or where several machines share a journal the `relay`) leaves the
counters that its journal has committed; a door deletes nothing that is not among them. A file that is
missing, old or damaged only means that less is deleted. What was left before the door's process began does
not count: it may be of another journal.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from stormops.journal.whole_file import LeftFile, leave

NAME = "drained.json"

LEAVE_EVERY_S = 30.0
"""Least wall time between two writes: what may be deleted is days old."""

_DECODER = msgspec.json.Decoder(dict[str, int])


class DrainedFile:
    """`drained.json` of a data folder, for its one writer."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._left: dict[str, int] | None = None
        self._next = float("-inf")

    def leave(self, drained: Mapping[str, int]) -> None:
        """Say how far each door and safety lane is in the journal, if it is time and it is news. Raises OSError."""
        now = time.monotonic()
        if now < self._next or drained == self._left:
            return
        self._next = now + LEAVE_EVERY_S
        leave(self._path, msgspec.json.encode(drained))
        self._left = dict(drained)


class DrainedReader:
    """What is left in a data folder from now on, read again when it changed; nothing while it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._file = LeftFile(folder / NAME)
        self._drained: dict[str, int] = {}
        with contextlib.suppress(OSError):
            self._file.changed()

    def __call__(self) -> Mapping[str, int]:
        """The highest counter that is in the journal, by door and safety lane."""
        try:
            if (body := self._file.changed()) is not None:
                self._drained = _DECODER.decode(body)
        except (OSError, msgspec.DecodeError):
            self._drained = {}
        return self._drained
