"""Many keys as one value: a parameter for each of them costs more to write down than what is read by it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import json
from sqlalchemy import ColumnElement, Text, TextClause, cast, func, text

_AMONG = {
    "sqlite": "SELECT value FROM json_each(:keys)",
    "postgresql": "SELECT json_array_elements_text(CAST(:keys AS json))",
}


def among(dialect: str) -> TextClause:
    """For `column.in_(…)`: the keys that the statement's parameter `keys` has."""
    return text(_AMONG[dialect])


_COLLECTED = {"sqlite": func.json_group_array, "postgresql": func.json_agg}


def collected(column: ColumnElement[str], dialect: str) -> ColumnElement[str | None]:
    """A column's values as one value, for `values`: a row for each of them costs more than reading it."""
    return cast(_COLLECTED[dialect](column), Text)


def values(collected: str | None) -> list[str]:
    """What was collected."""
    return [] if collected is None else json.decode(collected, type=list[str])


def keys(some: Iterable[str]) -> str:
    """The parameter's value; in order, so that what is read lies together."""
    return json.encode(sorted(some)).decode()
