"""Decisions kept short: a run's bills share its clauses, and each keeps what is its own: rule, given and result.

A bill's decisions written whole are ten kilobytes, nine of them the same words as the neighbours'. The clauses stand
once, in the run's record, as they were; with them the whole decision is given back, formula and all, whatever became
of the packs since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import msgspec

from stormops.accounts import catalogue
from stormops.accounts.decision import Decision, InForce, Rule, Working, in_force
from stormops.accounts.policy import Pack, Terms
from stormops.accounts.records_money import BillingRun
from stormops.accounts.refusal import Refusal

Kept = dict[str, Any]


BY_RUN = "by the run's clauses"
"""What stands for the formula, which is given back from them."""

_encode = msgspec.json.Encoder().encode


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One decision without what its run knows; kept as a list, for bills are many and names are long.

    `clause` is the name under which the run has it; empty where it is the city's own of the rule's kind. `inputs` are
    without what they leave at its default.
    """

    rule: str
    of: str
    clause: str
    inputs: dict[str, Any]
    result: Any


class KeptClause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause as it was in force, and in whose pack."""

    policy: str
    version: str
    clause: InForce


def name_of(policy: str, kind: str, of: str) -> str:
    """A clause's name in its run."""
    return f"{policy}/{kind}/{of}".rstrip("/")


def part(
    rule: Rule[Any, Any, Any], city: str, owner: str, given: msgspec.Struct, result: object, *, of: str, clause_of: str
) -> msgspec.Raw:
    """A decision that is no refusal, abridged; `owner` is the pack of its clause, `clause_of` whom that is for."""
    short = Part(
        rule=rule.name,
        of=of,
        clause="" if owner == city else name_of(owner, rule.kind.kind, clause_of),
        inputs=_given(given),
        result=result,
    )
    return msgspec.Raw(_encode(short))


def of_decision(decision: Decision[Any]) -> msgspec.Raw:
    """A whole decision, abridged. Raises ValueError for a refusal."""
    clause = decision.clause
    if clause is None or decision.result is None:
        raise ValueError(f"{decision.rule} refused: {decision.refusal}")
    rule, result = catalogue.RULES[decision.rule], decision.result
    return part(rule, decision.city, decision.policy, decision.inputs, result, of=decision.of, clause_of=clause.of)


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """The fields of a struct with their defaults, `NODEFAULT` where one must be given."""
    return tuple((field.name, field.default) for field in msgspec.structs.fields(kind))


def _given(struct: msgspec.Struct) -> dict[str, Any]:
    """A struct's fields that are not at their default."""
    values = ((name, getattr(struct, name), default) for name, default in _defaults(type(struct)))
    return {name: value for name, value, default in values if default is msgspec.NODEFAULT or value != default}


def clauses(pack: Pack, on: date, kinds: Iterable[type[Terms]]) -> dict[str, KeptClause]:
    """The clauses of these kinds that are in force on a day, by their names."""
    names = {kind.kind for kind in kinds}
    return {
        name_of(owner.name, clause.kind, clause.of): KeptClause(
            policy=owner.name, version=owner.version, clause=in_force(owner, clause)
        )
        for owner in pack.lineage()
        for clause in owner.clauses
        if clause.kind in names and clause.in_force(on)
    }


def together(pack: Pack, run: str, parts: list[msgspec.Raw]) -> Kept:
    """A bill's decisions as it keeps them: `run` has city, day and clauses."""
    return {"policy": pack.name, "version": pack.version, "run": run, "formula": BY_RUN, "decisions": parts}


def elsewhere(kept: Kept, bill: str) -> Kept:
    """What the other bills of a building keep: the decisions stand in this one."""
    return {name: kept[name] for name in ("policy", "version")} | {"formula": f"as bill {bill} has it", "bill": bill}


def whole(kept: Mapping[str, Any], run: BillingRun) -> list[Kept]:
    """The decisions of `together`, each as it is kept when it stands alone. Raises `msgspec.ValidationError`."""
    found = msgspec.convert(run.clauses, dict[str, KeptClause])
    return [_whole(msgspec.convert(part, Part), run.city, run.on, found) for part in kept["decisions"]]


def _whole(part: Part, city: str, on: date, found: Mapping[str, KeptClause]) -> Kept:
    rule = catalogue.RULES.get(part.rule)
    if rule is None:
        raise msgspec.ValidationError(f"There is no rule {part.rule}")
    names = [part.clause] if part.clause else [name_of(city, rule.kind.kind, of) for of in (part.of, "")]
    kept = next((found[name] for name in names if name in found), None)
    if kept is None:
        raise msgspec.ValidationError(f"The run has no clause {' or '.join(names)}")
    inputs, working = msgspec.convert(part.inputs, rule.given), Working(on)
    terms = msgspec.convert(kept.clause.terms, rule.kind)
    again = rule.work(terms, inputs, working)
    decision: Decision[Any] = Decision(
        rule=part.rule,
        city=city,
        of=part.of,
        on=on,
        policy=kept.policy,
        version=kept.version,
        clause=kept.clause,
        inputs=inputs,
        result=None if isinstance(again, Refusal) else msgspec.convert(part.result, rule.result),
        refusal=again if isinstance(again, Refusal) else None,
        formula=tuple(working.steps),
    )
    return catalogue.to_plain(decision)
