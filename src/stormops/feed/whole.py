"""A whole answer ready to be written: what is handed out without a task is made before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Whole(NamedTuple):
    """Status line, header lines that each end in CRLF (the length among them), body."""

    status: bytes
    lines: bytes
    body: bytes


def ok(headers: Mapping[str, str], body: bytes) -> Whole:
    """200 with this body; its length is added."""
    return Whole(b"200 OK", _lines({**headers, "Content-Length": str(len(body))}), body)


def not_modified(headers: Mapping[str, str]) -> Whole:
    """304."""
    return Whole(b"304 Not Modified", _lines(headers), b"")


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")
