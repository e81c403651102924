"""Transit alerts: of staff's file and of the feed; shown while they hold, worst first; never a false "no alerts"."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from stormops.feed import transit_alerts as module
from stormops.feed.transit_alerts import OLD_SECONDS, Source, TransitAlerts, beside
from stormops.settings import CityFile, Settings
from stormops.telemetry import Log
from stormops.transit.alert import FILE, Alert, Heard, Named, Period

DETOUR = '[[alert]]\neffect = "DETOUR"\nroutes = ["4"]\nheader = { en = "By Oak St", es = "Por Oak St" }\n'
STOPPED = '[[alert]]\neffect = "NO_SERVICE"\nheader = { en = "No buses" }\nstart = 2026-05-14T16:00:00Z\n'
UNTIL = "end = 2026-05-14T18:00:00+00:00\n"
FOUR_PM_MS = 1_778_774_400_000
MOVED = Alert(
    effect="STOP_MOVED",
    cause="CONSTRUCTION",
    stops=[Named("S1", "Oak St")],
    routes=[Named("R-9", "")],
    header={"en": "<b>"},
    periods=[Period(None, FOUR_PM_MS + 1)],
)


def write(path: Path, text: str, at: int) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (at, at))


def alerts_of(folder: Path, *, feed: bool = False, speed: float = 1.0) -> tuple[TransitAlerts, Path]:
    settings = Settings(data=folder, city_file=folder / "x.toml", clock_speed=speed)
    city = CityFile(
        name="x", title="X", transit_name="StarLine", transit_alerts_url="http://127.0.0.1/" if feed else ""
    )
    return TransitAlerts(settings, city, Log("feed")), beside(settings.city_file)


def hear(folder: Path, *alerts: Alert, as_of_ms: int = FOUR_PM_MS, more: int = 0) -> None:
    (folder / FILE).write_bytes(msgspec.json.encode(Heard(as_of_ms=as_of_ms, alerts=list(alerts), more=more)))


def effects(alerts: TransitAlerts, now_ms: int) -> list[str]:
    return [alert["effect"] for alert in alerts.read(now_ms).alerts]


def test_those_that_hold_are_shown_and_what_stops_comes_first(tmp_path: Path) -> None:
    alerts, path = alerts_of(tmp_path)
    assert alerts.read(FOUR_PM_MS) == ([], 0, None, False)
    write(path, DETOUR + STOPPED + UNTIL, 1)
    assert effects(alerts, FOUR_PM_MS - 1) == ["DETOUR"]
    assert effects(alerts, FOUR_PM_MS) == ["NO_SERVICE", "DETOUR"]
    assert effects(alerts, FOUR_PM_MS + 2 * 3_600_000) == ["DETOUR"]
    told = alerts.read(FOUR_PM_MS).alerts
    assert (told[0]["end_ms"], told[0]["whole"]) == (FOUR_PM_MS + 2 * 3_600_000, True)
    assert told[1] == {
        "effect": "DETOUR",
        "cause": "UNKNOWN_CAUSE",
        "severity": "UNKNOWN_SEVERITY",
        "whole": False,
        "routes": ["4"],
        "stops": [],
        "route_ids": [],
        "stop_ids": [],
        "header": {"en": "By Oak St", "es": "Por Oak St"},
        "description": {},
        "start_ms": None,
        "end_ms": None,
        "source": "staff",
    }
    write(path, DETOUR, 2)
    assert len(alerts.read(FOUR_PM_MS).alerts) == 1
    path.unlink()
    assert alerts.read(FOUR_PM_MS).alerts == []


@pytest.mark.parametrize(
    "damage",
    [
        '[[alert]]\neffect = "FLYING"\nheader = { en = "x" }\n',
        '[[alert]]\neffect = "DETOUR"\n',
        '[[alert]]\neffect = "DETOUR"\nheader = { en = "x" }\nstart = 2026-05-14T16:00:00\n',
        "\xff",
    ],
)
def test_a_damaged_file_changes_nothing_and_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    alerts, path = alerts_of(tmp_path)
    write(path, DETOUR, 1)
    alerts.read(0)
    path.write_bytes(damage.encode("latin-1"))
    os.utime(path, (2, 2))
    assert effects(alerts, 0) == ["DETOUR"]
    alerts.read(0)
    assert capsys.readouterr().err.count("transit_alerts_unreadable") == 1


def test_what_staff_and_the_feed_say_stands_together(tmp_path: Path) -> None:
    alerts, path = alerts_of(tmp_path, feed=True)
    write(path, DETOUR + STOPPED, 1)
    hear(tmp_path, MOVED, Alert(effect="NO_SERVICE", severity="SEVERE", whole=True))
    told = alerts.read(FOUR_PM_MS)
    assert [(alert["effect"], alert["source"]) for alert in told.alerts] == [
        ("NO_SERVICE", "feed"),
        ("NO_SERVICE", "staff"),
        ("DETOUR", "staff"),
        ("STOP_MOVED", "feed"),
    ]
    moved = told.alerts[3]
    assert (moved["stops"], moved["stop_ids"], moved["routes"], moved["route_ids"]) == (
        ["Oak St"],
        ["S1"],
        ["R-9"],
        ["R-9"],
    )
    assert told.feed == Source("StarLine", FOUR_PM_MS, FOUR_PM_MS + OLD_SECONDS * 1000)
    assert not told.feed_old
    assert effects(alerts, FOUR_PM_MS + 1) == ["NO_SERVICE", "NO_SERVICE", "DETOUR"]


def test_an_old_feed_is_old_and_one_that_was_never_heard_says_nothing(tmp_path: Path) -> None:
    alerts, _ = alerts_of(tmp_path, feed=True)
    assert alerts.read(FOUR_PM_MS) == ([], 0, Source("StarLine", None, None), True)
    hear(tmp_path)
    old_ms = FOUR_PM_MS + OLD_SECONDS * 1000
    assert not alerts.read(old_ms - 1).feed_old
    assert alerts.read(old_ms).feed_old
    assert json.loads(alerts.body()) == {
        "alerts": [],
        "more": 0,
        "feed": {"name": "StarLine", "as_of_ms": FOUR_PM_MS, "old_from_ms": old_ms},
    }


def test_a_rehearsals_clock_makes_a_feed_old_as_fast_as_it_goes(tmp_path: Path) -> None:
    alerts, _ = alerts_of(tmp_path, feed=True, speed=60.0)
    hear(tmp_path)
    assert alerts.read(FOUR_PM_MS).feed == Source("StarLine", FOUR_PM_MS, FOUR_PM_MS + 60 * OLD_SECONDS * 1000)


def test_a_file_of_a_feed_that_the_city_has_no_more_is_not_read(tmp_path: Path) -> None:
    hear(tmp_path, MOVED)
    assert alerts_of(tmp_path)[0].read(FOUR_PM_MS) == ([], 0, None, False)


def test_too_many_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ALERTS_MAX", 2)
    alerts, path = alerts_of(tmp_path, feed=True)
    write(path, DETOUR * 3 + STOPPED, 1)
    hear(tmp_path, MOVED, more=10)
    assert effects(alerts, FOUR_PM_MS) == ["NO_SERVICE", "DETOUR"]
    assert alerts.read(FOUR_PM_MS).more == 13


@pytest.mark.parametrize("city_file", sorted(Path("deploy/cities").glob("*.toml")), ids=lambda p: p.stem)
def test_every_city_of_ours_has_alerts_that_can_be_read_or_none(
    city_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = CityFile(name="x", title="X")
    TransitAlerts(Settings(city_file=city_file), city, Log("feed")).read(FOUR_PM_MS)
    assert capsys.readouterr().err == ""
