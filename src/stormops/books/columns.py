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
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.schema import SchemaItem

from stormops.accounts.record import ID_MAX, MACHINE_OF, Record, kind_name
from stormops.accounts.subledger import SUBLEDGERS
from stormops.books.packing import pack, unpack

R = TypeVar("R", bound=Record)

PLAIN: dict[type, Any] = {str: Text, int: BigInteger, bool: Boolean, date: Date, float: Float}


class Field(NamedTuple):
    """One field of a kind."""

    name: str
    type: Any
    """Without annotations; of a JSON field the whole hint."""
    optional: bool
    refers: str
    listed: type[msgspec.Struct] | None
    """Of a tuple of structs that is kept as a list of lists, the struct."""
    packed: bool
    index_on: tuple[str, ...]
    """The columns by which records are looked up by it, itself first; () where they are not."""

    @property
    def indexed(self) -> bool:
        """Whether records are looked up by it."""
        return bool(self.index_on)

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
    listed = get_args(bare)[0] if extra.get("listed") else None
    refers = str(extra.get("refers", ""))
    by = (name, str(extra["by"])) if "by" in extra else (name,)
    return Field(
        name, kind, optional, refers, listed, bool(extra.get("packed")), by if extra.get("indexed", refers) else ()
    )


def items_of(kind: type[Record]) -> list[SchemaItem]:
    """The columns, checks and indexes of a kind's table."""
    table = kind_name(kind)
    items: list[SchemaItem] = []
    for field in fields_of(kind):
        type_ = PLAIN[field.type] if field.plain else LargeBinary if field.packed else Text
        if field.name == "id" or field.refers:
            type_ = String(ID_MAX)
        foreign = [_foreign(field.refers)] if field.refers else []
        items.append(Column(field.name, type_, *foreign, primary_key=field.name == "id", nullable=field.optional))
    items += [Index(f"ix_{table}_{field.name}", *field.index_on) for field in fields_of(kind) if field.indexed]
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


class _Json(NamedTuple):
    """A field that is JSON in a text, or packed."""

    name: str
    encode: Callable[[Any], str | bytes]
    decode: Callable[[Any], Any]


def _in_json(field: Field) -> _Json:
    encode, decode = _listed(field.listed) if field.listed else (_encode, msgspec.json.Decoder(field.type).decode)
    if field.packed:
        return _Json(field.name, lambda value: pack(encode(value)), lambda kept: decode(unpack(kept)))
    return _Json(field.name, lambda value: encode(value).decode(), decode)


def _listed(struct: type[msgspec.Struct]) -> tuple[Callable[[Any], bytes], Callable[[str | bytes], Any]]:
    """Structs as lists of their fields' values. What an earlier release kept by names is read too."""
    read = _read_lists(struct)
    return (
        lambda structs: _encode([msgspec.structs.astuple(each) for each in structs]),
        lambda text: tuple(struct(*each) for each in read(text)),
    )


def _read_lists(struct: type[msgspec.Struct]) -> Callable[[str | bytes], list[tuple[Any, ...]]]:
    """The values of structs that are kept as lists, or by names."""
    hints = get_type_hints(struct, include_extras=True)
    values: Any = types.GenericAlias(tuple, tuple(hints[name] for name in struct.__struct_fields__))
    decode = msgspec.json.Decoder(types.GenericAlias(list, (Union[values, struct],))).decode  # noqa: UP007 - made here

    def read(text: str | bytes) -> list[tuple[Any, ...]]:
        return [each if isinstance(each, tuple) else msgspec.structs.astuple(each) for each in decode(text)]

    return read


@cache
def _json(kind: type[Record]) -> tuple[_Json, ...]:
    """The fields of a kind that are JSON in a text."""
    return tuple(_in_json(field) for field in fields_of(kind) if not field.plain)


def to_row(record: Record) -> dict[str, Any]:
    """The record's columns."""
    row = {name: getattr(record, name) for name in record.__struct_fields__}
    for name, encode, _ in _json(type(record)):
        row[name] = encode(row[name])
    return row


@cache
def _places(kind: type[Record]) -> tuple[int, tuple[tuple[int, Callable[[Any], str | bytes]], ...]]:
    """Where `changed` stands in a kind's values, and where JSON does."""
    names = kind.__struct_fields__
    return names.index("changed"), tuple((names.index(each.name), each.encode) for each in _json(kind))


def values_of(record: Record, position: int) -> list[Any]:
    """The record's values in the order of its columns, changed at a position."""
    values = list(msgspec.structs.astuple(record))
    changed, json = _places(type(record))
    values[changed] = position
    for place, encode in json:
        values[place] = encode(values[place])
    return values


def values_in(kind: type[Record], field: str) -> Callable[[Any], list[tuple[Any, ...]]]:
    """What makes the values of the structs of a field that is kept packed as lists of them, without the structs."""
    listed = next(each.listed for each in fields_of(kind) if each.name == field)
    if listed is None:
        raise ValueError(f"{field} of {kind_name(kind)} is not kept as lists")
    read = _read_lists(listed)
    return lambda kept: read(unpack(kept))


def from_row(kind: type[R], row: Mapping[Any, Any]) -> R:
    """The record of a row."""
    return of_values(kind, dict(row))


def of_values(kind: type[R], values: dict[str, Any]) -> R:
    """As `from_row`; `values` are changed."""
    for name, _, decode in _json(kind):
        values[name] = decode(values[name])
    return kind(**values)
