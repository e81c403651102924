"""The ways in which one address text can be read: where the street ends, what is town, what is unit.

The first reading is the plain one. The others are tried only when it does not fit the city: commas
that mean nothing, a town without a comma, a misspelt or glued suffix, a unit without its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import OSA

from stormops.core.address import Street, street
from stormops.core.address_said import Said
from stormops.core.address_words import DIRECTIONS, PLAIN_TYPES, TYPES
from stormops.core.matching_streets import Streets
from stormops.core.matching_towns import UNKNOWN, UNSAID, Towns
from stormops.core.sentence import Sentence, say

MOST_WORDS = 16
"""Words of the street and town that are read; no address has more."""
_UNIT_LIKE = re.compile(r"\d{1,4}[A-Z]?$|[A-Z]\d{0,4}$")

_SUFFIX_IN_TWO, _SUFFIX_GLUED = say("suffix_in_two"), say("suffix_glued")
_DIRECTION_MISSPELT, _DIRECTION_GLUED = say("direction_misspelt"), say("direction_glued")
_LAST_WORD_UNIT, _LETTER_UNIT = say("last_word_unit"), say("letter_unit")
_MERGED = Sentence("")
"""The suffix is part of the name: a close reading, which is not talked about."""


class Reading(NamedTuple):
    """One way to read a text. `extra` is the penalty of reading it so, `note` its reason for people.

    A `close` reading is worth something only when the city has this name or one a letter off.
    `town` are the canonical localities named (`UNSAID`, `UNKNOWN`), `town_letters` how many letters they are off.
    """

    street: Street
    number: str
    unit: str
    postcode: str
    town: tuple[int, ...]
    town_letters: int
    town_text: str
    extra: int
    note: Sentence | None
    close: bool


class _Split(NamedTuple):
    """Words of the street, and the town that was named."""

    words: list[str]
    town: tuple[int, ...]
    letters: int
    text: str


def _no_town(words: list[str]) -> _Split:
    return _Split(words, UNSAID, 0, "")


def _town(words: list[str], place: list[str], towns: Towns) -> _Split:
    """The words before, and whatever town the words after name: exactly, nearly, or none that is known."""
    found, letters = towns.exact(place), 0
    if not found:
        found, letters = towns.near(place)
    return _Split(words, found or UNKNOWN, letters, " ".join(place))


def _ended(words: list[str]) -> bool:
    """Whether these words end as a street does: with a type, or a type and a direction."""
    last = len(words) - 1
    if last > 1 and words[last] in DIRECTIONS:
        last -= 1
    return last > 0 and words[last] in TYPES


def _splits(said: Said, towns: Towns) -> Iterator[_Split]:
    """Where the street may end and the town begin, likeliest first.

    A street that plainly ends before a town that is plainly one of the city's leaves no other way to read it.
    """
    words = said.words[:MOST_WORDS]
    parts = said.segments
    if len(parts) > 1 and parts[0]:
        rest = [word for part in parts[1:] for word in part][:MOST_WORDS]
        place = rest if towns.exact(rest) else parts[-1][:MOST_WORDS]
        split = _town(parts[0][:MOST_WORDS], place, towns)
        yield split
        if split.town != UNKNOWN and not split.letters and _ended(split.words):
            return
    count, found = towns.tail(words)
    if count:
        yield _Split(words[:-count], found, 0, " ".join(words[-count:]))
        shorter = towns.exact(words[1 - count :]) if count > 1 and words[-count] in DIRECTIONS else UNSAID
        if shorter:
            yield _Split(words[: 1 - count], shorter, 0, " ".join(words[1 - count :]))
        elif _ended(words[:-count]):
            return
    yield _no_town(words)
    yield from _after_types(words, towns)
    for count in (2, 1):
        near, letters = towns.near(words[-count:]) if len(words) > count else (UNSAID, 0)
        if near:
            yield _Split(words[:-count], near, letters, " ".join(words[-count:]))


def _after_types(words: list[str], towns: Towns) -> Iterator[_Split]:
    """The town behind each street type, the last type first."""
    ends = [i for i, word in enumerate(words[:-1]) if word in TYPES and i][-3:]
    for i in reversed(ends):
        if words[i + 1] in DIRECTIONS and i + 2 < len(words):
            yield _town(words[: i + 2], words[i + 2 :], towns)
        yield _town(words[: i + 1], words[i + 1 :], towns)


def _endings(words: list[str]) -> Iterator[tuple[Street, int, Sentence | None]]:
    """The street's words with their last word read otherwise: a type that is misspelt, split or glued."""
    last = words[-1]
    if len(words) > 2 and words[-2] + last in TYPES:
        yield street([*words[:-2], words[-2] + last]), 100, _SUFFIX_IN_TWO
    if len(words) > 1 and last.isalpha():
        yield street([*words[:-1], "STREET"])._replace(kind=last), 0, None
    for size in range(min(9, len(last) - 3), 1, -1):
        if last[-size:] in TYPES:
            yield street([*words[:-1], last[:-size], last[-size:]]), 100, _SUFFIX_GLUED


def _plainly(words: list[str], plain: Street) -> Iterator[Street]:
    """The name's words joined as they stand, for words that were split where a short word came out."""
    last = len(words) - (words[-1] in TYPES and len(words) > 1)
    kind = TYPES[words[-1]] if last < len(words) else ""
    names = ["".join(words[:last])]
    if plain.pre and last > 1:
        names.append("".join(words[1:last]))
    for i, name in enumerate(names):
        if name != plain.name:
            yield Street(plain.pre if i else "", name, kind, "")


def _near_direction(word: str) -> str:
    """The direction that a word one letter off means; empty when it is none."""
    if not 3 < len(word) < 7:
        return ""
    return next((d for d in ("NORTH", "SOUTH", "EAST", "WEST") if OSA.distance(word, d, score_cutoff=1) == 1), "")


def _streets(words: list[str], streets: Streets) -> Iterator[tuple[Street, str, int, Sentence | None]]:
    """Readings of the street's words: (street, unit, extra penalty, note)."""
    plain = street(words)
    yield plain, "", 0, None
    if plain.kind and (plain.kind not in PLAIN_TYPES or streets.named(plain.name + plain.kind)):
        yield plain._replace(name=plain.name + plain.kind, kind=""), "", 0, _MERGED
    if len(words) > 1 and _UNIT_LIKE.match(words[-1]):
        yield street(words[:-1]), words[-1], 50, _LAST_WORD_UNIT
    if len(words) > 1 or words[0] in TYPES:
        for other in _plainly(words, plain):
            yield other, "", 0, None
    toward = "" if plain.pre or len(words) < 2 else _near_direction(words[0])
    if toward:
        yield street([toward, *words[1:]]), "", 100, _DIRECTION_MISSPELT
    if not plain.kind:
        for other, extra, note in _endings(words):
            yield other, "", extra, note
    elif plain.post == "" and plain.pre == "" and words[0][:1] in DIRECTIONS and streets.exact(words[0][1:]):
        yield street([words[0][:1], words[0][1:], *words[1:]]), "", 100, _DIRECTION_GLUED


def readings(said: Said, towns: Towns, streets: Streets) -> Iterator[Reading]:
    """Every way to read the text, the plain one first. At most a few dozen."""
    seen: set[tuple[int, tuple[int, ...]]] = set()
    for split in _splits(said, towns):
        if not split.words or (len(split.words), split.town) in seen:
            continue
        seen.add((len(split.words), split.town))
        if said.letter and split.words[0] == said.letter and len(split.words) > 1:
            yield _reading(said, split, (street(split.words[1:]), "", 0, None))._replace(
                number=said.number + said.letter
            )
            yield _reading(said, split, (street(split.words[1:]), said.letter, 50, _LETTER_UNIT))
        for otherwise in _streets(split.words, streets):
            if otherwise[0].name:
                yield _reading(said, split, otherwise)


def _reading(said: Said, split: _Split, otherwise: tuple[Street, str, int, Sentence | None]) -> Reading:
    parts, unit, extra, note = otherwise
    extra += 100 if said.after else 0
    town = split.town, split.letters, split.text
    close = note is _MERGED
    return Reading(parts, said.number, said.unit or unit, said.postcode, *town, extra, None if close else note, close)
