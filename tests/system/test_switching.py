"""Switching from outside: a feeder's breaker opens, a tie feeds its customers from the neighbour, and back."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.platform import Platform, make_city

pytestmark = pytest.mark.system

SECONDS_MAX = 20


class Desk:
    """A dispatcher at the desk."""

    def __init__(self, platform: Platform) -> None:
        self.intake, self.feed = platform.intake_url, platform.feed_url
        self.client = httpx2.Client()
        person, password = platform.staff["dispatcher"]
        given = {"person": person, "password": password, "desk": "D1"}
        self.client.post(f"{self.intake}/staff/sign-in", json=given).raise_for_status()
        self.csrf = self.read("session")["csrf"]

    def read(self, path: str, **query: str) -> dict[str, Any]:
        return dict(self.client.get(f"{self.feed}/api/v1/{path}", params=query).raise_for_status().json())

    def operate(self, device: str, *, opened: bool) -> str:
        """Open or close a device; gives the action's id once it is on disk."""
        key = uuid.uuid4().hex
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key}
        body = {"device": device, "open": opened, "reason": "exercise"}
        answer = self.client.post(f"{self.intake}/api/v1/desk/switches", json=body, headers=headers)
        assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
        return key

    def view(self) -> dict[str, Any]:
        return dict(self.read("desk/snapshot")["view"])

    def wait(self, shown: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first picture in which it is so."""
        deadline = time.monotonic() + SECONDS_MAX
        while not shown(view := self.view()):
            assert time.monotonic() < deadline, {key: view[key] for key in view if key.startswith("switch/")}
            time.sleep(0.05)
        return view

    def effect(self, device: str) -> dict[str, Any]:
        return dict(self.read("desk/switches", device=device)["effect"])

    def out(self) -> list[str]:
        return list(self.read("desk/out")["premises"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("switching")
    platform = Platform(make_city(folder / "packs", 4_000), folder / "data")
    try:
        made = Desk(platform)
        with contextlib.closing(made.client):
            yield made
    finally:
        platform.stop()


def devices(desk: Desk, kind: str) -> list[dict[str, Any]]:
    features = desk.read("map/devices.geojson")["features"]
    return [feature["properties"] for feature in features if feature["properties"]["kind"] == kind]


def test_a_tie_feeds_whom_an_opened_breaker_left_dark_and_everything_goes_back(desk: Desk) -> None:
    ties = [tie["id"] for tie in devices(desk, "tie")]
    largest = sorted(devices(desk, "breaker"), key=lambda breaker: -int(breaker["customers"]))
    breaker, customers = next((b["id"], b["customers"]) for b in largest if _has_tie(desk, b["id"], ties))
    told = desk.effect(breaker)
    assert (told["dark"], told["moved"], told["fed"]) == (customers, 0, 0)

    desk.operate(breaker, opened=True)
    view = desk.wait(lambda view: f"switch/{breaker}" in view and view["totals"]["customers_out"] == told["dark"])
    (incident,) = [value for key, value in view.items() if key.startswith("incident/")]
    assert (incident["device"], incident["state"], incident["switched"]) == (breaker, "confirmed", True)
    assert len(desk.out()) == told["dark"]
    again = desk.operate(breaker, opened=True)
    assert desk.wait(lambda view: f"refusal/{again}" in view)[f"refusal/{again}"]["code"] == "already_open"

    tie = next(tie for tie in ties if desk.effect(tie)["fed"])
    assert desk.effect(tie)["fed"] == told["dark"]
    desk.operate(tie, opened=False)
    view = desk.wait(lambda view: f"switch/{tie}" in view and view["totals"]["customers_out"] == 0)
    assert desk.out() == [], "nobody whom the neighbour feeds is believed out"
    assert view[f"incident/{incident['id']}"]["state"] == "restored"
    assert view["totals"]["switches_abnormal"] == 2

    desk.operate(breaker, opened=False)
    view = desk.wait(lambda view: f"switch/{breaker}" not in view)
    assert view[f"switch/{tie}"]["parallel"]
    desk.operate(tie, opened=True)
    view = desk.wait(lambda view: view["totals"]["switches_abnormal"] == 0)
    assert view["totals"]["customers_out"] == 0


def _has_tie(desk: Desk, breaker: str, ties: list[str]) -> bool:
    """Whether some tie would close a ring through this feeder: then it can feed it."""
    feeder = desk.read("desk/switches", device=breaker)["switch"]["feeder"]
    rings = (desk.read("desk/switches", device=tie) for tie in ties)
    return any(found["switch"]["feeder"] == feeder and found["effect"]["parallel"] for found in rings)
