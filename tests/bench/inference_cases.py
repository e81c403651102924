"""Cases of the inference benchmark: small TOML files in `tests/bench/cases/`, frozen before the engine was written.

A file has what its rows share, and `[[row]]` tables that say what differs. `docs/results/inference.md` explains the
fields; here are their bounds and defaults.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "cases"


class Wrong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the method is told, as a factor of the truth; and the share of customers linked wrongly."""

    report_rate: float = 1.0
    false_rate: float = 1.0
    prior: float = 1.0
    mislinked: float = 0.0


class Flatline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Meters fall silent: all, or those of the largest collector, from and to a minute of the storm."""

    whole: bool
    from_min: float
    to_min: float


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of storm on one network, played once for each seed.

    `share`: of the customers out without any repair (the hazard is fitted to it); 0 = use `scale`, which multiplies
    the reference's chances. Static storms have no times. `minutes`: the storm's length; failures happen within the
    first `onset_min`. `repaired`: share of the failures repaired within about `repair_min` of their beginning.
    """

    case: str = ""
    name: str
    network: str
    customers: int = 30_000
    static: bool = False
    scale: float = 1.0
    share: float = 0.0
    report_rate: float = 0.1
    false_rate: float = 2e-4
    meter_rate: float = 0.0
    read_every_min: float = 0.0
    duplicates: float = 0.0
    neighbours: float = 0.0
    telemetry: bool = False
    minutes: int = 300
    onset_min: int = 180
    repaired: float = 0.0
    repair_min: float = 75.0
    nested: float = 0.0
    flatline: Flatline | None = None
    grade_min: tuple[int, ...] = (30, 120, 300)
    look_min: int = 10
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    wrong: Wrong = Wrong()

    @property
    def title(self) -> str:
        """Case and row."""
        return f"{self.case} {self.name}"

    @property
    def told_true(self) -> bool:
        """Whether the method is told the true rates and records; its hazard may be off in any row with times."""
        return self.wrong == Wrong(prior=self.wrong.prior)


def read_cases(folder: Path = FOLDER) -> list[Row]:
    """All rows of all files, in order of file names. Raises msgspec.ValidationError on an unknown or wrong field."""
    return [row for path in sorted(folder.glob("*.toml")) for row in read_case(path)]


def read_case(path: Path) -> list[Row]:
    """The rows of one file."""
    shared = tomllib.loads(path.read_text())
    rows = shared.pop("row")
    return [msgspec.convert({"case": path.stem} | shared | row, Row) for row in rows]
