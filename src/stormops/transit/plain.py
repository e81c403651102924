"""Plain text of what strangers wrote: no markup, nothing unseen, an end."""

from __future__ import annotations

import html
import re
import unicodedata

LOOKED_AT_MAX = 8_000
"""Characters of a text that are looked at; what comes after is cut off."""

_UNSEEN = re.compile(r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SPACE = re.compile(r"\s+")


def plain(text: str, characters: int) -> str:
    """The text without HTML and control characters, on one line, of so many characters at most (cut: "…")."""
    looked = text[:LOOKED_AT_MAX]
    for _ in range(2):  # feeds made from web pages escape their markup once more
        looked = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", looked)))
    looked = "".join(c for c in looked if c.isspace() or unicodedata.category(c)[0] != "C")
    looked = _SPACE.sub(" ", looked).strip()
    if len(looked) <= characters and len(text) <= LOOKED_AT_MAX:
        return looked
    return looked[: characters - 1].rstrip() + "…"
