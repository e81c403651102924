"""Modes: the one table of every function's class and service level, and a sentence for each mode.

The ladder is normal → watch → storm → surge → island. A person declares a mode with a reason; the
platform may tighten by itself (`core.mode_rules`) and never relaxes by itself.
"""

from __future__ import annotations

from stormops.core.functions import PLATFORM
from stormops.core.functions_customer import ACCOUNTS, TRANSIT
from stormops.core.levels import Criticality, Function, Level, Mode

__all__ = ["FOR_STAFF", "FOR_THE_PUBLIC", "FUNCTIONS", "Criticality", "Function", "Level", "Mode", "level_of"]

FUNCTIONS: dict[str, Function] = {function.name: function for function in (*PLATFORM, *ACCOUNTS, *TRANSIT)}
"""Every function of the platform by its name: today's own, and the customer and transit duties to come."""

FOR_STAFF: dict[Mode, str] = {
    Mode.NORMAL: "Normal: every function works in full.",
    Mode.WATCH: "Watch: more outages than usual, or weather near; all works in full, nobody starts what cannot stop.",
    Mode.STORM: "Storm: reports and dangers first; disconnects are held, account work is queued, exports wait.",
    Mode.SURGE: "Surge: more comes than can be shown at once; public maps are copies with their age, lists wait.",
    Mode.ISLAND: "Island: no billing system and no way out; work from what is here, everything is posted later.",
}
"""One sentence a mode, for the desk."""

FOR_THE_PUBLIC: dict[Mode, str] = {
    Mode.NORMAL: "All services work as usual.",
    Mode.WATCH: "More outages than usual, or bad weather near. All services work as usual.",
    Mode.STORM: "Storm service: outages and dangers come first. Nobody is disconnected; other requests take longer.",
    Mode.SURGE: "Very many people are reporting. Reports are always taken; maps may be a few minutes old.",
    Mode.ISLAND: "Some of our systems cannot be reached. Reports are always taken; other requests are kept for later.",
}
"""One sentence a mode, for every public page."""


def level_of(function: str, mode: Mode) -> Level:
    """How `function` is served in `mode`. Raises KeyError for a function that has no row."""
    return FUNCTIONS[function].levels[mode.rank]
