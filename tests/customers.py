"""Books of a small generated city, made once: 57 accounts with 24 months of bills, a building that shares its own."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from geo.billing_history import Part, history
from geo.generate import generate_city
from stormops.accounts.policy import Pack
from stormops.counter.policies import read_pack

POLICIES = Path(__file__).parents[1] / "deploy/cities/policies"
UNTIL = date(2026, 11, 30)
MONTHS = 24
PREMISES = 56
SEED = 2


@cache
def policy() -> Pack:
    """The generated city's."""
    return read_pack(POLICIES, "palmetto", UNTIL)


@cache
def parts() -> tuple[Part, ...]:
    """Everything of its customers."""
    return tuple(history(generate_city(200), policy(), UNTIL, MONTHS, seed=SEED, limit=PREMISES))
