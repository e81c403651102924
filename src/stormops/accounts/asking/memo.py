"""Decisions by the million: what a rule made of the same clause and the same given is worked out once and abridged.

Only for rules of terms and what is given; one that looks at the day fails here. The formula is not written: it is
given back from the abridged decision (`accounts.abridged`).
"""

from __future__ import annotations

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
    policy: str
    version: str
    result: Any
    refusal: Refusal | None
    text: msgspec.Raw
    name: bytes
    """The text, as it is told from others."""


class Memo:
    """The results of rules under one pack, and the abridged decisions of the bill at hand."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._worked: dict[Any, _Worked] = {}
        self._clauses: dict[tuple[str, date, str], int] = {}
        self._taken: dict[bytes, msgspec.Raw] = {}

    def decide(self, rule: Rule[Any, Any, V], on: date, given: msgspec.Struct, of: str = "") -> Decision[V]:
        """As the rule itself decides, without clause and formula."""
        clause = self._clause(rule, on, of)
        key = rule.name, of, clause, _key(given)
        worked = self._worked.get(key)
        if worked is None:
            if len(self._worked) >= KEPT_MAX:
                self._worked.clear()
            worked = self._worked[key] = self._work(rule, on, given, of)
        self._taken[worked.name] = worked.text
        return Decision(
            rule=rule.name,
            city=self._pack.name,
            of=of,
            on=on,
            policy=worked.policy,
            version=worked.version,
            clause=None,
            inputs=given,
            result=worked.result,
            refusal=worked.refusal,
        )

    def _clause(self, rule: Rule[Any, Any, V], on: date, of: str) -> int:
        """Which clause is in force; 0 = none."""
        place = rule.name, on, of
        clause = self._clauses.get(place)
        if clause is None:
            found = self._pack.clause(rule.kind, on, of)
            clause = self._clauses[place] = 0 if found is None else id(found[1])
        return clause

    def take(self) -> list[msgspec.Raw]:
        """The abridged decisions made since this was last asked, each once."""
        taken, self._taken = list(self._taken.values()), {}
        return taken

    def _work(self, rule: Rule[Any, Any, V], on: date, given: msgspec.Struct, of: str) -> _Worked:
        found = self._pack.clause(rule.kind, on, of)
        if found is None:
            refused = rule(self._pack, on, given, of)
            return _Worked("", "", None, refused.refusal, msgspec.Raw(), b"")
        owner, clause = found
        try:
            outcome = rule.work(cast(Any, clause.terms), given, _QUIET)
        except ArithmeticError:
            outcome = cast(Refusal, rule(self._pack, on, given, of).refusal)
        if isinstance(outcome, Refusal):
            return _Worked(owner.name, owner.version, None, outcome, msgspec.Raw(), b"")
        text = abridged.part(rule, self._pack.name, owner.name, given, outcome, of=of, clause_of=clause.of)
        return _Worked(owner.name, owner.version, outcome, None, text, bytes(text))
