"""Transit alerts: read again when the file changes, kept when it is damaged, shown while they hold, worst first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stormops.feed import transit_alerts as module
from stormops.feed.transit_alerts import TransitAlerts, beside
from stormops.telemetry import Log

DETOUR = '[[alert]]\neffect = "DETOUR"\nroutes = ["4"]\nheader = { en = "By Oak St", es = "Por Oak St" }\n'
STOPPED = '[[alert]]\neffect = "NO_SERVICE"\nheader = { en = "No buses" }\nstart = 2026-05-14T16:00:00Z\n'
UNTIL = "end = 2026-05-14T18:00:00+00:00\n"
FOUR_PM_MS = 1_778_774_400_000


def write(path: Path, text: str, at: int) -> None:
    path.write_text(text)
    os.utime(path, (at, at))


def test_those_that_hold_are_shown_and_what_stops_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    alerts = TransitAlerts(path, Log("feed"))
    assert alerts.read(FOUR_PM_MS) == []
    write(path, DETOUR + STOPPED + UNTIL, 1)
    assert [alert["effect"] for alert in alerts.read(FOUR_PM_MS - 1)] == ["DETOUR"]
    assert [alert["effect"] for alert in alerts.read(FOUR_PM_MS)] == ["NO_SERVICE", "DETOUR"]
    assert [alert["effect"] for alert in alerts.read(FOUR_PM_MS + 2 * 3_600_000)] == ["DETOUR"]
    assert alerts.read(FOUR_PM_MS)[0]["end_ms"] == FOUR_PM_MS + 2 * 3_600_000
    assert alerts.read(FOUR_PM_MS)[1] == {
        "effect": "DETOUR",
        "routes": ["4"],
        "header": {"en": "By Oak St", "es": "Por Oak St"},
        "description": {},
        "end_ms": None,
    }
    write(path, DETOUR, 2)
    assert len(alerts.read(FOUR_PM_MS)) == 1
    path.unlink()
    assert alerts.read(FOUR_PM_MS) == []


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
    path = tmp_path / "alerts.toml"
    alerts = TransitAlerts(path, Log("feed"))
    write(path, DETOUR, 1)
    alerts.read(0)
    path.write_bytes(damage.encode("latin-1"))
    os.utime(path, (2, 2))
    assert [alert["effect"] for alert in alerts.read(0)] == ["DETOUR"]
    alerts.read(0)
    assert capsys.readouterr().err.count("transit_alerts_unreadable") == 1


def test_too_many_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ALERTS_MAX", 2)
    path = tmp_path / "alerts.toml"
    write(path, DETOUR * 3 + STOPPED, 1)
    assert [alert["effect"] for alert in TransitAlerts(path, Log("feed")).read(FOUR_PM_MS)] == ["NO_SERVICE", "DETOUR"]


@pytest.mark.parametrize("city_file", sorted(Path("deploy/cities").glob("*.toml")), ids=lambda p: p.stem)
def test_every_city_of_ours_has_alerts_that_can_be_read_or_none(
    city_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    TransitAlerts(beside(city_file), Log("feed")).read(FOUR_PM_MS)
    assert capsys.readouterr().err == ""
