"""A run of OpenDSS scripts: which elements they define and where their buses lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stormops.core.network import Floats
from stormops.gis.importing.dss_elements import WANTED, Element
from stormops.gis.importing.dss_text import Command, Scripts, Word
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import GridBuilder
from stormops.gis.importing.placing import WGS84
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.table import number

BESIDE = "Long_lat_buscoords.txt"
"""SMART-DS puts longitudes and latitudes of the buses beside the planar ones, under this name."""


class Circuit:
    """The elements and coordinate files of a run of the scripts."""

    def __init__(self, root: Path, findings: Findings) -> None:
        self.elements: dict[str, Element] = {}
        self.findings = findings
        self._scripts = Scripts(root, WANTED)
        self._active: Element | None = None
        self._xy: dict[str, tuple[float, float]] = {}
        self._degrees = False

    def run(self, master: Path) -> None:
        """Read the scripts and keep what they define."""
        verbs: dict[str, Callable[[Command], None]] = {
            "new": self._new,
            "edit": self._edit,
            "more": self._more,
            "m": self._more,
            "property": self._property,
            "clear": self._clear,
            "clearall": self._clear,
            "open": lambda c: self._switch(c, "_open", "yes"),
            "close": lambda c: self._switch(c, "_open", "no"),
            "disable": lambda c: self._switch(c, "enabled", "no"),
            "enable": lambda c: self._switch(c, "enabled", "yes"),
            "buscoords": self._buscoords,
            "latlongcoords": self._buscoords,
            "setbusxy": self._set_bus_xy,
        }
        for command in self._scripts.commands(master):
            handle = verbs.get(command.verb)
            if handle is not None:
                handle(command)
            else:
                code = "batch-edit-ignored" if command.verb == "batchedit" else "command-ignored"
                self.findings.add(code, command.verb[:40])
        if not any(e.cls == "circuit" for e in self.elements.values()):
            raise ImportRefused(master, "defines no circuit")

    def _new(self, command: Command) -> None:
        first = command.words[0] if command.words else Word("", "")
        cls, dot, name = first.value.partition(".")
        cls = cls.lower()
        if not dot or first.name not in ("", "object"):
            raise ImportRefused(command.file, "New names no class and element", command.row)
        if cls not in WANTED:
            self._active = None
            return
        element = Element(cls, name, command.file, command.row)
        if not name:
            raise element.refuse("has no name")
        key = element.key
        if key in self.elements:  # kept apart; the grid numbers and reports it
            key = f"{key}#{command.file}#{command.row}"
        self.elements[key] = self._active = element
        element.apply(command.words[1:], self.elements)

    def _edit(self, command: Command) -> None:
        said = command.words[0].value if command.words else ""
        self._active = self.elements.get(said.lower())
        if self._active is None:
            self.findings.add("command-ignored", f"edit {said[:40]}")
        else:
            self._active.apply(command.words[1:], self.elements)

    def _more(self, command: Command) -> None:
        if self._active is not None:
            self._active.apply(command.words, self.elements)

    def _property(self, command: Command) -> None:
        """`Line.x.enabled=no y=…`: set a property of a named element."""
        target, _, name = command.words[0].name.rpartition(".")
        element = self.elements.get(target)
        if element is None:
            self.findings.add("command-ignored", command.words[0].name[:40])
            return
        element.apply([Word(name, command.words[0].value), *command.words[1:]], self.elements)

    def _switch(self, command: Command, name: str, value: str) -> None:
        said = command.words[0].value.lower() if command.words else ""
        element = self.elements.get(said)
        if element is not None:
            element.values[name] = value
        elif said.partition(".")[0] in WANTED or not said:
            raise ImportRefused(command.file, f"{command.verb} names no element that is defined", command.row)
        else:
            self.findings.add("command-ignored", f"{command.verb} {said[:40]}")

    def _clear(self, _command: Command) -> None:
        self.elements.clear()
        self._xy.clear()
        self._active = None

    def _set_bus_xy(self, command: Command) -> None:
        said = {word.name: word.value for word in command.words}
        x, y = (number(said.get(c, ""), command.file, command.row, c) for c in "xy")
        self._xy[said.get("bus", "").lower()] = (x, y)

    def _buscoords(self, command: Command) -> None:
        file = self._scripts.resolve(command.file, command.row, command.words)
        if file is None:
            self.findings.add("file-missing", command.words[0].value)
            return
        turned = command.verb == "latlongcoords"
        self._degrees = self._degrees or turned
        self._read_coordinates(file, self._xy, turned)

    def _read_coordinates(self, file: Path, into: dict[str, tuple[float, float]], turned: bool = False) -> None:
        """Rows of bus, x, y (`turned`: bus, y, x). Raises ImportRefused on a short row or a bad number."""
        for row, line in self._scripts.lines(file):
            fields = line.replace(",", " ").split()
            if len(fields) < 3:
                raise ImportRefused(file, "a coordinate row is bus, x, y", row)
            x, y = number(fields[1], file, row, "x"), number(fields[2], file, row, "y")
            into[fields[0].strip('"').lower()] = (y, x) if turned else (x, y)

    def coordinates(self, builder: GridBuilder, *, use_beside: bool) -> tuple[Floats, Floats, str]:
        """x, y of each bus, and their system: WGS 84 when the files give degrees, "" when unknown."""
        beside: dict[str, tuple[float, float]] = {}
        for folder in self._scripts.folders if use_beside else ():
            if (folder / BESIDE).is_file():
                self.findings.add("coordinates-beside", folder.name)
                self._read_coordinates(folder / BESIDE, beside)
        for name, (x, y) in (beside or self._xy).items():
            bus = builder.known(name)
            if bus is not None:
                builder.place(bus, x, y)
        return *builder.coordinates(), WGS84 if beside or self._degrees else ""
