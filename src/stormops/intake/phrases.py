"""What is said on the telephone and in text messages, in every language: tables in `languages/`.

A language is a file; adding one is translating a file and naming it in `LANGUAGES`.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import NamedTuple

LANGUAGES = ("en", "es", "ht")
"""In the order of the language menu's keys: 1, 2, 3."""


class Phrases(NamedTuple):
    """One language. `say` is its BCP 47 tag for a text-to-speech voice; sentences have places as `{name}`."""

    language: str
    say: str
    voice: dict[str, str]
    state: dict[str, str]
    sms: dict[str, str]
    words: dict[str, list[str]]


@functools.cache
def phrases(language: str) -> Phrases:
    """The phrases of a language of `LANGUAGES`; English for any other."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    text = (resources.files(__package__) / "languages" / f"{known}.toml").read_text("utf-8")
    return Phrases(language=known, **tomllib.loads(text))


def status_sentence(language: str, state: str, others: int = 0) -> str:
    """What a state means, for people; a state without a sentence is one that cannot be told."""
    said = phrases(language).state
    sentence = said.get(state, said["untold"])
    return f"{sentence} {said['others'].format(others=others)}" if others > 0 else sentence
