"""Localities and postcodes of a city: what a town or a postcode in an address text says for or against a premise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from stormops.core.address import tokens
from stormops.core.address_words import DIRECTION_WORDS, DIRECTIONS, TYPES

UNKNOWN: Final = (-2,)
"""A place was named and it is none of the city's."""
UNSAID: Final[tuple[int, ...]] = ()
"""No place was named."""

_GENERIC = frozenset({"CITY", "TOWN", "VILLAGE", "TOWNSHIP", "BOROUGH", "OF"})
_SAME = {"ST": "SAINT", "STE": "SAINTE", "MT": "MOUNT", "FT": "FORT", "PT": "PORT"}


def _word(words: Sequence[str], i: int) -> str:
    word = words[i]
    if word in DIRECTIONS:
        return DIRECTION_WORDS[DIRECTIONS[word]]
    if word in _SAME and (i == 0 or word != "ST"):
        return _SAME[word]
    return TYPES[word] if i and word in TYPES else word


def key(words: Sequence[str]) -> str:
    """A place's name without spaces, its words spelled in the one way."""
    return "".join([_word(words, i) for i in range(len(words))])


def _bare(words: Sequence[str]) -> str:
    return key([w for w in words if w not in _GENERIC])


class Towns:
    """Finds localities by name, exactly and nearly, and knows which postcodes belong where.

    `names` are the city's localities; a locality's number is the first row of that canonical name.
    `whole` are names of the city itself: they mean every locality.
    """

    def __init__(self, names: Sequence[str], whole: Sequence[str] = ()) -> None:
        self.title = list(names)
        self.canonical: list[int] = []
        self._exact: dict[str, tuple[int, ...]] = {}
        full: dict[str, int] = {}
        bare: dict[str, set[int]] = {}
        self._last_words: set[str] = set(_GENERIC)
        self._most_words = 1
        for i, name in enumerate(names):
            words = [w for w in tokens(name) if w.isalnum()]
            self._heed(words)
            here = full.setdefault(key(words) or f"?{i}", i)
            self.canonical.append(here)
            if _bare(words):
                bare.setdefault(_bare(words), set()).add(here)
        self._exact = {k: tuple(sorted(v)) for k, v in bare.items()} | {k: (v,) for k, v in full.items() if k[0] != "?"}
        everywhere = tuple(sorted(full.values()))
        for name in whole:
            words = [w for w in tokens(name) if w.isalnum()]
            self._heed(words)
            here_too = key(words)
            if here_too and everywhere:
                self._exact.setdefault(here_too, everywhere)
        self._choices = sorted(self._exact)
        self._longest = max((len(k) for k in self._choices), default=0)

    def _heed(self, words: list[str]) -> None:
        """Note how names end and how long they are, so that most texts are seen at once to end with none."""
        self._most_words = max(self._most_words, len(words) + 1)
        bare = [w for w in words if w not in _GENERIC]
        for some in (words, bare):
            if some:
                self._last_words |= {_word(some, len(some) - 1), some[-1], _word(["", some[-1]], 1)}

    def exact(self, words: Sequence[str]) -> tuple[int, ...]:
        """Localities of exactly this name (mostly one); UNSAID when there is none."""
        found = self._exact.get("".join(words)) or self._exact.get(key(words))
        if found is None and not _GENERIC.isdisjoint(words):
            found = self._exact.get(_bare(words))
        return UNSAID if found is None else found

    def near(self, words: Sequence[str]) -> tuple[tuple[int, ...], int]:
        """Localities of nearly this name and how many letters differ; (UNSAID, 0) when none or several are near."""
        said = key(words)
        allowed = 0 if len(said) < 5 else 1 if len(said) < 7 else 2
        if not allowed or len(said) > self._longest + allowed:
            return UNSAID, 0
        hits = process.extract(said, self._choices, scorer=OSA.distance, score_cutoff=allowed, limit=4)
        nearest = [self._exact[choice] for choice, distance, _ in hits if distance == hits[0][1]]
        if not hits or any(other != nearest[0] for other in nearest):
            return UNSAID, 0
        return nearest[0], int(hits[0][1])

    def tail(self, words: Sequence[str], shortest: int = 1) -> tuple[int, tuple[int, ...]]:
        """The longest run of last words that names a locality: how many words, and which. (0, UNSAID) when none."""
        if not words or _word(words, len(words) - 1) not in self._last_words:
            return 0, UNSAID
        for count in range(min(self._most_words, len(words) - shortest), 0, -1):
            found = self.exact(words[-count:])
            if found:
                return count, found
        return 0, UNSAID


class Postcodes:
    """Which postcodes the city knows, and in which localities."""

    __slots__ = ("_by_code", "_of", "_prefixes")

    def __init__(self, codes: Sequence[str], localities: Sequence[int]) -> None:
        self._of = codes
        self._by_code: dict[str, set[int]] = {}
        for code, place in set(zip(codes, localities, strict=True)):
            if code:
                self._by_code.setdefault(code, set()).add(place)
        self._prefixes = {code[:3] for code in self._by_code}

    def penalty(self, said: str, premise: int, locality: int) -> int:
        """What the postcode given says against a premise, per 10,000."""
        own = self._of[premise]
        if said == own or not self._prefixes:
            return 0
        if said[:3] not in self._prefixes:
            return 3000
        if own:
            return 400 if OSA.distance(said, own) == 1 else 1500
        places = self._by_code.get(said)
        return 800 if places is not None and locality not in places else 0
