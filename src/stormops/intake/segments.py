"""Text messages are paid and lost by the segment: how many a text takes, and how to take fewer.

GSM 03.38 (3GPP TS 23.038): the 7-bit alphabet gives 160 characters in one segment and 153 in each of
several, its extension table costs two each; any other character makes the whole message UCS-2, with 70
and 67 UTF-16 units.
"""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_ONE_GSM, _MANY_GSM, _ONE_UCS2, _MANY_UCS2 = 160, 153, 70, 67

SEGMENTS_MAX = 2
"""No reply takes more segments than this."""


def segments(text: str) -> int:
    """Segments of a text as carriers count them; 1 for an empty one."""
    if is_gsm(text):
        units = [2 if c in _EXTENSION else 1 for c in text]
        return _count(units, _ONE_GSM, _MANY_GSM)
    return _count([2 if ord(c) > 0xFFFF else 1 for c in text], _ONE_UCS2, _MANY_UCS2)


def is_gsm(text: str) -> bool:
    """Whether every character is in the 7-bit alphabet or its extension."""
    return all(c in _BASIC or c in _EXTENSION for c in text)


def fitted(text: str, most: int = SEGMENTS_MAX) -> str:
    """The text in at most so many segments: as it is, else without accents that cost, else cut."""
    if segments(text) <= most:
        return text
    plain = "".join(map(_gsm, text))
    while segments(plain) > most:
        plain = plain[:-1]
    return plain


def _gsm(character: str) -> str:
    if is_gsm(character):
        return character
    letters = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return letters if letters and is_gsm(letters) else "?"


def _count(units: list[int], one: int, many: int) -> int:
    """Segments when characters of these sizes are not split: a character stands whole in one segment."""
    if sum(units) <= one:
        return 1
    count, used = 1, 0
    for size in units:
        if used + size > many:
            count, used = count + 1, 0
        used += size
    return count
