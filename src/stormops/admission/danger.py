"""Whether a report tells of danger, seen in its body before it is served (invariant 12).

Looked at only when not all can be served. The same rule as the report's own (`core.report`), on the
two fields that decide it; the handler reads the whole again.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec

from stormops.core.report import SYMPTOMS, Symptom

BYTES_MAX = 64 * 1024
"""The largest body that intake takes; a longer one is no report."""

FIELDS_MAX = 50


class _Said(msgspec.Struct):
    symptom: Symptom = Symptom.LIGHTS_OUT
    medical: bool = False


_DECODER = msgspec.json.Decoder(_Said)


def tells_of_danger(body: bytes) -> bool:
    """Whether this JSON or form body reports a danger or a medical need; False for what is no report."""
    if len(body) > BYTES_MAX:
        return False
    try:
        if body.lstrip()[:1] == b"{":
            said = _DECODER.decode(body)
            return said.medical or SYMPTOMS[said.symptom].safety
        fields = dict(parse_qsl(body.decode("ascii"), max_num_fields=FIELDS_MAX))
        return bool(fields.get("medical")) or SYMPTOMS[Symptom(fields.get("symptom", ""))].safety
    except ValueError:  # msgspec's DecodeError and UnicodeDecodeError are ValueErrors
        return False
