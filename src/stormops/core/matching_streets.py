"""The city's streets by canonical name: exact, one letter off, alike in sound, or near among a few.

A name is compared without spaces, so that glued and split words cost nothing. Every street is known by
its bare name and by its name with direction or type read as a part of it ("North Avenue", "Palmstreet").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from stormops.core.address import Street, street_text
from stormops.core.address_words import DIRECTION_WORDS, NAME_WORDS, TYPES
from stormops.core.network import Ints

WITH_PRE, WITH_KIND, WITHOUT_CLASS = 1, 2, 4
"""Flags of an alias: the direction, the type is read as part of the name; `US` of a route is left out."""

LONG_TYPES = frozenset(TYPES.values())
"""Street types as canonical names spell them."""
_SPELLINGS: dict[str, list[str]] = {long: [w for w, to in TYPES.items() if to == long] for long in LONG_TYPES}

_SPELLED = {number: word for word, number in NAME_WORDS.items() if number[0].isdigit()}
"""Numbered streets are also known by their word, so that a misspelt word is found."""

_SOUNDS = (
    (re.compile(r"PH"), "F"),
    (re.compile(r"(?<=.)GH(?=T|$)"), ""),
    (re.compile(r"^[KG]N"), "N"),
    (re.compile(r"^WR"), "R"),
    (re.compile(r"TCH|CH"), "X"),
    (re.compile(r"S?C(?=[EIY])"), "S"),
    (re.compile(r"CK|[CQ]"), "K"),
    (re.compile(r"DG(?=E)|G(?=[EIY])"), "J"),
    (re.compile(r"[ZX]"), "S"),
    (re.compile(r"V"), "F"),
    (re.compile(r"WH"), "W"),
    (re.compile(r"(?<=.)[AEIOUYHW]+"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


def sound(name: str) -> str:
    """How a name sounds, roughly: consonants in one spelling, vowels only at the start."""
    for pattern, plain in _SOUNDS:
        name = pattern.sub(plain, name)
    return name


def _digits(name: str) -> str:
    """The digits of a name: `22ND` and `23RD` are two streets, never a misspelling."""
    return "" if name.isalpha() else "".join([c for c in name if c.isdigit()])


class Like(NamedTuple):
    """A street whose name is like the one said: its row, alias flags, letters that differ, alike in sound, penalty."""

    street: int
    flags: int
    distance: int
    sounds: bool
    penalty: int


class Streets:
    """The canonical streets of a city. `of[i]` is the canonical row of the city's street i (S rows to C ≤ S)."""

    def __init__(self, names: Sequence[str]) -> None:
        rows: dict[Street, int] = {}
        self.title: list[str] = []
        of: list[int] = []
        for name in names:
            parts = street_text(name)
            row = rows.setdefault(parts, len(rows))
            of.append(row)
            if row == len(self.title):
                self.title.append(" ".join(name.split()))
        self.of: Ints = np.array(of, np.int32)
        self.parts = list(rows)
        self._alias: dict[str, list[tuple[int, int]]] = {}
        # A name less one letter to the names it is of; mostly one, which then stands without a list around it.
        self._shorter: dict[str, str | list[str]] = {}
        self._sounds: dict[str, list[str]] = {}
        for row, parts in enumerate(self.parts):
            self._add(row, parts)
        self.names = sorted({p.name for p in self.parts if p.name})
        for name in sorted(self._alias):
            self._add_shorter(name)
        self._initial: dict[str, list[str]] = {}
        for name in self.names:
            self._initial.setdefault(name[0], []).append(name)
            self._sounds.setdefault(sound(name), []).append(name)

    def __len__(self) -> int:
        return len(self.parts)

    def _add(self, row: int, parts: Street) -> None:
        if not parts.name:
            return
        pre = DIRECTION_WORDS.get(parts.pre, "")
        known = {parts.name: 0}
        if parts.name in _SPELLED:
            known[_SPELLED[parts.name]] = 0
        if parts.kind:
            known.setdefault(parts.name + parts.kind, WITH_KIND)
        if pre:
            known.setdefault(pre + parts.name, WITH_PRE)
            if parts.kind:
                known.setdefault(pre + parts.name + parts.kind, WITH_PRE | WITH_KIND)
        if parts.name.startswith("USROUTE"):
            known.setdefault(parts.name[2:], WITHOUT_CLASS)
        for alias, flags in known.items():
            self._alias.setdefault(alias, []).append((row, flags))

    def _add_shorter(self, name: str) -> None:
        shorter = self._shorter
        for i in range(len(name) if len(name) > 2 else 0):
            part = name[:i] + name[i + 1 :]
            before = shorter.setdefault(part, name)
            if before is name:
                continue
            if isinstance(before, str):
                shorter[part] = [before, name]
            elif before[-1] != name:
                before.append(name)

    def exact(self, name: str) -> list[tuple[int, int]]:
        """Streets that are called exactly this, with the flags of the alias. Ordered by row."""
        return self._alias.get(name, [])

    def named(self, name: str) -> bool:
        """Whether this is the whole bare name of a street, nothing else read as part of it."""
        return any(not flags for _, flags in self.exact(name))

    def one_off(self, name: str) -> list[Like]:
        """Streets of the whole city whose name is one letter off (put in, left out, replaced, exchanged)."""
        shorter = [name[:i] + name[i + 1 :] for i in range(len(name))]
        alias, longer = self._alias, self._shorter
        found = {other for other in shorter if other in alias}
        for part in (name, *shorter):
            if part in longer:
                others = longer[part]
                some = [others] if isinstance(others, str) else others
                found.update([other for other in some if OSA.distance(name, other) == 1])
        found.discard(name)
        return self._likes(name, dict.fromkeys(found, (1, False)))

    def further(self, name: str, choices: Sequence[str]) -> list[Like]:
        """Streets whose name is further off: alike in sound anywhere in the city, or near among `choices`."""
        found: dict[str, tuple[int, bool]] = {}
        cut = reach(len(name))
        if cut > 1:
            hits = process.extract(name, choices, scorer=OSA.distance, score_cutoff=cut, limit=8)
            found = {other: (int(distance), False) for other, distance, _ in hits if distance}
        for other in self._sounds.get(sound(name), ()) if len(name) > 3 else ():
            distance = OSA.distance(name, other)
            if 0 < distance <= cut + 1:
                found[other] = (distance, True)
        return self._likes(name, found)

    def _likes(self, name: str, found: dict[str, tuple[int, bool]]) -> list[Like]:
        numbers = _digits(name)
        likes = []
        for other in sorted(found):
            if _digits(other) != numbers:
                continue
            distance, sounds = found[other]
            penalty = name_penalty(distance, min(len(name), len(other)), sounds=sounds)
            likes += [Like(row, flags, distance, sounds, penalty) for row, flags in self._alias[other]]
        return likes

    def search(self, name: str, choices: Sequence[str]) -> list[Like]:
        """The streets nearest in spelling among `choices` and those that begin alike: for suggestions."""
        cut = max(2, reach(len(name)))
        found: dict[str, tuple[int, bool]] = {}
        for some in (choices, self._initial.get(name[:1], [])):
            hits = process.extract(name, some, scorer=OSA.distance, score_cutoff=cut, limit=5)
            found |= {other: (int(distance), False) for other, distance, _ in hits}
        return [like for like in self._likes(name, found) if not like.flags]


def misspelt(word: str, kind: str) -> int:
    """How many letters a word is off any spelling of a street type; 0 when too many for it to be meant."""
    letters = min(OSA.distance(word, spelling) for spelling in _SPELLINGS[kind])
    return letters if letters <= (1 if len(word) < 5 else 2) else 0


def reach(length: int) -> int:
    """How many letters may differ in a name of this length before it is another name."""
    return 1 if length < 5 else 2 if length < 9 else 3 if length < 14 else 4


_NAME = {1: ((3, 1700), (4, 1200), (5, 900), (7, 700)), 2: ((4, 3200), (5, 2400), (7, 1900), (9, 1400))}
_NAME_LONG = {1: 600, 2: 1100}


def name_penalty(distance: int, length: int, *, sounds: bool) -> int:
    """What a name that differs by so many letters says against a street, per 10,000."""
    if not distance:
        return 0
    if distance <= 2:
        plain = next((p for most, p in _NAME[distance] if length <= most), _NAME_LONG[distance])
    else:
        plain = 1800 if length >= 6 * distance - 6 else 2300 if length >= 4 * distance - 3 else 3500
    return min(plain, 900 + 100 * distance) if sounds and length > 4 else plain
