"""A decision: which rule, by whose policy, on what, to what end, and each step of the way.

A rule is a pure function of terms (`policy.Terms`), what is given (a struct) and a `Working`, in which it
writes its formula step by step. It gives its result or a `Refusal`; called with a pack and a day it gives
a `Decision`, which holds all that is needed to show it ("why?") and to compute it again years later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Generic, TypeVar, cast, get_args, get_type_hints

import msgspec

from stormops.accounts.money import Cents
from stormops.accounts.policy import Clause, Pack, Terms
from stormops.accounts.refusal import Refusal

T = TypeVar("T", bound=Terms)
G = TypeVar("G", bound=msgspec.Struct)
R = TypeVar("R")
V = TypeVar("V")

_SHOWN = Decimal("0.000001")


NO_POLICY = "no_policy"
"""The code where a city has no policy on the day: nothing is done that no policy allows."""


NOT_COMPUTABLE = "not_computable"
"""The code where what was given leads beyond the calendar or the numbers, or divides by nothing."""


class Step(msgspec.Struct, frozen=True):
    """One line of a formula: what is found, how, and what it comes to."""

    name: str
    formula: str
    value: str


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """The clause that was in force, with its terms as they were."""

    kind: str
    of: str
    start: date
    end: date | None
    cite: tuple[str, ...]
    note: str
    terms: dict[str, Any]


class Decision(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """What a rule said. Exactly one of `result` and `refusal` is given.

    `city` is the pack that was asked; `policy` and `version` name the one that the clause stands in, which may
    be a parent of it ("" where there is none).
    """

    rule: str
    city: str
    of: str
    on: date
    policy: str
    version: str
    clause: InForce | None
    inputs: Any
    result: R | None = None
    refusal: Refusal | None = None
    formula: tuple[Step, ...] = ()

    @property
    def value(self) -> R:
        """The result of a decision that is not a refusal; `ValueError` for one that is."""
        if self.result is None:
            raise ValueError(f"{self.rule} refused: {self.refusal}")
        return self.result


class Working:
    """Where a rule writes its steps; `on` is the day of the decision."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.steps: list[Step] = []

    def __call__(self, name: str, formula: str, value: V) -> V:
        """Write a step down and hand its value on; decimals are exact, shown to six places."""
        self.steps.append(Step(name, formula, said(value)))
        return value

    def cents(self, name: str, formula: str, amount: Cents) -> Cents:
        """The same for an amount of money."""
        self.steps.append(Step(name, formula, usd(amount)))
        return amount


def said(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, Decimal):
        shown = value.quantize(_SHOWN, ROUND_HALF_EVEN) if -value.as_tuple().exponent > 6 else value  # type: ignore[operator]
        return f"{shown:,f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(said(part) for part in value)
    return str(value)


def usd(amount: Cents) -> str:
    """Cents as people read them: $1,954.83."""
    return f"{'-' if amount < 0 else ''}${abs(amount) // 100:,}.{abs(amount) % 100:02d}"


class Rule(Generic[T, G, R]):
    """A rule by its name, which is kept in decisions and never changes."""

    def __init__(self, name: str, work: Callable[[T, G, Working], R | Refusal]) -> None:
        self.name, self.work = name, work
        self.__doc__ = work.__doc__
        terms, given, _, result = get_type_hints(work).values()
        self.kind: type[T] = terms
        self.given: type[G] = given
        parts = [part for part in get_args(result) if part is not Refusal]
        self.result: Any = (parts[0] if len(parts) == 1 else result) if parts else result

    def __call__(self, pack: Pack, on: date, given: G, of: str = "") -> Decision[R]:
        """Decide by the policy in force on a day; `of` names the plan, class or instrument that it is for."""
        found = pack.clause(self.kind, on, of)
        working = Working(on)
        if found is None:
            what = f"{self.kind.kind} of {of}" if of else self.kind.kind
            refusal = Refusal(NO_POLICY, f"{pack.title} has no policy on {what} on {on}.")
            return Decision(
                rule=self.name,
                city=pack.name,
                of=of,
                on=on,
                policy="",
                version="",
                clause=None,
                inputs=given,
                refusal=refusal,
            )
        owner, clause = found
        try:
            outcome: R | Refusal = self.work(cast(T, clause.terms), given, working)
        except ArithmeticError as error:
            outcome = Refusal(NOT_COMPUTABLE, f"A day or an amount is beyond what can be computed: {error}.")
        return Decision(
            rule=self.name,
            city=pack.name,
            of=of,
            on=on,
            policy=owner.name,
            version=owner.version,
            clause=in_force(owner, clause),
            inputs=given,
            result=None if isinstance(outcome, Refusal) else outcome,
            refusal=outcome if isinstance(outcome, Refusal) else None,
            formula=tuple(working.steps),
        )


def in_force(owner: Pack, clause: Clause) -> InForce:
    """A clause as a decision keeps it."""
    return InForce(
        kind=clause.kind,
        of=clause.of,
        start=clause.start,
        end=clause.end,
        cite=tuple(f"{key}: {owner.sources[key]}" for key in clause.cite),
        note=clause.note,
        terms=msgspec.json.decode(msgspec.json.encode(clause.terms)),
    )


def rule(name: str) -> Callable[[Callable[[T, G, Working], R | Refusal]], Rule[T, G, R]]:
    """Make a function a rule."""

    def made(work: Callable[[T, G, Working], R | Refusal]) -> Rule[T, G, R]:
        return Rule(name, work)

    return made
