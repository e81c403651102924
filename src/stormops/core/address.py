"""Address text to parts: cleaning, words, and the parts of a street's name. Knows no city.

The same functions read the city's own street names and what customers write, so that both meet in
one canonical form. Nothing here decides; bounded time for any input (the text is cut at `LIMIT`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from rapidfuzz.distance import OSA

from stormops.core.address_words import (
    COUNTRY,
    DIRECTION_WORDS,
    DIRECTIONS,
    FILLERS,
    NAME_WORDS,
    STATE_NAMES,
    STATES,
    TENS,
    TYPES,
    UNIT_ALONE,
    UNIT_SAME,
    UNIT_WORDS,
    ordinal,
)

LIMIT = 256
"""Characters of a text that are read; a report's line has at most 200."""

_TOKEN = re.compile(r"\d+/\d+(?!\d)|[A-Z0-9]+|(?<=\d)-(?=[A-Z0-9])|[,;\n#&@+/]")
_INITIALS = re.compile(r"(?<![A-Z0-9])([A-Z])\.\s?(?=[A-Z](?:\.|(?![A-Z0-9])))")
# Apostrophes of every kind vanish (O'Brien is one word); letters that have no unaccented form are spelled out.
_QUOTES = str.maketrans(dict.fromkeys([0x27, 0x60, 0xB4, 0x2BC, 0x2018, 0x2019], ""))
_QUOTES |= str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae"})
_NUMBER = re.compile(r"0*(\d{1,6})([A-Z]?)$")
_GLUED_NUMBER = re.compile(r"0*(\d{1,6})([A-Z]{3,})$")
_LETTER_NUMBER = re.compile(r"[A-Z]\d{1,4}$")
_ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)$")
_UNIT_VALUE = re.compile(r"[A-Z]{0,2}\d{1,5}[A-Z]?$|[A-Z]$")
_GLUED_UNIT = re.compile(
    r"(?:(?:APARTMENT|STE|SUITE|LOT|RM|ROOM|BLDG|SPC|TRLR)(?=\d)|APT|UNIT)(\d{1,5}[A-Z]?|[A-Z](?<!S))$"
)
_EXTENSION = re.compile(r"(?i)\s*(?:ext|x|#)")
_UNIT_HEADS = frozenset({"AP", "UN", "ST", "SU", "LO", "RM", "RO", "BL", "SP", "TR"})
_ZIP = re.compile(r"\d{5}$")
_ROUTE_NUMBER = re.compile(r"\d{1,4}[A-Z]?$")
_GLUED_FRACTION = re.compile(r"(?<=\d)([123]/[234])(?!\d)")
_ROUTE_WORDS = frozenset({"ROUTE", "RTE", "RT", "HWY", "HIGHWAY", "ROAD", "RD"})
_BREAKS = frozenset(",;\n")
_CROSSES = frozenset("&@+/")


class Street(NamedTuple):
    """A street's name in canonical parts: directions short, the name without spaces, the type long.

    `words` are the name's words as they stood (for reasons), not part of what is compared.
    """

    pre: str
    name: str
    kind: str
    post: str


def tokens(text: str) -> list[str]:
    """The words of a text, upper case, unaccented; marks that matter (`, ; # & @ + /`) stay as words."""
    text = text[:LIMIT]
    if text.isascii():
        if "'" in text or "`" in text:
            text = text.replace("'", "").replace("`", "")
    else:
        text = unicodedata.normalize("NFKD", text.translate(_QUOTES))
        text = "".join([c for c in text if not unicodedata.combining(c)])
    text = text.upper()
    if "." in text:
        text = _INITIALS.sub(r"\1", text)
    if "/" in text:
        text = _GLUED_FRACTION.sub(r" \1", text)
    return _TOKEN.findall(text)


def compact(text: str) -> str:
    """Letters and digits only, upper case: what is left of an account or meter number to compare."""
    plain = text[:LIMIT].replace("-", "").replace(" ", "")
    if not (plain.isascii() and plain.isalnum()):
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if c.isascii() and c.isalnum())
    upper = plain.upper()
    return text if upper == text else upper


def digits(phone: str) -> str:
    """A phone number's digits without extension and without the country's 1."""
    found = phone[:LIMIT].replace("-", "")
    if not (found.isascii() and found.isdigit()):
        head = _EXTENSION.split(found, maxsplit=1)[0]
        found = "".join(c for c in head if c.isascii() and c.isdigit())
    return found[1:] if len(found) == 11 and found[0] == "1" else found


def house_number(text: str) -> str:
    """The canonical house number: `24 a` → 24A, `6 1/2` → 6 1/2, `007` → 7."""
    whole, fraction = "", ""
    for token in tokens(text):
        if "/" in token and len(token) > 1:
            fraction = f" {token}"
        elif token.isalnum():
            whole += token
    return (whole.lstrip("0") or whole[:1]) + fraction


def unit_number(text: str) -> str:
    """The canonical unit: what stands behind `Apt`, `Unit`, `#`; leading zeros dropped."""
    words = tokens(text)
    said = [w for w in words if w.isalnum() and (w not in UNIT_WORDS or (w in UNIT_ALONE and len(words) == 1))]
    return unit_value("".join(said))


def unit_value(word: str) -> str:
    """One unit word in its canonical form."""
    glued = _GLUED_UNIT.match(word)
    if glued:
        word = glued[1]
    return UNIT_SAME.get(word, word.lstrip("0") or word[:1])


def _name_word(words: list[str], i: int) -> str:
    """One word of a street's name, spelled in the one way."""
    word = words[i]
    if word.isdigit():
        return ordinal(int(word))
    if word == "ST":
        follows = words[i + 1] if i + 1 < len(words) else ""
        return "STREET" if i and (not follows or follows in TYPES) else "SAINT"
    if word in NAME_WORDS and (word != "DR" or i == 0):
        return NAME_WORDS[word]
    if word in DIRECTION_WORDS:
        return DIRECTION_WORDS[word]
    if word in TYPES and (i or word not in ("LA", "BY", "PR", "TR", "UN")):
        return TYPES[word]
    return word


def _like_route(word: str) -> bool:
    """Whether a word is ROUTE or HIGHWAY with one letter wrong."""
    return len(word) > 3 and min(OSA.distance(word, "ROUTE"), OSA.distance(word, "HIGHWAY")) == 1


def _route(words: list[str]) -> str:
    """`VT ROUTE 116`, `STATE RD 116`, `HWY 116` → ROUTE116; `US 7` → USROUTE7; else empty."""
    if len(words) < 2 or len(words) > 4 or not words[-1][0].isdigit() or not _ROUTE_NUMBER.match(words[-1]):
        return ""
    head, number = words[:-1], words[-1]
    road = head[-1] in _ROUTE_WORDS or _like_route(head[-1])
    if road:
        head = head[:-1]
    sign = "".join(head)
    if sign in ("I", "INTERSTATE"):
        return f"INTERSTATE{number}"
    if sign in ("US", "USA"):
        return f"USROUTE{number}"
    if sign in ("CR", "COUNTY", "CO") and (road or sign == "CR"):
        return f"COUNTYROUTE{number}"
    if sign in ("SR", "SH") or (road and (not sign or sign == "STATE" or sign in STATES or sign in STATE_NAMES)):
        return f"ROUTE{number}"
    return ""


def _tens(words: list[str]) -> list[str]:
    """`TWENTY SECOND` → 22ND."""
    found: list[str] = []
    for word in words:
        ten = TENS.get(found[-1], 0) if found else 0
        one = NAME_WORDS.get(word, "")
        if ten and len(one) == 3 and one[0].isdigit():
            found[-1] = ordinal(ten + int(one[0]))
        else:
            found.append(word)
    return found


def street(words: list[str]) -> Street:
    """The canonical parts of a street's name given as words (from `tokens`, marks removed)."""
    post = kind = pre = ""
    if not TENS.keys().isdisjoint(words):
        words = _tens(words)
    if len(words) > 1 and words[-1] in DIRECTIONS and words[0] not in TYPES:
        post, words = DIRECTIONS[words[-1]], words[:-1]
    route = _route(words)
    if not route and len(words) > 1 and words[-1] in TYPES:
        kind, words = TYPES[words[-1]], words[:-1]
    if len(words) > 2 and words[0] in ("N", "S") and words[1] in ("E", "W"):
        words = [words[0] + words[1], *words[2:]]
    if len(words) > 1 and words[0] in DIRECTIONS and not route:
        pre, words = DIRECTIONS[words[0]], words[1:]
        route = _route(words)
    name = route or "".join([_name_word(words, i) for i in range(len(words))])
    return Street(pre, name, kind, post)


def street_text(text: str) -> Street:
    """The canonical parts of a street's name as the city's data spell it."""
    return street([w for w in tokens(text) if w.isalnum()])


class Said:
    """What an address text says, cut into its parts; `words` are the street and whatever follows it.

    `segments` are the words after the house number, cut at commas; unit, postcode and state removed.
    """

    __slots__ = ("after", "cross", "letter", "number", "postcode", "segments", "state", "unit", "words")

    def __init__(self) -> None:
        self.number = ""
        self.letter = ""
        self.unit = ""
        self.words: list[str] = []
        self.segments: list[list[str]] = []
        self.postcode = ""
        self.state = ""
        self.after = False
        self.cross: list[list[str]] = []


def _take_units(words: list[str], said: Said) -> list[str]:
    """Remove unit words with their values (`APT 4`, `#4`, `APT4`) and note the unit."""
    if UNIT_WORDS.isdisjoint(words):
        headed = [w for w in words if w[:2] in _UNIT_HEADS]
        if not headed or not any(map(_GLUED_UNIT.match, headed)):
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
        elif word[:2] in _UNIT_HEADS and (glued := _GLUED_UNIT.match(word)):
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
    if not at_end or len(words[i]) > 4 or not before or before[-1] in _ROUTE_WORDS or _route([*before, words[i]]):
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


def read(text: str) -> Said:
    """Cut an address text into what it says. Never raises."""
    said = Said()
    words = _take_units(tokens(text), said)
    rest = _take_number(words, said)
    if rest is None:
        rest = words
        said.cross = _crossing(words)
    rest = _take_tail(rest, said)
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
