"""A refusal in the reader's language: the domain says it in English, with its values in it.

Tables (`refusals/`) have the same sentences with places for the values, by which those are found again and put into the
translation. A sentence that no table has is shown as it is: English is better than nothing.
"""

from __future__ import annotations

import functools
import re

from stormops.accounts.refusal import Refusal
from stormops.counter.words import english_in
from stormops.pages.words import Words

GROUPS = ("exclusion", "choice", "state", "step", "kind")
"""Where a value that is a name of the domain has its word; a date, an amount or a number is the same everywhere."""

CHARACTERS_MAX = 500
"""A longer sentence has a person's text in it, and is not searched."""

_PLACE = re.compile(r"\{\d\}")


def sentence(refusal: Refusal, words: Words) -> str:
    """What a person reads of a refusal."""
    if len(refusal.sentence) > CHARACTERS_MAX:
        return refusal.sentence
    for pattern, said in _patterns(words.language):
        found = pattern.fullmatch(refusal.sentence)
        if found is not None:
            return said.format(*(_value(value, words) for value in found.groups()))
    return refusal.sentence


def table(language: str) -> dict[str, str]:
    """English sentences with their places, and the same in a language; empty for English."""
    return english_in("refusals", language)


@functools.cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Sentences to be matched, those with the most words of their own first."""
    ordered = sorted(table(language).items(), key=lambda pair: -len(_PLACE.sub("", pair[0])))
    return [(_pattern(english), said) for english, said in ordered]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(re.escape(part) for part in _PLACE.split(english)), re.DOTALL)


def _value(value: str, words: Words) -> str:
    """A list of names, each in the reader's language where it has a word."""
    parts = re.split(r", | or ", value)
    named = [_named(part, words) for part in parts]
    return value if named == parts else ", ".join(named)


def _named(value: str, words: Words) -> str:
    name, bracket, detail = value.partition(" (")
    key = name.lower().replace(" ", "_")
    group = next((group for group in GROUPS if words.has(f"{group}.{key}")), None)
    return value if group is None else f"{words(f'{group}.{key}').lower()}{bracket}{detail}"
