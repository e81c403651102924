"""Policy packs: what a city, a statute or a utility has decided, as dated and cited data.

A pack is a TOML file: `name`, `title`, `version`, perhaps a `parent`, a table `sources` (key → what was
read), and for every kind of rule an array of clauses::

    [[late_fee]]
    from = 2015-10-01        # in force from this day
    to = 2019-09-30          # and through this one; without it, until further notice
    of = "residential"       # what it is for; without it, for whatever has no clause of its own
    cite = ["gru-fees"]      # keys of `sources`, at least one
    note = "why this reading was chosen"
    percent = 1.5            # the rest are the terms of the kind

Read the file with `parse_float=Decimal`: figures are then exactly what is written. A clause of a pack
overrides its parent's of the same kind; what it is silent about, the parent decides.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, TypeVar, cast

import msgspec


class PolicyError(ValueError):
    """A pack that cannot be used; the message names the pack, the rule and the field."""


FOUND_MAX = 4_096
"""Look-ups of clauses that a pack remembers: a billing run asks the same few a million times."""
FIGURE_MAX = Decimal(10**15)
"""A figure that reaches it is a mistake or an attack: written out it would fill the memory."""


def natural(name: str, *values: Decimal) -> None:
    """Hold figures to be 0 or more, and less than anybody can mean. Raises `ValueError`."""
    for value in values:
        if not value.is_finite() or not 0 <= value < FIGURE_MAX:
            raise ValueError(f"`{name}` is {value}: figures are 0 or more, below {FIGURE_MAX:.0e}")


class Figures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of figures inside terms; none is negative."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, int | Decimal):
                natural(name, Decimal(value))


def rising(what: str, limits: Sequence[Decimal | None]) -> None:
    """Hold a table of bands to its order: limits rise, and the last band alone has none. Raises `ValueError`."""
    inner = [limit for limit in limits[:-1] if limit is not None]
    if not limits or limits[-1] is not None or len(inner) < len(limits) - 1 or inner != sorted(set(inner)):
        raise ValueError(f"`{what}` rise, and only the last has no `through`")


class Terms(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a kind of rule goes by. Amounts are dollars, rates per cent unless the field's name says another unit."""

    kind: ClassVar[str] = ""


T = TypeVar("T", bound=Terms)


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """Terms with the days they are in force (both included) and where they are written."""

    kind: str
    of: str
    start: date
    end: date | None
    cite: tuple[str, ...]
    note: str
    terms: Terms

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.start <= on and (self.end is None or on <= self.end)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks in a pack."""

    name: str
    title: str
    version: str
    parent: str = ""
    sources: dict[str, str]


class _ClauseHead(msgspec.Struct, frozen=True, kw_only=True):
    start: date = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to", default=None)
    of: str = ""
    cite: list[str]
    note: str = ""


_HEAD = frozenset(field.encode_name for field in msgspec.structs.fields(Head))
_CLAUSE_HEAD = frozenset(field.encode_name for field in msgspec.structs.fields(_ClauseHead))


class Pack:
    """One pack with its parents behind it."""

    def __init__(self, head: Head, clauses: tuple[Clause, ...], parent: Pack | None = None) -> None:
        self.name, self.title, self.version, self.sources = head.name, head.title, head.version, head.sources
        self.head, self.clauses, self.parent = head, clauses, parent
        self._found = lru_cache(maxsize=FOUND_MAX)(self._look_up)

    def lineage(self) -> Iterator[Pack]:
        """The pack, its parent, and so on."""
        pack: Pack | None = self
        while pack is not None:
            yield pack
            pack = pack.parent

    def clause(self, kind: type[Terms], on: date, of: str = "") -> tuple[Pack, Clause] | None:
        """The clause in force and the pack that it stands in: nearest pack first, in it the nearer `of`."""
        return self._found(kind, on, of)

    def _look_up(self, kind: type[Terms], on: date, of: str) -> tuple[Pack, Clause] | None:
        for pack in self.lineage():
            for wanted in dict.fromkeys((of, "")):
                for clause in pack.clauses:
                    if clause.kind == kind.kind and clause.of == wanted and clause.in_force(on):
                        return pack, clause
        return None

    def terms(self, kind: type[T], on: date, of: str = "") -> T | None:
        """The terms in force on a day; None = this city has no such policy."""
        found = self.clause(kind, on, of)
        return None if found is None else cast(T, found[1].terms)


def parse(raw: Mapping[str, Any], kinds: Mapping[str, type[Terms]]) -> tuple[Head, tuple[Clause, ...]]:
    """A pack's TOML, read already, as its typed parts. Raises `PolicyError`."""
    name = str(raw.get("name", "?"))
    try:
        head = msgspec.convert({key: value for key, value in raw.items() if key in _HEAD}, Head)
    except msgspec.ValidationError as error:
        raise PolicyError(f"Pack {name}: {error}") from error
    clauses: list[Clause] = []
    for kind in (key for key in raw if key not in _HEAD):
        if kind not in kinds:
            near = difflib.get_close_matches(kind, kinds, 1)
            raise PolicyError(f"Pack {name}: no rule is called {kind}" + (f"; {near[0]}?" if near else ""))
        if not isinstance(raw[kind], list):
            raise PolicyError(f"Pack {name}: {kind} must be an array of tables: [[{kind}]]")
        for number, table in enumerate(raw[kind], 1):
            where = f"Pack {name}, {kind} no. {number}"
            clause = _clause(where, kinds[kind], table, head.sources)
            _against_overlap(where, clause, clauses)
            clauses.append(clause)
    return head, tuple(clauses)


def _clause(where: str, kind: type[Terms], table: Any, sources: Mapping[str, str]) -> Clause:
    try:
        table = msgspec.convert(table, dict[str, Any])
        head = msgspec.convert({key: value for key, value in table.items() if key in _CLAUSE_HEAD}, _ClauseHead)
        terms = msgspec.convert({key: value for key, value in table.items() if key not in _CLAUSE_HEAD}, kind)
    except msgspec.ValidationError as error:
        raise PolicyError(f"{where}: {error}") from error
    if not head.cite or (missing := [key for key in head.cite if key not in sources]):
        raise PolicyError(f"{where}: `cite` must name sources of the pack" + (f", not {missing}" if head.cite else ""))
    if head.end is not None and head.end < head.start:
        raise PolicyError(f"{where}: `to` {head.end} is before `from` {head.start}")
    return Clause(
        kind=kind.kind,
        of=head.of,
        start=head.start,
        end=head.end,
        cite=tuple(head.cite),
        note=head.note,
        terms=terms,
    )


def _against_overlap(where: str, clause: Clause, clauses: Iterable[Clause]) -> None:
    for other in clauses:
        if (other.kind, other.of) != (clause.kind, clause.of):
            continue
        if other.in_force(clause.start) or clause.in_force(other.start):
            raise PolicyError(f"{where}: in force at the same time as the one `from` {other.start}")


class Packs:
    """Several cities' packs side by side."""

    def __init__(self, raws: Iterable[Mapping[str, Any]], kinds: Mapping[str, type[Terms]]) -> None:
        """Raises `PolicyError` for a pack that is wrong in itself, named twice, or whose parents lead nowhere."""
        parsed: dict[str, tuple[Head, tuple[Clause, ...]]] = {}
        for raw in raws:
            head, clauses = parse(raw, kinds)
            if head.name in parsed:
                raise PolicyError(f"Pack {head.name}: there are two of this name")
            parsed[head.name] = head, clauses
        self._packs: dict[str, Pack] = {}
        for name in parsed:
            self._build(name, parsed, ())

    def _build(self, name: str, parsed: Mapping[str, tuple[Head, tuple[Clause, ...]]], below: tuple[str, ...]) -> Pack:
        if name in below:
            raise PolicyError(f"Pack {name}: its own ancestor, by way of {' → '.join(below)}")
        if name not in parsed:
            raise PolicyError(f"Pack {below[-1]}: no pack is called {name}, its `parent`")
        if name not in self._packs:
            head, clauses = parsed[name]
            parent = self._build(head.parent, parsed, (*below, name)) if head.parent else None
            self._packs[name] = Pack(head, clauses, parent)
        return self._packs[name]

    def __getitem__(self, name: str) -> Pack:
        return self._packs[name]

    def __contains__(self, name: str) -> bool:
        return name in self._packs

    def __iter__(self) -> Iterator[Pack]:
        return iter(self._packs.values())
