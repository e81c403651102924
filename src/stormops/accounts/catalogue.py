"""All rules and all kinds of terms; and the way back from a stored decision to the same one, computed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import msgspec

from stormops.accounts.decision import Decision, Rule
from stormops.accounts.policy import Packs, Terms
from stormops.accounts.rules import (
    allocation,
    approvals,
    arrangements,
    back_billing,
    bankruptcy,
    collections,
    delinquency,
    deposit_life,
    deposits,
    disconnection,
    estimates,
    fees,
    leaks,
    liability,
    loan_life,
    loans,
    metered,
    outage_credits,
    property_charges,
    proration,
    public_records,
    rebates,
    refunds,
    releases,
    standin,
    storm,
    taxes,
    umbrella,
    use_check,
    watching,
)

AnyRule = Rule[Any, Any, Any]

_SUBJECTS: tuple[ModuleType, ...] = (
    allocation,
    approvals,
    arrangements,
    back_billing,
    bankruptcy,
    collections,
    delinquency,
    deposit_life,
    deposits,
    disconnection,
    estimates,
    fees,
    leaks,
    liability,
    loan_life,
    loans,
    metered,
    outage_credits,
    property_charges,
    proration,
    public_records,
    rebates,
    refunds,
    releases,
    standin,
    storm,
    taxes,
    umbrella,
    use_check,
)

RULES: dict[str, AnyRule] = {
    found.name: found for subject in _SUBJECTS for found in vars(subject).values() if isinstance(found, Rule)
}
"""Every rule by its name."""

_TERMS: tuple[type[Terms], ...] = (
    *(rule.kind for rule in RULES.values()),
    public_records.Exemption,
    public_records.Retention,
    watching.AuditWatch,
)

KINDS: dict[str, type[Terms]] = {kind.kind: kind for kind in _TERMS}
"""Every kind of terms that a pack may hold, by its name there."""


def packs(raws: Iterable[Mapping[str, Any]]) -> Packs:
    """Packs of TOML that was read already. Raises `PolicyError`."""
    return Packs(raws, KINDS)


def to_plain(decision: Decision[Any]) -> dict[str, Any]:
    """A decision as plain values that JSON can keep, beside what was done by it."""
    plain: dict[str, Any] = msgspec.to_builtins(decision)
    return plain


def from_plain(kept: Mapping[str, Any]) -> Decision[Any]:
    """The same decision again. Raises `msgspec.ValidationError`, also where the rule is not known."""
    plain = msgspec.convert(kept, Decision[Any])
    if plain.rule not in RULES:
        raise msgspec.ValidationError(f"No rule is called {plain.rule}")
    rule = RULES[plain.rule]
    return msgspec.structs.replace(
        plain,
        inputs=msgspec.convert(plain.inputs, rule.given),
        result=None if plain.result is None else msgspec.convert(plain.result, rule.result),
    )


def recompute(decision: Decision[Any], packs: Packs) -> Decision[Any]:
    """Decide again by today's packs: the same decision, unless the policy of that day was changed since."""
    return RULES[decision.rule](packs[decision.city], decision.on, decision.inputs, decision.of)
