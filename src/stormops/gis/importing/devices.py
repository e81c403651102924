"""Which kind of device an element is, from what networks say about it (docs/import.md has the rules)."""

from __future__ import annotations

import re

from stormops.core.network import EdgeKind

MEDIUM_VOLTAGE_KV = 1.0
"""Above this a winding is medium voltage; a transformer that ends at or below it feeds customers."""

SUBSTATION_KV = 30.0
"""A transformer whose high side reaches this stands in a substation; below, it is a pole-mounted step."""

REGULATOR_RATIO = 1.1
"""Windings of nearly the same voltage regulate it: such a transformer opens no circuit by itself."""

_WORDS = {"fuse": EdgeKind.FUSE, "recloser": EdgeKind.RECLOSER, "breaker": EdgeKind.BREAKER}
_AT_START = re.compile(r"(fuse|recloser|breaker)(?![a-z])")
_ANYWHERE = re.compile(r"fuse|recloser|breaker")


def line_kind(name: str, code: str, is_switch: bool) -> EdgeKind:
    """Kind of a line element from its name, its line code and its switch property.

    A name or code that begins with the word fuse, recloser or breaker is one. In a switch the word
    may stand anywhere; in a plain line it may not, for feeders name lines after the fuse they pass.
    """
    name, code = name.lower(), code.lower()
    found = _AT_START.match(name) or _AT_START.match(code)
    if not found and is_switch:
        found = _ANYWHERE.search(name) or _ANYWHERE.search(code)
    if found:
        return _WORDS[found[0]]
    return EdgeKind.SWITCH if is_switch else EdgeKind.LINE


def transformer_kind(kvs: list[float], in_substation: bool = False) -> EdgeKind:
    """Kind of a transformer from the rated voltages of its windings (kV); LINE for a regulator."""
    if not kvs:
        return EdgeKind.TRANSFORMER
    high, low = max(kvs), min(kvs)
    if low > MEDIUM_VOLTAGE_KV and high / low < REGULATOR_RATIO:
        return EdgeKind.LINE
    if low > MEDIUM_VOLTAGE_KV and (in_substation or high >= SUBSTATION_KV):
        return EdgeKind.POWER_TRANSFORMER
    return EdgeKind.TRANSFORMER
