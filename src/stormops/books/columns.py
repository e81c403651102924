"""A kind of record as a table, and its records as rows: columns follow the fields' types.

Texts, whole numbers, yes and no, days and fractions are columns of their own; anything else is JSON in a text.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Float, ForeignKey, Index, String, Text
from sqlalchemy.schema import SchemaItem

from stormops.accounts.record import ID_MAX, MACHINE_OF, Record, kind_name
from stormops.accounts.subledger import SUBLEDGERS

R = TypeVar("R", bound=Record)

PLAIN: dict[type, Any] = {str: Text, int: BigInteger, bool: Boolean, date: Date, float: Float}


class Field(NamedTuple):
    """One field of a kind."""

    name: str
    type: Any
    """Without annotations; of a JSON field the whole hint."""
    optional: bool
    refers: str
    indexed: bool

    @property
    def plain(self) -> bool:
        """Whether it is a column of its own type."""
        return self.type in PLAIN


@cache
def fields_of(kind: type[Record]) -> tuple[Field, ...]:
    """The fields of a kind, in their order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_field(name, hints[name]) for name in kind.__struct_fields__)


def _field(name: str, hint: Any) -> Field:
    extra: dict[str, Any] = {}
    optional = False
    bare = hint
    while True:
        if get_origin(bare) is Annotated:
            for meta in bare.__metadata__:
                extra |= getattr(meta, "extra", None) or {}
            bare = get_args(bare)[0]
        elif get_origin(bare) in {Union, types.UnionType} and type(None) in get_args(bare):
            optional = True
            bare = next(part for part in get_args(bare) if part is not type(None))
        else:
            break
    kind = bare if bare in PLAIN else hint
    refers = str(extra.get("refers", ""))
    return Field(name, kind, optional, refers, bool(refers) or bool(extra.get("indexed")))


def items_of(kind: type[Record]) -> list[SchemaItem]:
    """The columns, checks and indexes of a kind's table."""
    table = kind_name(kind)
    items: list[SchemaItem] = []
    for field in fields_of(kind):
        type_ = PLAIN[field.type] if field.plain else Text
        if field.name == "id" or field.refers:
            type_ = String(ID_MAX)
        foreign = [_foreign(field.refers)] if field.refers else []
        items.append(Column(field.name, type_, *foreign, primary_key=field.name == "id", nullable=field.optional))
        if field.indexed:
            items.append(Index(f"ix_{table}_{field.name}", field.name))
    if kind in MACHINE_OF:
        states = ", ".join(f"'{state}'" for state in MACHINE_OF[kind].states)
        items.append(CheckConstraint(f"state IN ({states})", name=f"ck_{table}_state"))
    items += [
        CheckConstraint(f"{amount} >= 0", name=f"ck_{table}_{amount}")
        for owner, amount in SUBLEDGERS.values()
        if owner is kind
    ]
    return items


def _foreign(kind: str) -> ForeignKey:
    return ForeignKey(f"{kind}.id", deferrable=True, initially="DEFERRED")


_encode = msgspec.json.Encoder().encode


@cache
def _decoder(type_: Any) -> Callable[[str], Any]:
    return msgspec.json.Decoder(type_).decode


@cache
def _json(kind: type[Record]) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    """The fields of a kind that are JSON in a text, with their decoders."""
    return tuple((field.name, _decoder(field.type)) for field in fields_of(kind) if not field.plain)


def to_row(record: Record) -> dict[str, Any]:
    """The record's columns."""
    row = {name: getattr(record, name) for name in record.__struct_fields__}
    for name, _ in _json(type(record)):
        row[name] = _encode(row[name]).decode()
    return row


def from_row(kind: type[R], row: Mapping[Any, Any]) -> R:
    """The record of a row."""
    values = dict(row)
    for name, decode in _json(kind):
        values[name] = decode(values[name])
    return kind(**values)
