"""A file that others write while the storm goes on: read again when it changes, never a reason to show less."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from stormops.telemetry import Log

Shape = TypeVar("Shape", bound=msgspec.Struct)
Item = TypeVar("Item")


class EditedFile(Generic[Shape, Item]):
    """A TOML or JSON file (by its name) of one shape, which need not be there; `taken` gives what is shown of it.

    One that cannot be read changes nothing that is shown, and is logged once, as `event`.
    """

    def __init__(
        self, path: Path, log: Log, event: str, shape: type[Shape], taken: Callable[[Shape], list[Item]]
    ) -> None:
        self._path, self._log, self._event = path, log, event
        self._shape, self._taken = shape, taken
        self._decode = msgspec.json.decode if path.suffix == ".json" else msgspec.toml.decode
        self._stamp: tuple[int, int] | None = None
        self._items: list[Item] = []

    def read(self) -> list[Item]:
        """What it says; costs a look at the file's time when nothing changed."""
        try:
            found = self._path.stat()
        except OSError:
            self._stamp, self._items = None, []
            return []
        stamp = found.st_mtime_ns, found.st_size
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                read = self._decode(self._path.read_bytes(), type=self._shape)
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
                self._log.warning(self._event, sentence=str(error))
            else:
                self._items = self._taken(read)
        return self._items
