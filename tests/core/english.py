"""Sentences of the core as the desk says them: read from its own tables, so that tests hold the words to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from stormops.core.sentence import Sentence, Words

MESSAGES = Path(__file__).parents[2] / "dashboards/src/messages"
CONTRACT = frozenset({"kind", "state", "utility", "into_utility", "mode", "was", "field"})
"""Values that are words of the contract."""

_TEXT = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_ENTRY = re.compile(rf'^  "([\w.-]+)":\s*({_TEXT}|\{{[^{{}}]*(?:\{{\w+\}}[^{{}}]*)*\}}),$', re.MULTILINE)
_FORM = re.compile(rf"(\w+): ({_TEXT})")


def _text(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


@cache
def table(name: str) -> dict[str, dict[str, str]]:
    """A table of the dashboards: by key its forms, by plural category (`other` alone where there is one text)."""
    found = {}
    for key, value in _ENTRY.findall((MESSAGES / name).read_text(encoding="utf-8")):
        forms = {"other": _text(value)} if value[0] in "\"'" else {f: _text(t) for f, t in _FORM.findall(value)}
        found[key] = forms
    return found


def english(words: Words) -> str:
    """What a person reads of it."""
    if isinstance(words, str):
        return words
    forms = table("said.ts")[f"said.{words.key}"]
    form = "one" if words.args.get("count") == 1 and "one" in forms else "other"
    values = {name: _value(name, value) for name, value in words.args.items()}
    return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], forms[form])


def _value(name: str, value: str | int | Sentence) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    text = english(value)
    return text.replace("_", " ") if name in CONTRACT else text


def all_english(many: Iterable[Words]) -> list[str]:
    """Each of them."""
    return [english(words) for words in many]
