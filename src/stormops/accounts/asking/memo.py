"""Decisions by the million: what a rule made of the same clause and the same given is worked out once and abridged.

Only for rules of terms and what is given; one that looks at the day fails here. The formula is not written: it is
given back from the abridged decision (`accounts.abridged`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from stormops.accounts import abridged
from stormops.accounts.decision import Decision, Rule, Step, Working
from stormops.accounts.policy import Pack
from stormops.accounts.refusal import Refusal

V = TypeVar("V")

KEPT_MAX = 400_000
"""Results kept; above it all are forgotten."""

_key = msgspec.msgpack.Encoder().encode


class _Quiet(Working):
    """Writes no steps, and knows no day: what looks at it cannot be remembered for another."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def __call__(self, name: str, formula: str, value: V) -> V:
        """See `Working`."""
        del name, formula
        return value

    def cents(self, name: str, formula: str, amount: int) -> int:
        """See `Working`."""
        del name, formula
        return amount


_QUIET = _Quiet()


class _Worked(NamedTuple):
    decision: Decision[Any]
    text: msgspec.Raw
    name: bytes
    """The text, as it is told from others."""


class Memo:
    """The results of rules under one pack, and the abridged decisions of the bill at hand."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._worked: dict[tuple[str, str, int], dict[Any, _Worked]] = {}
        """By rule, whom it is for and clause: by what was given, written down, and by the values it was made of."""
        self._in_force: dict[tuple[str, date, str], dict[Any, _Worked]] = {}
        """The same, by the day on which the clause is in force."""
        self._kept = 0
        self._taken: dict[bytes, msgspec.Raw] = {}

    def decide(self, rule: Rule[Any, Any, V], on: date, given: msgspec.Struct, of: str = "") -> Decision[V]:
        """As the rule itself decides, without clause and formula."""
        known = self._in_force.get((rule.name, on, of))
        if known is None:
            known = self._under(rule, on, of)
        return self._taking(self._known(known, rule, on, given, of), on)

    def decide_of(
        self, rule: Rule[Any, Any, V], on: date, make: Callable[..., msgspec.Struct], values: tuple[Any, ...], of: str
    ) -> Decision[V]:
        """As `decide`, of what `make` makes of some values and of nothing else; known ones need not be made."""
        known = self._in_force.get((rule.name, on, of))
        if known is None:
            known = self._under(rule, on, of)
        key = make, values
        worked = known.get(key)
        if worked is None:
            worked = self._known(known, rule, on, make(*values), of)
            known[key] = worked
        return self._taking(worked, on)

    def _under(self, rule: Rule[Any, Any, Any], on: date, of: str) -> dict[Any, _Worked]:
        """What was worked out under the clause that is in force."""
        found = self._pack.clause(rule.kind, on, of)
        clause = rule.name, of, 0 if found is None else id(found[1])
        known = self._in_force[rule.name, on, of] = self._worked.setdefault(clause, {})
        return known

    def _known(
        self, known: dict[Any, _Worked], rule: Rule[Any, Any, Any], on: date, given: msgspec.Struct, of: str
    ) -> _Worked:
        key = _key(given)
        worked = known.get(key)
        if worked is None:
            self._make_room()
            worked = known[key] = self._work(rule, on, given, of)
        return worked

    def _taking(self, worked: _Worked, on: date) -> Decision[Any]:
        self._taken[worked.name] = worked.text
        decision = worked.decision
        return decision if decision.on == on else msgspec.structs.replace(decision, on=on)

    def _make_room(self) -> None:
        if self._kept >= KEPT_MAX:
            for known in self._worked.values():
                known.clear()
            self._kept = 0
        self._kept += 1

    def take(self) -> list[msgspec.Raw]:
        """The abridged decisions made since this was last asked, each once."""
        taken, self._taken = list(self._taken.values()), {}
        return taken

    def _work(self, rule: Rule[Any, Any, V], on: date, given: msgspec.Struct, of: str) -> _Worked:
        found = self._pack.clause(rule.kind, on, of)
        if found is None:
            return _Worked(rule(self._pack, on, given, of), msgspec.Raw(), b"")
        owner, clause = found
        try:
            outcome = rule.work(cast(Any, clause.terms), given, _QUIET)
        except ArithmeticError:
            outcome = cast(Refusal, rule(self._pack, on, given, of).refusal)
        refusal = outcome if isinstance(outcome, Refusal) else None
        decision: Decision[V] = Decision(
            rule=rule.name,
            city=self._pack.name,
            of=of,
            on=on,
            policy=owner.name,
            version=owner.version,
            clause=None,
            inputs=given,
            result=None if isinstance(outcome, Refusal) else outcome,
            refusal=refusal,
        )
        if refusal is not None:
            return _Worked(decision, msgspec.Raw(), b"")
        text = abridged.part(rule, self._pack.name, owner.name, given, outcome, of=of, clause_of=clause.of)
        return _Worked(decision, text, bytes(text))
