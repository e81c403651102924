"""Nothing is left out of the catalogue, and what was kept comes back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from stormops.accounts import catalogue
from stormops.accounts.rules import fees
from stormops.accounts.rules.public_records import Exemption, Retention
from stormops.accounts.rules.watching import AuditWatch
from tests.accounts.policies import PACKS, TODAY

RULES = Path(catalogue.__file__).parent / "rules"


def test_every_rule_is_in_the_catalogue_by_a_name_of_its_own() -> None:
    written = sum(path.read_text().count("\n@rule(") for path in RULES.glob("*.py"))
    assert len(catalogue.RULES) == written


def test_every_kind_of_terms_has_one_class() -> None:
    kinds: set[Any] = {rule.kind for rule in catalogue.RULES.values()} | {AuditWatch, Exemption, Retention}
    assert len(kinds) == len(catalogue.KINDS)
    assert all(kind.kind for kind in kinds)


def test_some_city_uses_every_kind() -> None:
    used = {clause.kind for pack in PACKS for clause in pack.clauses}
    assert used == set(catalogue.KINDS)


def test_a_kept_decision_of_an_unknown_rule_is_refused() -> None:
    kept = catalogue.to_plain(fees.late(PACKS["gru"], TODAY, fees.PastDue(balance=1)))
    with pytest.raises(msgspec.ValidationError, match=r"fees\.early"):
        catalogue.from_plain({**kept, "rule": "fees.early"})
    with pytest.raises(msgspec.ValidationError, match="balance"):
        catalogue.from_plain({**kept, "inputs": {"balance": "much"}})
