"""An alert of the buses, and what was heard of them: the words are GTFS-Realtime's (reference, "message Alert")."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Effect = Literal[
    "NO_SERVICE",
    "REDUCED_SERVICE",
    "SIGNIFICANT_DELAYS",
    "DETOUR",
    "ADDITIONAL_SERVICE",
    "MODIFIED_SERVICE",
    "STOP_MOVED",
    "ACCESSIBILITY_ISSUE",
    "OTHER_EFFECT",
    "UNKNOWN_EFFECT",
    "NO_EFFECT",
]
"""In the order in which people must know."""

Cause = Literal[
    "UNKNOWN_CAUSE",
    "OTHER_CAUSE",
    "TECHNICAL_PROBLEM",
    "STRIKE",
    "DEMONSTRATION",
    "ACCIDENT",
    "HOLIDAY",
    "WEATHER",
    "MAINTENANCE",
    "CONSTRUCTION",
    "POLICE_ACTIVITY",
    "MEDICAL_EMERGENCY",
    "SPECIAL_EVENT",
]

Severity = Literal["SEVERE", "WARNING", "UNKNOWN_SEVERITY", "INFO"]
"""GTFS-Realtime's `SeverityLevel`, the worst first; one that is not given may be anything but harmless."""

_EFFECTS: tuple[str, ...] = Effect.__args__  # type: ignore[attr-defined]
_SEVERITIES: tuple[str, ...] = Severity.__args__  # type: ignore[attr-defined]


class Named(msgspec.Struct, frozen=True):
    """A route or a stop: its id in the timetable and the name that people know; one of them may be "", not known."""

    id: str
    name: str = ""

    @property
    def said(self) -> str:
        """What people read."""
        return self.name or self.id


class Period(msgspec.Struct, frozen=True, array_like=True):
    """From when until before when it holds (platform ms); None = for ever."""

    start_ms: int | None = None
    end_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Whether a time is in it."""
        return (self.start_ms is None or self.start_ms <= now_ms) and (self.end_ms is None or now_ms < self.end_ms)


ALWAYS = Period()


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. Texts are plain, by language. `whole`: all buses; without it and routes and stops: some trips."""

    effect: Effect = "UNKNOWN_EFFECT"
    cause: Cause = "UNKNOWN_CAUSE"
    severity: Severity = "UNKNOWN_SEVERITY"
    whole: bool = False
    routes: list[Named] = []
    stops: list[Named] = []
    header: dict[str, str] = {}
    description: dict[str, str] = {}
    periods: list[Period] = []

    def period(self, now_ms: int) -> Period | None:
        """The period that holds at a time (platform ms), None when none does. An alert without any always holds."""
        return next((period for period in self.periods or [ALWAYS] if period.holds(now_ms)), None)

    @property
    def rank(self) -> tuple[int, int, list[str]]:
        """What stops first, then what is worst."""
        return _EFFECTS.index(self.effect), _SEVERITIES.index(self.severity), [route.said for route in self.routes]


FILE = "transit-alerts.json"
"""Where a feed's last word is left, in the data folder."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed said when it was read last, as it is left for whoever shows it.

    `as_of_ms`: of when it is (platform ms) by its own word, or when it was read if it has none. `more`: alerts of it
    that were left out.
    """

    as_of_ms: int
    alerts: list[Alert] = []
    more: int = 0


class Texted(NamedTuple):
    """A text in one of its languages."""

    language: str
    text: str


def said(texts: dict[str, str], language: str) -> Texted:
    """The text in a language, else in English, else in whichever there is; empty without any."""
    for code in (language, "en", *texts):
        if texts.get(code):
            return Texted(code, texts[code])
    return Texted(language, "")
