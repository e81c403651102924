"""State machines of the customer domain as tables: the legal edges, and a refusal with a sentence for all others.

What is final has no edge. Machines stand in `states_service`, `states_money` and `states_work`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stormops.accounts.refusal import Refusal


class Machine(NamedTuple):
    """One kind of thing and its life. `edges` gives for each state what can be done in it, and what comes of that."""

    noun: str
    start: str
    edges: Mapping[str, Mapping[str, str]]

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order of the table."""
        return tuple(self.edges)

    @property
    def steps(self) -> tuple[str, ...]:
        """All that can be done in some state, in the order of the table."""
        return tuple(dict.fromkeys(step for edges in self.edges.values() for step in edges))

    @property
    def final(self) -> frozenset[str]:
        """States in which nothing can be done any more."""
        return frozenset(state for state, edges in self.edges.items() if not edges)

    def after(self, state: str, step: str) -> str | Refusal:
        """The state after `step`; a refusal when there is no such edge. Raises KeyError for what is no state."""
        edges = self.edges[state]
        if step in edges:
            return edges[step]
        if not edges:
            return Refusal("final_state", f"This {self.noun} is {_words(state)}, and that is final.", "state")
        can = _listed([_words(each) for each in edges])
        return Refusal(
            "illegal_step", f"This {self.noun} is {_words(state)}: it can {can} now, not {_words(step)}.", "state"
        )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
