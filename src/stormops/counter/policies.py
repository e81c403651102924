"""The city's policy packs, read at start: a counter with a wrong policy does not open."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

from stormops.accounts import catalogue
from stormops.accounts.policy import Pack, PolicyError
from stormops.accounts.policy_limits import limits


def read_pack(folder: Path, name: str, on: date) -> Pack:
    """The pack called `name` among those of a folder. Raises PolicyError, which says which file or clause is wrong."""
    raws = []
    for path in sorted(folder.glob("*.toml")):
        try:
            raws.append(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
        except (OSError, ValueError) as error:
            raise PolicyError(f"{path}: {error}") from error
    packs = catalogue.packs(raws)
    if name not in packs:
        known = ", ".join(pack.name for pack in packs) or "none"
        raise PolicyError(f"{folder} has no pack called {name!r}, the city file's `policy`; there are: {known}")
    limits(packs[name], on)  # what a counter cannot do without is missed now, not at a customer's desk
    return packs[name]
