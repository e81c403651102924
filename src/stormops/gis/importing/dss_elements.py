"""OpenDSS elements: what the scripts say about lines, transformers, loads and their controls.

Only the properties that topology needs are kept. Values stay text until the network is made, with
the place of their element, so that a fault can be told with file and row.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from stormops.gis.importing.dss_text import Word, items
from stormops.gis.importing.refusal import ImportRefused

WINDINGS_MAX = 100
"""Windings of one transformer."""

_CONTROL = ("monitoredobj", "monitoredterm", "switchedobj", "switchedterm")
_TAIL = ("basefreq", "enabled", "like")

PROPERTIES: dict[str, tuple[str, ...]] = {
    "line": (
        *("bus1", "bus2", "linecode", "length", "phases", "r1", "x1", "r0", "x0", "c1", "c0"),
        *("rmatrix", "xmatrix", "cmatrix", "switch", "rg", "xg", "rho", "geometry", "units", "spacing"),
        *("wires", "earthmodel", "cncables", "tscables", "b1", "b0", "seasons", "ratings", "linetype"),
        *("normamps", "emergamps", "faultrate", "pctperm", "repair", *_TAIL),
    ),
    "transformer": (
        *("phases", "windings", "wdg", "bus", "conn", "kv", "kva", "tap", "%r", "rneut", "xneut", "buses"),
        *("conns", "kvs", "kvas", "taps", "xhl", "xht", "xlt", "xscarray", "thermal", "n", "m", "flrise"),
        *("hsrise", "%loadloss", "%noloadloss", "normhkva", "emerghkva", "sub", "maxtap", "mintap"),
        *("numtaps", "subname", "%imag", "ppm_antifloat", "%rs", "bank", "xfmrcode", *_TAIL),
    ),
    "load": (
        *("phases", "bus1", "kv", "kw", "pf", "model", "yearly", "daily", "duty", "growth", "conn", "kvar"),
        *("rneut", "xneut", "status", "class", "vminpu", "vmaxpu", "vminnorm", "vminemerg", "xfkva"),
        *("allocationfactor", "kva", *_TAIL),
    ),
    "reactor": ("bus1", "bus2", "phases", *_TAIL),
    "capacitor": ("bus1", "bus2", "phases", *_TAIL),
    "vsource": ("bus1", "basekv", "pu", "angle", "frequency", "phases", *_TAIL),
    "fuse": (*_CONTROL, "fusecurve", "ratedcurrent", "delay", "action", "normal", "state", *_TAIL),
    "recloser": (*_CONTROL, "action", "normal", "state", *_TAIL),
    "relay": (*_CONTROL, "action", "normal", "state", *_TAIL),
    "swtcontrol": ("switchedobj", "switchedterm", "action", "lock", "delay", "normal", "state", "reset", *_TAIL),
}
PROPERTIES["circuit"] = PROPERTIES["vsource"]
PROPERTIES["xfmrcode"] = PROPERTIES["transformer"]

WANTED = frozenset(PROPERTIES)
"""Classes whose elements are kept; all others do not shape the network."""


@cache
def property_name(cls: str, said: str) -> tuple[str, int]:
    """The property that a name means, and the number of the next one.

    It is the name itself, else the first that begins with it, else the name as said.
    """
    names = PROPERTIES[cls]
    full = said if said in names else next((name for name in names if name.startswith(said)), said)
    return full, names.index(full) + 1 if full in names else len(names)


@dataclass(slots=True)
class Element:
    """One element as said: its class, its name, where it stands, its last value of each property.

    `buses` and `kvs` are those of a transformer's windings, in order.
    """

    cls: str
    name: str
    file: Path
    row: int
    values: dict[str, str] = field(default_factory=dict)
    buses: list[str] = field(default_factory=list)
    kvs: list[str] = field(default_factory=list)
    winding: int = 0
    next_property: int = 0

    @property
    def key(self) -> str:
        """`class.name` in lower case, as other elements refer to it."""
        return f"{self.cls}.{self.name.lower()}"

    def refuse(self, reason: str) -> ImportRefused:
        """The refusal of this element, to be raised."""
        return ImportRefused(self.file, f"{self.cls} {self.name!r}: {reason}", self.row)

    def apply(self, said: list[Word], known: dict[str, Element]) -> None:
        """Take what a command says, in its order. Raises ImportRefused on a bad winding or an unknown model."""
        order = PROPERTIES[self.cls]
        for name, value in said:
            if name:
                full, self.next_property = property_name(self.cls, name)
            elif self.next_property < len(order):
                full = order[self.next_property]
                self.next_property += 1
            else:
                continue
            self._take(full, value, known)

    def _take(self, name: str, value: str, known: dict[str, Element]) -> None:
        if self.cls in ("transformer", "xfmrcode"):
            if name == "wdg":
                self.winding = self._winding(value)
            elif name in ("bus", "kv"):
                self._set(self.buses if name == "bus" else self.kvs, self.winding, value)
            elif name in ("buses", "kvs"):
                column = self.buses if name == "buses" else self.kvs
                for i, item in enumerate(items(value)[:WINDINGS_MAX]):
                    self._set(column, i, item)
            elif name == "xfmrcode":
                self._copy(f"xfmrcode.{value.lower()}", known)
        if name == "like":
            self._copy(f"{self.cls}.{value.lower()}", known)
        self.values[name] = value

    def _winding(self, text: str) -> int:
        if not text.isdigit() or not 1 <= int(text) <= WINDINGS_MAX:
            raise self.refuse(f"winding {text[:20]!r} is not a number from 1")
        return int(text) - 1

    @staticmethod
    def _set(column: list[str], index: int, value: str) -> None:
        column.extend([""] * (index + 1 - len(column)))
        column[index] = value

    def _copy(self, key: str, known: dict[str, Element]) -> None:
        """Take the values of another element; an unknown one is a fault of the script."""
        model = known.get(key)
        if model is None:
            raise self.refuse(f"{key} is not defined before it")
        own_buses = self.buses
        self.values = {**model.values, **self.values}
        self.kvs, self.buses = list(model.kvs), own_buses or list(model.buses)

    def yes(self, name: str, default: bool) -> bool:
        """A yes/no property. OpenDSS takes the first letter: y or t is yes."""
        value = self.values.get(name, "")
        return default if not value else value[:1].lower() in "yt1"


_BINARY: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
}
_UNARY: dict[str, Callable[[float], float]] = {"sqr": lambda x: x * x, "sqrt": math.sqrt, "inv": lambda x: 1 / x}


def evaluate(element: Element, text: str, what: str) -> float:
    """A number, or OpenDSS's in-line arithmetic in reverse Polish order. Raises ImportRefused."""
    stack: list[float] = []
    try:
        for token in items(text) if " " in text else (text,):
            if token in _BINARY:
                b, a = stack.pop(), stack.pop()
                stack.append(_BINARY[token](a, b))
            elif token.lower() in _UNARY:
                stack.append(_UNARY[token.lower()](stack.pop()))
            else:
                stack.append(float(token))
        (value,) = stack
    except (ValueError, IndexError, ArithmeticError) as error:
        raise element.refuse(f"{what} {text[:40]!r} is not a number") from error
    if not math.isfinite(value):
        raise element.refuse(f"{what} {text[:40]!r} is not a number")
    return value
