"""Storm shapes as data: how fast customers go out, where the front comes from, how repairs go."""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib import resources
from pathlib import Path

import msgspec


class StormError(Exception):
    """A storm file is missing or wrong; the message says which and what to do."""


class Storm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One storm. `onset` and `repairs` are rising (hour, share) points; `hazard` is relative, by kind.

    `peak_share` of customers are out when the onset is complete. `front_scatter` blurs the front: 0 is
    a ruler's line, 1 as much chance as place. `telemetered`: share of the devices of a kind whose state the control
    system tells; `telemetry_lost`: share of those whose link is lost for a time.
    """

    title: str
    hours: float
    starts: str
    peak_share: float
    onset: list[tuple[float, float]]
    repairs: list[tuple[float, float]]
    front_from_degrees: float
    front_scatter: float
    hazard: dict[str, float]
    telemetered: dict[str, float] = {}
    telemetry_lost: float = 0.0

    @property
    def starts_ms(self) -> int:
        """The start, milliseconds since the Unix epoch."""
        return int(datetime.fromisoformat(self.starts).timestamp() * 1000)


def storm_names() -> list[str]:
    """Storms that come with the platform."""
    folder = resources.files("stormops.rehearsal") / "storms"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_storm(name: str) -> Storm:
    """A storm by name, or from a TOML file by path. Raises StormError."""
    path = Path(name)
    if not name.endswith(".toml"):
        if name not in storm_names():
            raise StormError(f"no storm {name!r}; choose one of {', '.join(storm_names())} or give a .toml file")
        path = Path(str(resources.files("stormops.rehearsal") / "storms" / f"{name}.toml"))
    try:
        return msgspec.convert(tomllib.loads(path.read_text()), Storm)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise StormError(f"{path}: {error}") from error
