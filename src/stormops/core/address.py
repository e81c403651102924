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
    DIRECTION_WORDS,
    DIRECTIONS,
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
GLUED_UNIT = re.compile(
    r"(?:(?:APARTMENT|STE|SUITE|LOT|RM|ROOM|BLDG|SPC|TRLR)(?=\d)|APT|UNIT)(\d{1,5}[A-Z]?|[A-Z](?<!S))$"
)
_EXTENSION = re.compile(r"(?i)\s*(?:ext|x|#)")
_ROUTE_NUMBER = re.compile(r"\d{1,4}[A-Z]?$")
_GLUED_FRACTION = re.compile(r"(?<=\d)([123]/[234])(?!\d)")
ROUTE_WORDS = frozenset({"ROUTE", "RTE", "RT", "HWY", "HIGHWAY", "ROAD", "RD"})


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
    glued = GLUED_UNIT.match(word)
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
    road = head[-1] in ROUTE_WORDS or _like_route(head[-1])
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


def is_route(words: list[str]) -> bool:
    """Whether these words are a numbered route (`STATE RD 116`)."""
    return bool(_route(words))


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
