"""What a person is told whose sign-in was refused: the same words on the page and in the answer to a program."""

from stormops.pages.words import words

CODES = ("wrong_password", "too_many_attempts", "unavailable", "busy", "elsewhere", "origin", "incomplete")
"""The refusals (`staff.web`)."""

REFUSALS = {code: words("en")(f"refused.{code}") for code in CODES}
"""What a program is told, by the code."""


def refused(language: str, code: str | None) -> str:
    """What a person is told in their language; "" for a code that is none."""
    return words(language)(f"refused.{code}") if code in CODES else ""
