"""The mode in force, for a process that does not follow the journal: read from the file that `operations` leaves."""

from __future__ import annotations

from pathlib import Path

import msgspec

from stormops.core.mode import Mode


class _Left(msgspec.Struct):
    mode: Mode


_DECODER = msgspec.json.Decoder(_Left)


class ModeReader:
    """`mode.json` of the data folder. Who cannot read it keeps the last mode known, at first normal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0)
        self._mode = Mode.NORMAL

    def __call__(self) -> Mode:
        """The mode; the file is read again only when it has changed."""
        try:
            stat = self._path.stat()
            stamp = stat.st_mtime_ns, stat.st_size
            if stamp != self._stamp:
                self._mode = _DECODER.decode(self._path.read_bytes()).mode
                self._stamp = stamp
        except (OSError, msgspec.DecodeError):
            return self._mode
        return self._mode
