"""The counter's words: its own tables beside those of all pages, and names of the domain as people read them."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

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


@functools.cache
def english_in(folder: str, language: str) -> dict[str, str]:
    """What the domain says in English, and the same in a language, of a folder of tables; empty for English."""
    if language not in LANGUAGES or language == "en":
        return {}
    return tomllib.loads(resources.files(PACKAGE).joinpath(f"{folder}/{language}.toml").read_text(encoding="utf-8"))


def in_ledger(name: str, words: Words) -> str:
    """The name of an account of the chart, or of what a journal is about, as the domain writes them."""
    return english_in("ledger", words.language).get(name, name)
