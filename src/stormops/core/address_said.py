"""What an address text says, cut into its parts: number, unit, street and town words, postcode, corner.

Knows no city. Nothing here decides; the ways in which the words can be read are `matching_readings`.
"""

from __future__ import annotations

import re

from stormops.core.address import GLUED_UNIT, ROUTE_WORDS, is_route, tokens, unit_value
from stormops.core.address_words import COUNTRY, DIRECTIONS, FILLERS, STATE_NAMES, STATES, TYPES, UNIT_ALONE, UNIT_WORDS

_NUMBER = re.compile(r"0*(\d{1,6})([A-Z]?)$")
_GLUED_NUMBER = re.compile(r"0*(\d{1,6})([A-Z]{3,})$")
_LETTER_NUMBER = re.compile(r"[A-Z]\d{1,4}$")
_ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)$")
_UNIT_VALUE = re.compile(r"[A-Z]{0,2}\d{1,5}[A-Z]?$|[A-Z]$")
_UNIT_HEADS = frozenset({"AP", "UN", "ST", "SU", "LO", "RM", "RO", "BL", "SP", "TR"})
_ZIP = re.compile(r"\d{5}$")
_BREAKS = frozenset(",;\n")
_CROSSES = frozenset("&@+/")


class Said:
    """What an address text says, cut into its parts; `words` are the street and whatever follows it.

    `segments` are the words after the house number, cut at commas; unit, postcode and state removed.
    `letter` may belong to the number or be a unit; `after` = the number stood behind the street; `block` =
    a whole block is meant; `cross` = the words of two streets and of a town, when a corner is meant.
    """

    __slots__ = ("after", "block", "cross", "letter", "number", "postcode", "segments", "state", "unit", "words")

    def __init__(self) -> None:
        self.number = ""
        self.letter = ""
        self.unit = ""
        self.words: list[str] = []
        self.segments: list[list[str]] = []
        self.postcode = ""
        self.state = ""
        self.after = False
        self.block = False
        self.cross: list[list[str]] = []


def _take_units(words: list[str], said: Said) -> list[str]:
    """Remove unit words with their values (`APT 4`, `#4`, `APT4`) and note the unit."""
    if UNIT_WORDS.isdisjoint(words):
        headed = [w for w in words if w[:2] in _UNIT_HEADS]
        if not headed or not any(map(GLUED_UNIT.match, headed)):
            return words
    rest: list[str] = []
    values: list[str] = []
    i, n, numbered = 0, len(words), False
    while i < n:
        word = words[i]
        follows = words[i + 1] if i + 1 < n else ""
        behind_number = bool(rest) and numbered and rest[-1][0].isdigit() and len(rest) == 1
        if word in UNIT_WORDS and not behind_number:
            if follows == "#" and i + 2 < n:
                i, follows = i + 1, words[i + 2]
            if _UNIT_VALUE.match(follows) and not (word == "FL" and _ZIP.match(follows)):
                values.append(follows)
                i += 2
                continue
            if word == "#" or (word in UNIT_ALONE and rest and (not follows or follows in _BREAKS)):
                values.append(word if word != "#" else "")
                i += 1
                continue
        elif word[:2] in _UNIT_HEADS and (glued := GLUED_UNIT.match(word)):
            values.append(glued[1])
            i += 1
            continue
        numbered = numbered or word[0].isdigit()
        rest.append(word)
        i += 1
    if values:
        said.unit = unit_value("".join(unit_value(v) for v in values if v))
    return rest


def _take_number(words: list[str], said: Said) -> list[str] | None:
    """Find the house number and give the words after it; None when there is none."""
    for i, word in enumerate(words):
        found = _NUMBER.match(word)
        if found and not _ORDINAL.match(word):
            if i and not all(w in FILLERS or w in _BREAKS for w in words[:i]):
                return _number_behind(words, i, said)
            said.number = found[1] + found[2]
            return _number_tail(words, i + 1, said)
        glued = _GLUED_NUMBER.match(word)
        if glued and not _ORDINAL.match(word):
            said.number = glued[1]
            return [glued[2], *words[i + 1 :]]
        if i == 0 and _LETTER_NUMBER.match(word) and len(words) > 1:
            behind = words[1:]
            if _NUMBER.match(behind[0]) and not _ORDINAL.match(behind[0]):
                said.unit = said.unit or unit_value(word)
                return _take_number(behind, said)
            said.number = word
            return behind
    return None


def _number_tail(words: list[str], i: int, said: Said) -> list[str]:
    """What may hang on a house number: a fraction, `-4`, `- A`, a letter of its own."""
    if i < len(words) and "/" in words[i] and len(words[i]) > 1:
        said.number += f" {words[i]}"
        return words[i + 1 :]
    if i + 1 < len(words) and words[i] == "-":
        if words[i + 1].isalpha() and len(words[i + 1]) == 1:
            said.number += words[i + 1]
        else:
            said.unit = said.unit or unit_value(words[i + 1])
        return words[i + 2 :]
    if i + 1 < len(words) and len(words[i]) == 1 and words[i].isalpha() and words[i] not in DIRECTIONS:
        said.letter = words[i]
    return words[i:]


def _number_behind(words: list[str], i: int, said: Said) -> list[str] | None:
    """`Main St 12`: a number behind the street, unless it is the number of a route."""
    before = [w for w in words[:i] if w.isalnum()]
    at_end = i + 1 == len(words) or words[i + 1] in _BREAKS
    if not at_end or len(words[i]) > 4 or not before or before[-1] in ROUTE_WORDS or is_route([*before, words[i]]):
        return None
    said.number, said.after = words[i].lstrip("0") or "0", True
    return words[:i] + words[i + 1 :]


def _take_tail(words: list[str], said: Said) -> list[str]:
    """Remove country, postcode and state from the end. A state is one only behind a comma or before a postcode."""
    end = len(words)
    while end > 1 and (words[end - 1] in COUNTRY or words[end - 1] in _BREAKS):
        end -= 1
    if end > 2 and words[end - 2] == "-" and words[end - 1].isdigit() and len(words[end - 1]) == 4:
        end -= 2
    if end > 1 and _ZIP.match(words[end - 1]):
        end -= 1
        said.postcode = words[end]
    while end > 1 and words[end - 1] in _BREAKS:
        end -= 1
    last = words[end - 1] if end else ""
    alone = end > 2 and words[end - 2] in _BREAKS
    if end > 1 and (last in STATES or last in STATE_NAMES) and (said.postcode or alone or last not in TYPES):
        said.state = STATES.get(last, last)
        end -= 1
    while end > 1 and words[end - 1] in _BREAKS:
        end -= 1
    return words[:end]


def _take_block(words: list[str], said: Said) -> list[str]:
    """Remove `BLOCK OF` behind the number: a block is named then, not a house. `1 Block Avenue` is on a street."""
    street = words[1:2] and words[1] in TYPES and (len(words) == 2 or words[2] in _BREAKS)
    if said.number and words and words[0] in ("BLOCK", "BLK", "BLOCKS") and not street:
        said.block = True
        return words[2:] if words[1:2] == ["OF"] else words[1:]
    return words


def read(text: str) -> Said:
    """Cut an address text into what it says. Never raises."""
    said = Said()
    words = _take_units(tokens(text), said)
    rest = _take_number(words, said)
    if rest is None:
        rest = words
        said.cross = _crossing(words)
    rest = _take_tail(_take_block(rest, said), said)
    segment: list[str] = []
    said.segments.append(segment)
    for word in rest:
        if word in _BREAKS:
            if segment:
                segment = []
                said.segments.append(segment)
        elif word.isalnum():
            segment.append(word)
    if len(said.segments) > 1 and not segment:
        said.segments.pop()
    said.words = [w for part in said.segments for w in part]
    return said


def _crossing(words: list[str]) -> list[list[str]]:
    """The two streets of `Palm & Oak`, `corner of X and Y`, `X at Y`; empty when there are not two."""
    marked = [w for w in words if w not in ("CORNER", "INTERSECTION", "CROSSING", "OF", "THE") or w in _BREAKS]
    cornered = len(marked) < len(words)
    for joins in (_CROSSES, {"AND"}, {"AT"}):
        at = [i for i, w in enumerate(marked) if w in joins]
        if len(at) == 1 and 0 < at[0] < len(marked) - 1:
            left, right = marked[: at[0]], marked[at[0] + 1 :]
            stop = next((i for i, w in enumerate(right) if w in _BREAKS), len(right))
            left = [w for w in left if w.isalnum() and w not in ("AT", "ON", "NEAR")]
            if left and stop and (cornered or joins is not None):
                return [left, [w for w in right[:stop] if w.isalnum()], [w for w in right[stop:] if w.isalnum()]]
    return []
