"""What a text message means: dangers before anything else, keywords in every language, else an address.

Pure. Words are compared without case and accents; a danger is heard anywhere in the text and in any
language, an opt-out only when it is the whole message ("stop sign, wire down" is no opt-out).
"""

from __future__ import annotations

import functools
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from stormops.core.report import Symptom
from stormops.intake.phrases import LANGUAGES, phrases

TEXT_CHARACTERS_MAX = 1600
"""What is read of one message; carriers join at most ten segments."""


class Kind(StrEnum):
    """What the sender wants."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    YES = "yes"
    STATUS = "status"
    STILL = "still"
    REPORT = "report"
    ADDRESS = "address"
    NUMBER = "number"
    UNCLEAR = "unclear"


class Meaning(NamedTuple):
    """`symptom` of a report; `rest`: what was said besides the keyword, as it was written.

    `language` is that of the words that were known, None when several share them or none was known.
    """

    kind: Kind
    language: str | None = None
    symptom: Symptom | None = None
    medical: bool = False
    rest: str = ""


SYMPTOM_WORDS = {
    "partial": Symptom.PARTIAL,
    "flickering": Symptom.FLICKERING,
    "water": Symptom.WATER,
    "sewer": Symptom.SEWER,
    "out": Symptom.LIGHTS_OUT,
}
"""Lists of words by the symptom they mean; the more exact before the general."""

_ADDRESS_LETTERS_LEAST = 3
_MARKS = str.maketrans(dict.fromkeys("'`\u2019", ""))


def plain(text: str) -> str:
    """Small letters, digits and single spaces: "¡Cable CAÍDO!" → "cable caido"."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_MARKS).casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def understand(text: str) -> Meaning:
    """The meaning of a message."""
    text = text[:TEXT_CHARACTERS_MAX].strip()
    said = f" {plain(text)} "
    return _whole(said) or _danger(said, text) or _keyword(said, text) or _other(said, text)


def _whole(said: str) -> Meaning | None:
    for kind in (Kind.STOP, Kind.START, Kind.HELP, Kind.YES):
        found = [language for language in LANGUAGES if said.strip() in phrases(language).words[f"{kind}_whole"]]
        if found:
            return Meaning(kind, _one(found))
    return None


def _danger(said: str, text: str) -> Meaning | None:
    """Somebody trapped, gas, wire, pole in any language; a medical need makes a safety report of any other."""
    for symptom, heard in _DANGERS:
        found = [language for language in LANGUAGES if heard(said, language)]
        if found:
            return Meaning(Kind.REPORT, _one(found), symptom, medical=_medical(said), rest=text)
    return None


def _gas(said: str, language: str) -> bool:
    for words, _ in _words("not_gas"):
        said = said.replace(f" {words} ", " ")
    return _any(said, language, "gas")


def _wire(said: str, language: str) -> bool:
    return _any(said, language, "wire") and _any(said, language, "down")


def _pole(said: str, language: str) -> bool:
    return _any(said, language, "pole") and _any(said, language, "down")


def _trapped(said: str, language: str) -> bool:
    return _any(said, language, "trapped")


_DANGERS = (
    (Symptom.ENTRAPMENT, _trapped),
    (Symptom.GAS_ODOUR, _gas),
    (Symptom.WIRE_DOWN, _wire),
    (Symptom.POLE_DOWN, _pole),
)


def _medical(said: str) -> bool:
    return any(_any(said, language, "medical") for language in LANGUAGES)


def _any(said: str, language: str, name: str) -> bool:
    return any(f" {word} " in said for word in phrases(language).words[name])


def _keyword(said: str, text: str) -> Meaning | None:
    for kind in (Kind.STILL, Kind.STATUS):
        language, at = _found(said, kind.value)
        if at is not None:
            return Meaning(kind, language, Symptom.LIGHTS_OUT, medical=_medical(said), rest=text)
    for name, symptom in SYMPTOM_WORDS.items():
        language, at = _found(said, name)
        if at is not None and not (name == "out" and at == "out" and not said.startswith(" out ")):
            return Meaning(Kind.REPORT, language, symptom, medical=_medical(said), rest=_besides(said, at, text))
    if _medical(said):
        return Meaning(Kind.REPORT, None, Symptom.LIGHTS_OUT, medical=True, rest=_besides(said, "", text))
    return None


def _found(said: str, name: str) -> tuple[str | None, str | None]:
    """The longest of the words of this list that was said, and its language."""
    word, language = max(((w, lang) for w, lang in _words(name) if f" {w} " in said), default=("", ""), key=_length)
    if not word:
        return None, None
    return _one([lang for w, lang in _words(name) if w == word]) or language or None, word


def _length(found: tuple[str, str]) -> int:
    return len(found[0])


@functools.cache
def _words(name: str) -> list[tuple[str, str]]:
    return [(word, language) for language in LANGUAGES for word in phrases(language).words[name]]


def _besides(said: str, keyword: str, text: str) -> str:
    """The message as an address when it says one besides the keyword, else nothing."""
    left = said.replace(f" {keyword} ", " ", 1)
    if not like_address(left):
        return ""
    head = " ".join(text.split())
    size = len(keyword.split())
    # The keyword first is taken off; in the midst of a sentence it stays: matching reads sentences.
    return " ".join(head.split()[size:]) if keyword and said.startswith(f" {keyword} ") else head


def _other(said: str, text: str) -> Meaning:
    if said.strip().isdigit():
        return Meaning(Kind.NUMBER, rest=said.strip())
    return Meaning(Kind.ADDRESS if like_address(said) else Kind.UNCLEAR, rest=text)


def like_address(said: str) -> bool:
    """Whether plain text has a number and a word that is none: the least that an address is."""
    words = said.split()
    numbers = any(word[0].isdigit() for word in words)
    return numbers and any(len(w) >= _ADDRESS_LETTERS_LEAST and not w.isdigit() for w in words)


def _one(languages: list[str]) -> str | None:
    return languages[0] if len(set(languages)) == 1 else None
