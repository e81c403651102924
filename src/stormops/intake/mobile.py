"""Numbers that may be sent messages: those of the country alone, so that nobody has us text dear ones abroad."""

from __future__ import annotations

import re

from stormops.intake.telephony import phone_digits

_NUMBER = re.compile(r"(?!.11|900|976)[2-9]\d\d(?!.11)[2-9]\d{6}", re.ASCII)
"""A geographic or mobile number of the North American Numbering Plan: no service codes, no premium rate."""


def mobile(text: str) -> str:
    """The ten digits of a number of this country, as written or in E.164; empty for any other."""
    digits = phone_digits(text)
    return digits if _NUMBER.fullmatch(digits) else ""
