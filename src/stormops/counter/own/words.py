"""The words of customers' own pages: a table of their own beside those of all pages and of the counter."""

from __future__ import annotations

import functools

from stormops.counter import words as counter
from stormops.pages.words import LANGUAGES, Words, table

PACKAGE = "stormops.counter.own"


@functools.cache
def said(language: str) -> Words:
    """The words of a language (English for one that has none)."""
    known = language if language in LANGUAGES else "en"
    return Words(known, {**table(known), **table(known, counter.PACKAGE), **table(known, PACKAGE)})
