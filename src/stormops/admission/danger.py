"""Whether a report tells of danger, seen in its body before it is served (invariant 12).

Looked at only when not all can be served. The same rule as the report's own (`core.report`), on the
two fields that decide it; the handler reads the whole again.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl

import msgspec

from stormops.core.report import DANGERS, SYMPTOMS, Symptom

BYTES_MAX = 64 * 1024
"""The largest body that intake takes; a longer one is no report."""

FIELDS_MAX = 50


DANGER_KEYS = frozenset({"8", "9"})
"""What a caller presses for gas, and for a wire or pole, at every menu of a call."""

_TOLD = re.compile(
    r"wire|cable|power ?line|\blines?\b|pole|gas|egg|trapped|stuck|oxygen|ventilat|dialysis|medic|life support|cpap"
    r"|alambre|linea|poste|huevo|atrapad|oxigeno|respirador|dialisis|soporte vital"
    r"|\bfil\b|\bkab\b|liy|poto|gaz|ze pouri|bloke|pran anndan|kwense|oksijen|dyaliz|medik"
)
"""Words of a text message that may tell of danger; more than the handler then hears as one, never fewer."""


class _Said(msgspec.Struct):
    symptom: Symptom = Symptom.LIGHTS_OUT
    medical: bool = False


_DECODER = msgspec.json.Decoder(_Said)

_MAYBE = tuple(word.encode() for word in [*sorted(DANGERS), "medical", "\\"])
"""JSON without any of these tells of no danger: nothing in it is escaped, and no danger is named."""


def tells_of_danger(body: bytes) -> bool:
    """Whether this body reports a danger or a medical need: JSON, a form, a telephony webhook; False for others."""
    if len(body) > BYTES_MAX:
        return False
    try:
        if body.lstrip()[:1] == b"{":
            return _json_tells(body)
        fields = dict(parse_qsl(body.decode("ascii"), max_num_fields=FIELDS_MAX))
        if "CallSid" in fields:
            return fields.get("Digits") in DANGER_KEYS
        if "MessageSid" in fields:
            plain = unicodedata.normalize("NFKD", fields.get("Body", "")).casefold()
            return _TOLD.search("".join(c for c in plain if not unicodedata.combining(c))) is not None
        return bool(fields.get("medical")) or SYMPTOMS[Symptom(fields.get("symptom", ""))].safety
    except ValueError:  # msgspec's DecodeError and UnicodeDecodeError are ValueErrors
        return False


def _json_tells(body: bytes) -> bool:
    for word in _MAYBE:  # a generator's steps would cost more than the looks
        if word in body:
            said = _DECODER.decode(body)
            return said.medical or SYMPTOMS[said.symptom].safety
    return False
