"""The words of the server's pages in every language: tables in `words/`, and numbers and times as people write them.

Numbers are grouped as in the United States in all languages, as on the city's bills; months and
weekdays have their names in the tables, because no library here knows them in Haitian Creole.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

LANGUAGES = ("en", "es", "ht")
"""Languages that have a table; English is the one that is always complete."""

NAMED_MAX = 8
"""Names said in one sentence; of more only how many."""


def some(names: Iterable[str]) -> str:
    """Names in one sentence, the first few of many."""
    every = list(names)
    more = len(every) - NAMED_MAX
    return ", ".join(every[:NAMED_MAX]) + (f" (+{more})" if more > 0 else "")


def iso(ms: int) -> str:
    """Platform milliseconds as programs read a time (ISO 8601, UTC, seconds)."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


class Words:
    """The table of one language. Keys are dotted; a place in a sentence is `{name}`."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self.own_name: str = table["own_name"]
        self._weekdays: list[str] = table["weekdays"]
        self._months: list[str] = table["months"]
        self._texts = dict(_flat(table))

    def __call__(self, key: str, **values: object) -> str:
        """The sentence, with its places filled in. Raises KeyError for a key that no table has."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def markup(self, key: str, **values: object) -> Markup:
        """The same as HTML: values that are markup (a link) stay so, everything else is escaped."""
        return escape(self._texts[key]).format(**values)

    def count(self, key: str, count: int, **values: object) -> str:
        """The sentence for one or for several."""
        return self(f"{key}.{'one' if count == 1 else 'other'}", count=self.number(count), **values)

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self._texts

    def keys(self) -> set[str]:
        """All keys of the table."""
        return set(self._texts)

    def number(self, value: int) -> str:
        """A count, grouped in thousands."""
        return f"{value:,}"

    def day(self, day: date) -> str:
        """A day with its month's name and its year: no order of numbers to be guessed."""
        return f"{day.day} {self._months[day.month - 1]} {day.year}"

    def time(self, ms: int, zone: ZoneInfo) -> str:
        """Platform milliseconds as weekday, day, month, hour, minute and zone."""
        at = datetime.fromtimestamp(ms / 1000, zone)
        return f"{self._weekdays[at.weekday()]} {at.day} {self._months[at.month - 1]}, {at:%H:%M %Z}"

    def short(self, ms: int, zone: ZoneInfo) -> str:
        """The same for a narrow column: day and month, hour and minute, each of which keeps together."""
        at = datetime.fromtimestamp(ms / 1000, zone)
        return f"{at.day}\N{NO-BREAK SPACE}{self._months[at.month - 1]} {at:%H:%M}"

    def moment(self, ms: int, zone: ZoneInfo) -> Markup:
        """The same as HTML that programs read too."""
        return Markup('<time datetime="{}">{}</time>').format(iso(ms), self.time(ms, zone))


def _flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield path + key, value
        elif isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")


def table(language: str, package: str = "stormops.pages") -> dict[str, Any]:
    """The table of a language (one of `LANGUAGES`) in a package's folder `words`."""
    source = resources.files(package).joinpath(f"words/{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


@functools.cache
def words(language: str) -> Words:
    """The words of a language; English for one that has no table."""
    known = language if language in LANGUAGES else "en"
    return Words(known, table(known))
