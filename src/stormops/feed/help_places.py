"""Where people find shelter, cool air, power or water: a file of the city, read again when it changes.

`places/NAME.toml` beside the city file holds one `[[place]]` for each. Staff edit it while the storm goes
on; a file that cannot be read changes nothing that is shown, and is logged once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from stormops.telemetry import Log

HELP_PLACES_MAX = 200
"""Places shown; further ones are left out."""

Line = Annotated[str, msgspec.Meta(max_length=200)]


class HelpPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place. `hours` as people read them; `note` by language, English where one is missing."""

    kind: Literal["shelter", "cooling", "charging", "water"]
    name: Line
    address: Line
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    open: bool = True
    hours: Line = ""
    phone: Line = ""
    note: dict[str, Line] = {}  # msgspec copies an empty default

    def said(self, language: str) -> str:
        """The note in a language."""
        return self.note.get(language) or self.note.get("en", "")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    place: list[HelpPlace] = []


class HelpPlaces:
    """The places of one file, which need not be there. `read` costs a look at the file's time when nothing changed."""

    def __init__(self, path: Path, log: Log) -> None:
        self._path = path
        self._log = log
        self._stamp: tuple[int, int] | None = None
        self._places: list[HelpPlace] = []

    def read(self) -> list[HelpPlace]:
        """The places that are open first, then by kind and name."""
        try:
            found = self._path.stat()
        except OSError:
            self._stamp, self._places = None, []
            return []
        stamp = found.st_mtime_ns, found.st_size
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                read = msgspec.toml.decode(self._path.read_bytes(), type=_File).place
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
                self._log.warning("places_unreadable", sentence=str(error))
            else:
                read.sort(key=lambda place: (not place.open, place.kind, place.name))
                self._places = read[:HELP_PLACES_MAX]
        return self._places


def beside(city_file: Path) -> Path:
    """Where a city's places are: `cities/palmetto.toml` has them in `cities/places/palmetto.toml`."""
    return city_file.parent / "places" / city_file.name
