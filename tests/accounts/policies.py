"""Every city's packs, packs of one clause, and the proof that a decision comes out the same when computed again."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from stormops.accounts import catalogue
from stormops.accounts.decision import Decision
from stormops.accounts.policy import Pack, Packs

R = TypeVar("R")

FOLDER = Path(__file__).parents[2] / "deploy/cities/policies"


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(), parse_float=Decimal)


PACKS = catalogue.packs(read(path) for path in sorted(FOLDER.glob("*.toml")))

TODAY = date(2026, 7, 1)


def one(kind: str, of: str = "", **terms: Any) -> Packs:
    """A pack "test" of one clause, always in force."""
    clause = {"from": date(1900, 1, 1), "of": of, "cite": ["test"], **terms}
    head = {"name": "test", "title": "Test", "version": "1", "sources": {"test": "a test"}}
    return catalogue.packs([{**head, kind: [clause]}])


def only(kind: str, **terms: Any) -> Pack:
    return one(kind, **terms)["test"]


def proved(decision: Decision[R], packs: Packs = PACKS) -> Decision[R]:
    """The decision, after it was kept, read again and computed again to the same one."""
    assert (decision.result is None) != (decision.refusal is None)
    assert decision.refusal is not None or decision.formula, "a result has its formula"
    assert catalogue.from_plain(json.loads(json.dumps(catalogue.to_plain(decision)))) == decision
    assert catalogue.recompute(decision, packs) == decision
    return decision


def refused(decision: Decision[R], packs: Packs = PACKS) -> str:
    """The code of a decision that is a refusal."""
    refusal = proved(decision, packs).refusal
    assert refusal is not None, decision.result
    return refusal.code
