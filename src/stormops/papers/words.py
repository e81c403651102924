"""The words of papers: their own tables beside those of all pages; days as the language writes them."""

from __future__ import annotations

import functools
from datetime import date

from stormops.pages.words import LANGUAGES, Words, table

PACKAGE = "stormops.papers"


@functools.cache
def said(language: str) -> Words:
    """The words of a language (English for one that has none)."""
    known = language if language in LANGUAGES else "en"
    return Words(known, {**table(known), **table(known, PACKAGE)})


def long_day(words: Words, day: date) -> str:
    """A day in full: November 30, 2026."""
    return words("date.long", month=words(f"month.{day.month}"), day=day.day, year=day.year)


def short_day(words: Words, day: date) -> str:
    """A day in a table: Nov 30, 2026."""
    return words("date.short", month=words(f"month.{day.month}")[:3], day=day.day, year=day.year)
