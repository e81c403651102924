"""City packs on disk: one immutable folder a version, named by its content.

`packs/<name>/<hash>/` holds `city.npz` (numeric columns), `text.msgpack` (string columns),
`pack.json` (name, title, time zone, counts, roughness report), and what is derived from them for the
telephone, `directory.sqlite` (`gis.directory`). A pack is written beside its place
and renamed into it, so a half-written pack is never seen. Nothing here imports geopandas, and numpy comes
with the first city: most commands only look at a pack's head, and its import takes longer than their work.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import msgspec

from stormops.gis.directory import build_directory

if TYPE_CHECKING:
    from stormops.core.network import City, Floats

SCHEMA = 1
"""Raised when the columns change; a pack of another schema is refused with a sentence."""

_HEAD = ("schema", "name", "title", "time_zone", "note")
_PREMISE_TEXT = ("id", "house_number", "unit", "postcode", "account", "phone", "meter", "streets", "localities")
_PREMISE_NUMBERS = ("street", "locality", "lon", "lat", "building", "kind", "services", "bus")
_NETWORK_TEXT = ("bus_id", "edge_id")
_NETWORK_NUMBERS = (
    "bus_lon",
    "bus_lat",
    "bus_source",
    "edge_from",
    "edge_to",
    "edge_kind",
    "edge_open",
    "edge_length_m",
)


class PackError(Exception):
    """A city pack cannot be read: missing, of another schema, or changed since it was made."""


def check_name(name: str) -> None:
    """Raises PackError when this cannot be a city's name: it names a folder and a city file."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name) is None:
        raise PackError(f"{name!r} is no name for a city: give 1-64 letters, digits, '-' and '_'")


def write_pack(city: City, packs: Path, report: dict[str, Any] | None = None) -> Path:
    """Write the city below `packs` and give its folder. The same city gives the same folder.

    Raises PackError for a name that cannot name a folder, or a folder that cannot be written.
    """
    import numpy as np

    check_name(city.name)
    numbers: dict[str, Any] = {f"p_{c}": getattr(city.premises, c) for c in _PREMISE_NUMBERS}
    numbers |= {f"n_{c}": getattr(city.network, c) for c in _NETWORK_NUMBERS}
    numbers |= {"l_lon": city.landmarks.lon, "l_lat": city.landmarks.lat}
    numbers |= {"s_street": city.street_line_street, "s_class": city.street_line_class}
    for key, lines in (("s", city.street_lines), ("water", city.water), ("parks", city.parks)):
        numbers[f"{key}_lengths"] = np.array([len(line) for line in lines], np.int32)
        numbers[f"{key}_points"] = np.concatenate(lines) if lines else np.empty((0, 2))
    text: dict[str, Any] = {f"p_{c}": getattr(city.premises, c) for c in _PREMISE_TEXT}
    text |= {f"n_{c}": getattr(city.network, c) for c in _NETWORK_TEXT}
    text |= {"l_name": city.landmarks.name}
    head = {
        "schema": SCHEMA,
        "name": city.name,
        "title": city.title,
        "time_zone": city.time_zone,
        "note": city.note,
    }
    text_bytes = msgspec.msgpack.encode(text)
    city.hash = _digest(head, text_bytes, numbers)
    place = packs / city.name / city.hash[:12]
    if place.exists():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
    except OSError as error:
        raise PackError(f"cannot write packs in {packs} ({error.strerror})") from error
    try:
        np.savez(draft / "city.npz", **numbers)
        (draft / "text.msgpack").write_bytes(text_bytes)
        counts = {
            "premises": len(city.premises),
            "buses": len(city.network.bus_id),
            "edges": len(city.network.edge_id),
            "streets": len(city.premises.streets),
        }
        whole = head | {"hash": city.hash, "counts": counts, "report": report or {}}
        (draft / "pack.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")
        build_directory(draft, city.premises)
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not place.exists():
            raise
    return place


def _digest(head: dict[str, Any], text_bytes: bytes, numbers: dict[str, Any]) -> str:
    """Content hash: the same city gives the same one on every machine."""
    import numpy as np

    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode() + text_bytes)
    for key in sorted(numbers):
        digest.update(key.encode() + np.ascontiguousarray(numbers[key]).tobytes())
    return digest.hexdigest()


def read_head(place: Path) -> dict[str, Any]:
    """`pack.json` of a pack. Raises PackError with what is wrong and what to do."""
    try:
        head = json.loads((place / "pack.json").read_text())
    except (OSError, ValueError) as error:
        raise PackError(f"{place} is not a city pack ({error}); make one with 'stormops city'") from error
    if head.get("schema") != SCHEMA:
        raise PackError(
            f"{place} has pack schema {head.get('schema')}, this version reads {SCHEMA}: import the city again"
        )
    return dict(head)


def read_pack(place: Path) -> City:
    """The city of a pack. Raises PackError."""
    import numpy as np

    head = read_head(place)
    try:
        text_bytes = (place / "text.msgpack").read_bytes()
        text = msgspec.msgpack.decode(text_bytes)
        with (place / "city.npz").open("rb") as file, np.load(file) as npz:
            numbers = {key: npz[key] for key in npz.files}
        told = {key: head[key] for key in _HEAD}
        city = _assemble(head, text, numbers)
    except (OSError, ValueError, KeyError, BadZipFile, msgspec.DecodeError) as error:
        raise PackError(f"{place} is damaged ({error}); import the city again") from error
    if _digest(told, text_bytes, numbers) != head["hash"]:
        raise PackError(f"{place} was changed since it was made (its hash differs); import the city again")
    return city


def _assemble(head: dict[str, Any], text: dict[str, Any], numbers: dict[str, Any]) -> City:
    from stormops.core.network import City, Landmarks, Network, Premises

    lines = {key: _split(numbers, key) for key in ("s", "water", "parks")}
    return City(
        name=head["name"],
        title=head["title"],
        time_zone=head["time_zone"],
        note=head["note"],
        hash=head["hash"],
        premises=Premises(
            **{c: text[f"p_{c}"] for c in _PREMISE_TEXT}, **{c: numbers[f"p_{c}"] for c in _PREMISE_NUMBERS}
        ),
        network=Network(
            **{c: text[f"n_{c}"] for c in _NETWORK_TEXT}, **{c: numbers[f"n_{c}"] for c in _NETWORK_NUMBERS}
        ),
        landmarks=Landmarks(name=text["l_name"], lon=numbers["l_lon"], lat=numbers["l_lat"]),
        street_lines=lines["s"],
        street_line_street=numbers["s_street"],
        street_line_class=numbers["s_class"],
        water=lines["water"],
        parks=lines["parks"],
    )


def _split(numbers: dict[str, Any], key: str) -> list[Floats]:
    """Polylines that were written end to end."""
    import numpy as np

    lengths = numbers[f"{key}_lengths"]
    return list(np.split(numbers[f"{key}_points"], np.cumsum(lengths)[:-1])) if len(lengths) else []
