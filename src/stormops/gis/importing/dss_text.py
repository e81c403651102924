"""OpenDSS scripts as text: files followed, commands split into words. No element is understood here.

A subset of the language, read from its documentation: comments (`!`, `//`, `/* … */` at line
starts), `~` and `more`, quotes and arrays in `"" '' () [] {}`, `name=value` and positional values,
`Redirect` and `Compile` relative to the file that says them, names of files in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.table import open_text, readable

FILE_BYTES_MAX = 512 * 1024**2
"""Bytes of one script; the largest known to us has 20 MB."""

DEPTH_MAX = 32
"""Scripts that redirect to each other this deep are a ring."""

FILES_MAX = 100_000
"""Redirects followed in one import."""

_WORD = re.compile(
    r"""[\s,]*(?:(?P<end>$|!|//)
    |(?:(?P<name>[^\s=,"'\[{!]+?)\s*=\s*)?
    (?:"(?P<dq>[^"]*)"?|'(?P<sq>[^']*)'?|\((?P<par>[^)]*)\)?|\[(?P<bra>[^\]]*)\]?|\{(?P<cur>[^}]*)\}?
      |(?P<bare>(?:(?!//)[^\s,=!])+)))""",
    re.VERBOSE,
)
_MARKS = ('"', "'", "[", "{", "!", "//", " (", "\t(", "=(", ",(", "= ", "=\t", " =", "\t=")
_QUIET = re.compile(r"\s*(?:!|//|$)")
_HEAD = re.compile(r'\s*new\s+(?:object\s*=\s*)?["\']?(\w+)\.', re.IGNORECASE)


class Word(NamedTuple):
    """`name=value`, or a positional value with an empty name (names in lower case)."""

    name: str
    value: str


class Command(NamedTuple):
    """One command with its place: the verb in lower case and the words behind it."""

    file: Path
    row: int
    verb: str
    words: list[Word]


def words(line: str) -> list[Word]:
    """The words of a line, comment left out."""
    if line[:1] != "(" and not any(
        map(line.__contains__, _MARKS)
    ):  # most lines by far: no quotes, no arrays, no comment
        return [
            Word(name.lower(), value) if equals else Word("", name)
            for name, equals, value in (text.partition("=") for text in line.replace(",", " ").split())
        ]
    found: list[Word] = []
    at = 0
    while at < len(line):
        match = _WORD.match(line, at)
        if match is None:
            at += 1  # a stray "=" or bracket: OpenDSS passes over it too
        elif match.lastgroup in ("end", None):
            break
        else:
            found.append(Word((match["name"] or "").lower(), match[match.lastgroup].strip()))
            at = match.end()
    return found


def items(value: str) -> list[str]:
    """The items of an array value."""
    return [word.value for word in words(value)]


class Scripts:
    """Reads a master script and all that it redirects to, below one folder.

    `wanted` are the classes (lower case) whose `New` is split into words; a `New` of any other class
    comes with its class as its only word, which saves reading thousands of line codes. `folders` are
    those that a script was read from.
    """

    def __init__(self, root: Path, wanted: frozenset[str]) -> None:
        self.root = root.resolve()
        self.folders: dict[Path, None] = {}
        self._wanted = wanted
        self._files = 0
        self._listings: dict[Path, dict[str, str]] = {}

    def commands(self, file: Path, stack: tuple[Path, ...] = ()) -> Iterator[Command]:
        """The commands of a script in the order of their running. Raises ImportRefused."""
        self._files += 1
        if file in stack or len(stack) >= DEPTH_MAX or self._files > FILES_MAX:
            raise ImportRefused(file, "is redirected to in a ring")
        self.folders[file.parent] = None
        for row, line in self.lines(file):
            command = self._command(file, row, line)
            if command.verb in ("redirect", "compile"):
                target = self.resolve(file, row, command.words)
                if target is None:
                    raise ImportRefused(file, f"names a file that does not exist: {command.words[0].value!r}", row)
                yield from self.commands(target, (*stack, file))
            elif command.verb:
                yield command

    def lines(self, file: Path) -> Iterator[tuple[int, str]]:
        """Row and text of the lines that say something, block comments left out."""
        inside = False
        with open_text(file, FILE_BYTES_MAX) as text:
            for row, line in enumerate(text, 1):
                if not readable(line):  # scripts often come from Windows; OpenDSS takes any byte, and so do we
                    clean = line.replace("\0", " ").encode(errors="surrogateescape")
                    line = clean.decode("cp1252", "replace")  # noqa: PLW2901
                start = line.lstrip()
                if start.startswith("/*"):
                    inside = True
                if inside:
                    inside = "*/" not in line
                elif not _QUIET.match(line):
                    yield row, line

    def _command(self, file: Path, row: int, line: str) -> Command:
        head = _HEAD.match(line)
        if head and head[1].lower() not in self._wanted:
            return Command(file, row, "new", [Word("", f"{head[1].lower()}.")])
        all_words = words(line)
        if not all_words:
            return Command(file, row, "", [])
        first = all_words[0]
        if (first.name or first.value).startswith("~"):
            return Command(file, row, "more", words(line.replace("~", " ", 1)))
        if first.name:  # Line.x.enabled=no
            return Command(file, row, "property", all_words)
        return Command(file, row, first.value.lower(), all_words[1:])

    def resolve(self, file: Path, row: int, said: list[Word]) -> Path | None:
        """The file that a command names, relative to the file that says it, in any case; None when absent.

        Raises ImportRefused when the name is missing or leads out of the network's folder.
        """
        if not said:
            raise ImportRefused(file, "names no file", row)
        place = file.parent
        for part in said[0].value.replace("\\", "/").split("/"):
            if part in ("", "."):
                continue
            step = place.parent if part == ".." else self._entry(place, part)
            if step is None:
                return None
            place = step
            if not place.resolve().is_relative_to(self.root):
                raise ImportRefused(file, f"names a file outside the network's folder: {said[0].value!r}", row)
        if said[0].value.startswith("/") or ":" in said[0].value:
            raise ImportRefused(file, f"names a file outside the network's folder: {said[0].value!r}", row)
        return place if place.is_file() else None

    def _entry(self, folder: Path, name: str) -> Path | None:
        """The entry of a folder with this name in any case; the exact one first."""
        if folder not in self._listings:
            try:
                self._listings[folder] = {entry.name.casefold(): entry.name for entry in folder.iterdir()}
            except OSError:
                self._listings[folder] = {}
        if (folder / name).exists():
            return folder / name
        found = self._listings[folder].get(name.casefold())
        return folder / found if found is not None else None
