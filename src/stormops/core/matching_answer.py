"""What matching answers, and the scale of its penalties.

Penalties are integers per 10,000: 0 is exact; each thing that is missing, added or different in what
was said adds its part. Above `BAR` nothing is matched; two premises nearer to each other than
`MARGIN` are not told apart: both become candidates.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from stormops.core.sentence import Sentence

BAR: Final = 2500
"""The highest penalty of a match."""
MARGIN: Final = 300
"""How much better the best must be than the next that is another place."""
WORST: Final = 10_000
CANDIDATES: Final = 5
"""Most candidates of an answer."""


class Possible(NamedTuple):
    """A premise that a report may mean: its row in the city, the penalty, and why."""

    premise: int
    penalty: int
    reasons: list[Sentence]


class Matched(NamedTuple):
    """The report means this premise. `rule` names how it was found (the rules are listed in `core.matching`)."""

    premise: int
    penalty: int
    rule: str
    reasons: list[Sentence]


class NotMatched(NamedTuple):
    """No premise is sure enough: why, and up to five candidates, best first."""

    why: Sentence
    candidates: list[Possible]


def possible(found: list[Possible]) -> list[Possible]:
    """The best few, best first, one line a premise; ties by row, so that the order is always the same."""
    best: dict[int, Possible] = {}
    for one in sorted(found, key=lambda p: (p.penalty, p.premise)):
        best.setdefault(one.premise, one._replace(penalty=min(one.penalty, WORST)))
    return list(best.values())[:CANDIDATES]
