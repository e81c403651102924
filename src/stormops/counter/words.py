"""The counter's words: its own tables beside those of all pages, and names of the domain as people read them."""

from __future__ import annotations

import functools

from stormops.pages.words import LANGUAGES, Words, table

PACKAGE = "stormops.counter"


@functools.cache
def said(language: str) -> Words:
    """The words of a language (English for one that has none)."""
    known = language if language in LANGUAGES else "en"
    return Words(known, {**table(known), **table(known, PACKAGE)})


def plain(name: str) -> str:
    """A name of the code as a person writes it: pending_deposit → Pending deposit."""
    return name.replace("_", " ").capitalize()


def named(words: Words, group: str, name: str) -> str:
    """The name of a state, step, kind or field in a language; one that no table has is written out."""
    key = f"{group}.{name}"
    return words(key) if words.has(key) else plain(name)
