"""Heat and frost: a person declares that nobody is cut, where and how long, and a person lifts it before its end.

A storm holds cuts by its mode; this is for weather in which everything else works as usual.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from stormops.accounts.command import Command
from stormops.accounts.commands_work import needs_text
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Id, Text
from stormops.accounts.records_place import WeatherHold
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import WEATHER_HOLD


def held_by_weather(holds: Iterable[WeatherHold], jurisdiction: str, on: date) -> str:
    """Why nobody is cut at a place on a day, "" = no hold is in force there. `holds`: those that were not lifted."""
    for hold in sorted(holds, key=lambda each: each.id):
        if hold.area in {"", jurisdiction} and hold.since <= on <= hold.until:
            return f"{hold.kind} until {hold.until}: {hold.reason}"
    return ""


class DeclareWeatherHold(Command, frozen=True, kw_only=True, tag="declare_weather_hold"):
    """Nobody is cut from a day through another, everywhere or in one jurisdiction, for heat, frost or the like."""

    function = "weather_hold"
    permission = "hold_cuts"

    kind: Literal["heat", "frost", "flood", "smoke", "other"]
    area: Literal["", "city", "county"] = ""
    """Empty = everywhere."""
    since: Day
    until: Day
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.reason, "reason")
        since, until = draft.day(self.since), draft.day(self.until)
        if until < max(since, draft.envelope.day):
            raise Refused("bad_period", "A hold ends on or after its first day, and not before today.", "until")
        draft.add(
            WeatherHold(
                id=draft.new_id(),
                kind=self.kind,
                area=self.area,
                since=since,
                until=until,
                reason=self.reason,
                by=draft.envelope.actor,
                state=WEATHER_HOLD.start,
            )
        )


class LiftWeatherHold(Command, frozen=True, kw_only=True, tag="lift_weather_hold"):
    """A hold ended before its last day, with the reason; who may declare one may not always lift it."""

    function = "weather_hold"
    permission = "lift_cuts"

    hold: Id
    reason: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.reason, "reason")
        draft.step(draft.get(WeatherHold, self.hold), "lift", lifted=self.reason, lifted_by=draft.envelope.actor)
