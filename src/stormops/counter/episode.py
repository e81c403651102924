"""Which storm it is: the same name from the first declared mode above watch until it is over, kept over restarts.

Processes of one machine share the name by a file. Who leaves the mode names the storm at once, so that a process that
looks seldom neither misses the quiet between two storms nor goes on with a name that is over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from stormops.core.levels import Mode
from stormops.journal.mode_file import ModeLeft
from stormops.journal.whole_file import LeftFile, leave

NAME = "episode"


class Now(NamedTuple):
    """The mode, its episode ("" on a quiet day), and the last day of the storm before (None: there was none)."""

    mode: Mode
    episode: str
    ended: date | None


class Episodes:
    """`left` gives the mode as operations left it. A storm that turns into a surge is still the same storm."""

    def __init__(self, folder: Path, left: Callable[[], ModeLeft], zone: tzinfo = UTC) -> None:
        self._place, self._left, self._zone = folder / NAME, left, zone
        self._file, self._kept = LeftFile(self._place), ""

    def __call__(self) -> Now:
        """What holds now."""
        left = self._left()
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if (body := self._file.changed()) is not None:
                self._kept = body.decode("ascii")
        if left.mode <= Mode.WATCH:
            self._keep("")
            since = datetime.fromtimestamp(left.since_ms / 1000, self._zone).date() if left.since_ms else None
            return Now(left.mode, "", since)
        if not self._kept:
            self._keep(f"storm-{left.since_ms}")
        return Now(left.mode, self._kept, None)

    def _keep(self, episode: str) -> None:
        if episode != self._kept:
            self._kept = episode
            with contextlib.suppress(OSError):  # a full disk: the name is the same as long as this process lives
                leave(self._place, episode.encode("ascii"))
