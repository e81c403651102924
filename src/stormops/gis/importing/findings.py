"""What is rough in imported data: codes, counts, examples and a sentence each.

A code is declared here before it is used, so the list below is the whole vocabulary of reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

EXAMPLES_MAX = 20
"""Ids kept as examples of one finding; the count is always whole."""

ROUGH: dict[str, str] = {
    "island": "{n} islands of two or more buses are not joined to any source by closed edges.",
    "island-single": "{n} single buses hang on open switches only; nothing is fed through them.",
    "loop": "{n} closed edges close a ring; the tree takes the shorter way from the source.",
    "load-dark": "{n} loads stand in islands, so nothing is known to feed them.",
    "premise-dark": "{n} premises have a bus but no closed path to a source; no device explains their outages.",
    "no-source": "{n} networks name no source and none could be found; nothing is fed.",
    "bus-no-coordinates": "{n} buses have no coordinates; each is drawn at its nearest located neighbour.",
    "bus-nowhere": "{n} buses have no coordinates and no located neighbour; they cannot be drawn.",
    "bus-moved": "{n} buses have no addresses below or around them and were only moved along with the rest.",
    "edge-unknown-bus": "{n} edges name a bus that the bus table does not list; the bus was added.",
    "edge-to-itself": "{n} edges join a bus to itself and were left out.",
    "edge-disabled": "{n} elements that are no switch are out of service and were left out.",
    "edge-duplicate": "{n} edges share their id with an earlier one and got a number behind it.",
    "bus-duplicate": "{n} rows name a bus a second time; the first row counts.",
    "load-duplicate": "{n} loads share their id with an earlier one and got a number behind it.",
    "load-unknown-bus": "{n} loads name a bus that no edge reaches; the bus was added.",
    "load-shares-bus": "{n} loads share their bus, and so their address, with another load.",
    "load-no-address": "{n} load buses have no address.",
    "address-duplicate-id": "{n} addresses share their id with an earlier one and got a number behind it.",
    "address-no-id": "{n} addresses have no id of their own; the row number is used.",
    "address-no-coordinates": "{n} addresses have no coordinates; they are found by text only.",
    "address-no-street": "{n} addresses have no street name.",
    "address-no-number": "{n} addresses have no house number (empty or 0).",
    "address-same-text": "{n} addresses read the same as another one in the same locality.",
    "address-no-bus": "{n} addresses are not linked to the network.",
    "address-unknown-bus": "{n} addresses name a bus that the network does not have.",
    "coordinates-outside": "{n} coordinates lie outside the globe or at 0,0 and were taken as missing.",
    "site-type-not-premise": "{n} addresses are of a site type that is no customer's premise; they are kept as OTHER.",
    "crosswalk-unknown-bus": "{n} rows of the crosswalk name a load bus that the network does not have; left out.",
    "crosswalk-unknown-address": "{n} rows of the crosswalk name an address that is not in the table; left out.",
    "crosswalk-duplicate": "{n} rows of the crosswalk link an address or a bus a second time; left out.",
    "file-missing": "{n} coordinate files that the network's files name do not exist; others were used.",
}
"""Findings that say the data is rough."""

NOTED: dict[str, str] = {
    "site-type-unknown": "{n} addresses are of a site type without a rule; they are kept as OTHER.",
    "site-type-missing": "{n} addresses state no site type; they are taken as single family homes.",
    "bank-joined": "{n} single-phase elements stand beside another between the same buses and were joined to a bank.",
    "breaker-assumed": "{n} feeders name no breaker; the first recloser or line of theirs stands for it.",
    "source-found": "{n} sources were found as the hub of the highest voltage, because the files name none.",
    "winding-extra": "{n} further windings of transformers lead to buses of their own and became edges.",
    "command-ignored": "{n} commands of the OpenDSS scripts do not describe the network and were passed over.",
    "batch-edit-ignored": "{n} batch edits of the OpenDSS scripts were passed over; check what they change.",
    "coordinates-beside": "{n} files of longitudes and latitudes beside the network's files gave the coordinates.",
    "street-no-line": "{n} streets have too few numbered addresses to be drawn.",
}
"""Findings that say what the import assumed."""


class Findings:
    """Collects findings in the order in which their codes first appear. KeyError on an undeclared code."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def add(self, code: str, example: str) -> None:
        """One more case of `code`."""
        self.add_all(code, (example,))

    def add_all(self, code: str, examples: Iterable[str]) -> None:
        """More cases of `code`, one an example."""
        if code not in ROUGH and code not in NOTED:
            raise KeyError(code)
        for example in examples:
            self._count[code] = self._count.get(code, 0) + 1
            kept = self._examples.setdefault(code, [])
            if len(kept) < EXAMPLES_MAX:
                kept.append(example)

    def count(self, code: str) -> int:
        """How many cases of `code` there are."""
        return self._count.get(code, 0)

    def items(self) -> list[dict[str, Any]]:
        """Rows `{"code", "rough", "count", "examples", "text"}` for `pack.json`."""
        return [
            {
                "code": code,
                "rough": code in ROUGH,
                "count": count,
                "examples": self._examples[code],
                "text": (ROUGH.get(code) or NOTED[code]).format(n=f"{count:,}"),
            }
            for code, count in self._count.items()
        ]
