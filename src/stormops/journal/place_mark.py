"""A mark by which a page that may show a place lets its reader ask something about it, at another process.

The premise's id, until when it holds, and a keyed hash of both: whoever has none cannot make one.
"""

from __future__ import annotations

import hmac
from hashlib import blake2b

HOLDS_SECONDS = 6 * 3600
"""How long a page may lie open before its mark is worth nothing."""

MARK_CHARACTERS_MAX = 200


def make_mark(secret: bytes, premise: str, now_ms: int) -> str:
    """The mark of a premise (id), made at this time (wall ms)."""
    said = f"{now_ms // 1000 + HOLDS_SECONDS}.{premise}"
    return f"{_hash(secret, said)}.{said}"


def read_mark(secret: bytes, mark: str, now_ms: int) -> str:
    """The premise of a mark; empty for one that was not made so, and for one that holds no longer."""
    made, _, said = mark[:MARK_CHARACTERS_MAX].partition(".")
    if not hmac.compare_digest(made.encode(errors="replace"), _hash(secret, said).encode()):
        return ""
    until, _, premise = said.partition(".")
    return premise if int(until) * 1000 > now_ms else ""


def _hash(secret: bytes, said: str) -> str:
    return blake2b(said.encode(errors="replace"), key=secret[:64], digest_size=16, person=b"place mark").hexdigest()
