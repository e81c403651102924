"""Which language a reader gets: the one asked for, else the one remembered, else what the browser prefers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stormops.pages.words import LANGUAGES

COOKIE = "stormops_lang"
"""Remembers the choice of a reader who chose."""

COOKIE_SECONDS = 365 * 24 * 3600

_REMEMBERED = re.compile(rf"(?:^|;\s*){COOKIE}=(\w+)")

ACCEPT_CHARACTERS_MAX = 500
"""More of an Accept-Language header is not read."""


def offered(languages: Sequence[str]) -> list[str]:
    """The city's languages that have words, in the city's order; English when none has."""
    return [code for code in languages if code in LANGUAGES] or ["en"]


def choose(languages: Sequence[str], asked: str = "", remembered: str = "", accept: str = "") -> str:
    """One of the city's languages. `asked` is `?lang=`, `remembered` the cookie, `accept` the header (RFC 9110)."""
    usable = offered(languages)
    for code in (asked, remembered, *_preferred(accept)):
        if code in usable:
            return code
    return usable[0]


def remembered(cookies: str) -> str:
    """The choice that a Cookie header remembers, "" = none."""
    match = _REMEMBERED.search(cookies)
    return match[1] if match else ""


def _preferred(accept: str) -> list[str]:
    """Primary language tags by quality, highest first; equal ones in the order given, refused ones left out."""
    weighed = [_weighed(part) for part in accept[:ACCEPT_CHARACTERS_MAX].split(",")]
    ordered = sorted((item for item in weighed if item[1] > 0), key=lambda item: -item[1])
    return [code for code, _ in ordered]


def _weighed(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        quality = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        quality = 0.0
    return tag.strip().partition("-")[0].lower(), quality
