"""Many keys as one value: a parameter for each of them costs more to write down than what is read by it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import json
from sqlalchemy import TextClause, text

_AMONG = {
    "sqlite": "SELECT value FROM json_each(:keys)",
    "postgresql": "SELECT json_array_elements_text(CAST(:keys AS json))",
}


def among(dialect: str) -> TextClause:
    """For `column.in_(…)`: the keys that the statement's parameter `keys` has."""
    return text(_AMONG[dialect])


def keys(some: Iterable[str]) -> str:
    """The parameter's value; in order, so that what is read lies together."""
    return json.encode(sorted(some)).decode()
