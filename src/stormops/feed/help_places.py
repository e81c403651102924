"""Where people find shelter, cool air, power or water: a file of the city (`edited`).

`places/NAME.toml` beside the city file holds one `[[place]]` for each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from stormops.feed.edited import EditedFile
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


def _shown(file: _File) -> list[HelpPlace]:
    """The places that are open first, then by kind and name."""
    return sorted(file.place, key=lambda place: (not place.open, place.kind, place.name))[:HELP_PLACES_MAX]


class HelpPlaces(EditedFile[_File, HelpPlace]):
    """The places of one file."""

    def __init__(self, path: Path, log: Log) -> None:
        super().__init__(path, log, "places_unreadable", _File, _shown)


def beside(city_file: Path) -> Path:
    """Where a city's places are: `cities/palmetto.toml` has them in `cities/places/palmetto.toml`."""
    return city_file.parent / "places" / city_file.name
