"""What an address text may mean in this city, how the meanings are ranked, and when one is chosen."""

from __future__ import annotations

from typing import Final, NamedTuple

from stormops.core.address import Street
from stormops.core.address_said import Said
from stormops.core.matching_answer import BAR, MARGIN, WORST
from stormops.core.matching_readings import Reading
from stormops.core.matching_streets import LONG_TYPES, WITH_KIND, WITH_PRE, WITHOUT_CLASS, Like, misspelt
from stormops.core.matching_towns import UNKNOWN
from stormops.core.sentence import Sentence, say

HOPELESS: Final = 5000
"""From this penalty on a street is no candidate."""
OTHER_KIND: Final = 900
"""Another suffix than the street's."""
UNREADABLE: Final = 2600
"""A last word that is no suffix: perhaps a part of the name, so no match."""
_TOWN_LONG = 8
"""A word of this length at the end is no misspelt suffix."""


class Meaning(NamedTuple):
    """What a text may mean: the premises of one address (rows, ascending), or a street without that number (none)."""

    penalty: int
    street: int
    locality: int
    rows: tuple[int, ...]
    reading: Reading
    like: Like


class Heard(NamedTuple):
    """All meanings of a text: with the number (best first) and without (best first)."""

    said: Said
    there: list[Meaning]
    absent: list[Meaning]


def _kind(said: str, known: str) -> int:
    """What a suffix that is not the street's says against it, per 10,000."""
    if not said:
        return 200
    if said not in LONG_TYPES:
        letters = misspelt(said, known) if known else 0
        if letters:
            return 100 + 100 * letters
        return UNREADABLE if known and len(said) < _TOWN_LONG else HOPELESS
    return OTHER_KIND if known else 300


def fit(said: Street, known: Street, flags: int) -> int:
    """What suffix and direction say against a street, per 10,000."""
    penalty = 200 if flags & WITHOUT_CLASS else 0
    kind = "" if flags & WITH_KIND else known.kind
    if said.kind != kind:
        penalty += _kind(said.kind, kind)
    pre = "" if flags & WITH_PRE else known.pre
    if said.pre != pre or said.post != known.post:
        ours, theirs = said.pre + said.post, pre + known.post
        penalty += 100 if ours == theirs else 300 if not ours else 500 if not theirs else 2600
    return penalty


def best_penalty(there: list[Meaning]) -> int:
    """The lowest penalty; the worst when there is no meaning."""
    return min([m.penalty for m in there], default=WORST)


def ranked(meanings: list[Meaning]) -> list[Meaning]:
    """Best first, one line an address; ties by street and row, so that the order is always the same."""
    if len(meanings) < 2:
        return meanings
    best: dict[tuple[int, tuple[int, ...]], Meaning] = {}
    for one in sorted(meanings, key=lambda m: (m.penalty, m.rows, m.street)):
        best.setdefault((one.street, one.rows), one)
    return list(best.values())


class Choice(NamedTuple):
    """The one address that a text means, or None and why not."""

    meaning: Meaning | None
    why: Sentence | None


def choose(heard: Heard) -> Choice:
    """The one address meant, if the best is good enough, clearly better than the next, and not contradicted."""
    there, absent = heard.there, heard.absent
    if heard.said.block:
        return Choice(None, say("block"))
    if not there or there[0].penalty > BAR:
        return Choice(None, _why_nothing(heard))
    best = there[0]
    if absent and absent[0].penalty + MARGIN <= best.penalty:
        return Choice(None, say("no_number_there", number=best.reading.number))
    rivals = [m for m in there if m.penalty < best.penalty + MARGIN]
    if len(rivals) > 1:
        one_street = len({m.street for m in rivals}) == 1
        return Choice(None, say("several_towns" if one_street else "several_fit"))
    return Choice(best, None)


def _why_nothing(heard: Heard) -> Sentence:
    """Why no address is near enough to what was said."""
    if not heard.said.number:
        return say("no_house_number")
    if heard.absent and heard.absent[0].penalty <= BAR:
        return say("no_number", number=heard.said.number)
    if heard.there and heard.there[0].reading.town == UNKNOWN:
        return say("no_town", text=heard.there[0].reading.town_text)
    return say("no_address_near" if heard.there else "no_street")
