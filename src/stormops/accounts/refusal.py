"""A refusal of the customer domain: a value with a reason code, and a sentence for the person at the desk."""

from __future__ import annotations

import msgspec


class Refusal(msgspec.Struct, frozen=True):
    """What was asked is not done: `code` for programs, `sentence` for people, `field` the input meant ("" if none)."""

    code: str
    sentence: str
    field: str = ""


class Refused(Exception):
    """Carries a refusal out of a command's parts to `deciding.decide`, which gives it as a value."""

    def __init__(self, code: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.refusal = Refusal(code, sentence, field)
