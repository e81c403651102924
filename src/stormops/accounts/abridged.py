"""Decisions kept short: a run's bills share its clauses, and each keeps what is its own: rule, given and result.

A bill's decisions written whole are ten kilobytes, nine of them the same words as the neighbours'. The clauses stand
once, in the run's record, as they were; with them the whole decision is given back, formula and all, whatever became
of the packs since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from stormops.accounts import catalogue
from stormops.accounts.decision import Decision, InForce, Working, in_force
from stormops.accounts.policy import Clause, Pack, Terms
from stormops.accounts.refusal import Refusal

Kept = dict[str, Any]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One decision without what its run knows; `clause` is the name under which the run has it."""

    rule: str
    of: str
    clause: str
    inputs: Any
    result: Any


class KeptClause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause as it was in force, and in whose pack."""

    policy: str
    version: str
    clause: InForce


def name_of(owner: Pack, clause: Clause) -> str:
    """The clause's name in its run."""
    return _name(owner.name, clause.kind, clause.of)


def _name(policy: str, kind: str, of: str) -> str:
    return f"{policy}/{kind}/{of}".rstrip("/")


def part(decision: Decision[Any]) -> msgspec.Raw:
    """A whole decision that is no refusal, abridged."""
    clause = decision.clause
    if clause is None or decision.result is None:
        raise ValueError(f"{decision.rule} refused: {decision.refusal}")
    name = _name(decision.policy, clause.kind, clause.of)
    short = Part(rule=decision.rule, of=decision.of, clause=name, inputs=decision.inputs, result=decision.result)
    return msgspec.Raw(msgspec.json.encode(short))


def clauses(pack: Pack, on: date, kinds: Iterable[type[Terms]]) -> dict[str, KeptClause]:
    """The clauses of these kinds that are in force on a day, by their names."""
    names = {kind.kind for kind in kinds}
    return {
        name_of(owner, clause): KeptClause(policy=owner.name, version=owner.version, clause=in_force(owner, clause))
        for owner in pack.lineage()
        for clause in owner.clauses
        if clause.kind in names and clause.in_force(on)
    }


def together(pack: Pack, on: date, run: str, parts: list[msgspec.Raw]) -> Kept:
    """A bill's decisions as it keeps them: `run` has the clauses."""
    return {
        "policy": pack.name,
        "version": pack.version,
        "city": pack.name,
        "on": on,
        "run": run,
        "formula": "each decision by its clause, which the run has",
        "decisions": parts,
    }


def whole(kept: Mapping[str, Any], of_run: Mapping[str, Any]) -> list[Kept]:
    """The decisions of `together`, each as it is kept when it stands alone. Raises `msgspec.ValidationError`."""
    city, on = str(kept["city"]), msgspec.convert(kept["on"], date)
    found = msgspec.convert(of_run, dict[str, KeptClause])
    return [_whole(msgspec.convert(part, Part), city, on, found) for part in kept["decisions"]]


def _whole(part: Part, city: str, on: date, found: Mapping[str, KeptClause]) -> Kept:
    if part.rule not in catalogue.RULES or part.clause not in found:
        raise msgspec.ValidationError(f"There is no rule {part.rule}, or the run has no clause {part.clause}")
    rule, kept = catalogue.RULES[part.rule], found[part.clause]
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
