"""Meters and telemetry from outside: the meter network falls silent in a storm, a breaker opens and closes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import numpy as np
import pytest

from tests.platform import Platform, command, fast, make_city

pytestmark = pytest.mark.system

SPEED = 30
"""Platform seconds in one of the wall."""

EVERY_MS = 180_000
"""How often each meter is read."""

HEARD_MS = 180_000
"""How long others are still heard after the outage: what falls silent with it may be out with it."""

OUTAGE_MS = 1_200_000
"""How long a feeder is out until it is restored."""

BREAKER, TRANSFORMER = 4, 5
MINUTES_MAX = 5
SECONDS_MAX = 60


class Utility:
    """A head end and a control system, and what everybody sees."""

    def __init__(self, platform: Platform, pack: Path) -> None:
        text = msgspec.msgpack.decode((pack / "text.msgpack").read_bytes())
        kinds = np.load(pack / "city.npz")["n_edge_kind"]
        self.meters = [meter for meter in text["p_meter"] if meter]
        self.breaker = text["n_edge_id"][int(np.flatnonzero(kinds == BREAKER)[0])]
        self.phase = np.random.default_rng(1).permutation(len(self.meters)) * EVERY_MS // len(self.meters)
        where = {"STORMOPS_DATA": str(platform.data)}
        token = command("partner", "add", "grid", "--may", "meters", "--may", "telemetry", env=where).split()[-1]
        self.intake = httpx2.Client(base_url=platform.intake_url, headers={"Authorization": f"Bearer {token}"})
        self.feed = httpx2.Client(base_url=platform.feed_url)
        self.home = {meter: name for meter, name in zip(text["p_meter"], text["p_id"], strict=True) if meter}
        person, password = platform.staff["dispatcher"]
        self.desk = httpx2.Client()
        given = {"person": person, "password": password, "desk": "D1"}
        self.desk.post(f"{platform.intake_url}/staff/sign-in", json=given).raise_for_status()
        self.desk_url = f"{platform.feed_url}/api/v1/desk"
        self.read_ms = self.now_ms()

    def close(self) -> None:
        for client in (self.intake, self.feed, self.desk):
            client.close()

    def lit(self, meters: set[str]) -> set[str]:
        """Of these, the homes that the desk does not show out."""
        out = self.desk.get(f"{self.desk_url}/out").raise_for_status().json()["premises"]
        return {self.home[meter] for meter in meters}.difference(out)

    def is_open(self, device: str) -> bool:
        """Whether the desk shows an incident at this device whose customers are out."""
        return any(one["device"] == device for one in self.incidents())

    def now_ms(self) -> int:
        return int(self.seen()["server_ms"])

    def seen(self) -> dict[str, Any]:
        return dict(self.feed.get("/api/v1/public/snapshot").raise_for_status().json())

    def send(self, path: str, **body: object) -> None:
        assert self.intake.post(path, json=body).status_code == httpx2.codes.ACCEPTED

    def read(self, dark: set[str]) -> None:
        """The meters that were due since the last time, but for those without power."""
        now_ms = self.now_ms()
        due = (self.phase - self.read_ms) % EVERY_MS <= (now_ms - self.read_ms)
        heard = [self.meters[row] for row in np.flatnonzero(due).tolist() if self.meters[row] not in dark]
        self.read_ms = now_ms
        if heard:
            self.send("/api/v1/meters/events", events=[{"meter": m, "kind": "on", "at": now_ms} for m in heard])

    def say(self, kind: str, meters: Iterable[str]) -> None:
        """All these meters at once."""
        at_ms = self.now_ms()
        self.send("/api/v1/meters/events", events=[{"meter": meter, "kind": kind, "at": at_ms} for meter in meters])

    def incidents(self) -> list[dict[str, Any]]:
        """Those whose customers are out."""
        view = self.desk.get(f"{self.desk_url}/snapshot").raise_for_status().json()["view"]
        return [one for name, one in view.items() if name.startswith("incident/") and one["customers_out"]]

    def go_on(self, until_ms: float, dark: set[str]) -> None:
        """Meters are read until then."""
        while self.now_ms() < until_ms:
            self.read(dark)
            time.sleep(0.2)

    def until(self, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            seen = self.seen()
            if what(seen["view"]):
                return seen
            time.sleep(0.1)
        raise AssertionError(f"not seen within {SECONDS_MAX} s: {self.seen()['view']}")


def test_a_flatline_is_unknown_and_a_breaker_is_out_before_anybody_calls(tmp_path: Path) -> None:
    pack = make_city(tmp_path, 1_000)
    platform = Platform(pack, tmp_path / "data", fast(SPEED))
    utility = Utility(platform, pack)
    try:
        began = utility.now_ms()
        utility.go_on(began + 2.5 * EVERY_MS, set())
        assert utility.seen()["view"]["unheard"] == {"whole": False, "areas": []}
        dark = set(utility.meters[:60])
        at_ms = utility.now_ms()
        utility.send("/api/v1/meters/events", events=[{"meter": m, "kind": "last_gasp", "at": at_ms} for m in dark])
        utility.until(lambda view: view["totals"]["customers_out"] >= len(dark) and not utility.lit(dark))
        utility.go_on(at_ms + HEARD_MS, dark)

        raised = utility.until(lambda view: view["unheard"]["whole"])
        assert raised["at_ms"] - utility.read_ms <= MINUTES_MAX * 60_000
        assert utility.feed.get("/text").text.count("We get no data from the power meters.") == 1
        assert utility.lit(dark) == set()  # silence restores nobody, whoever else was taken to be out with them

        said = {"device": utility.breaker, "state": "open", "at": utility.now_ms()}
        utility.send("/api/v1/telemetry/states", states=[said])
        utility.until(lambda _: utility.is_open(utility.breaker))
        utility.send("/api/v1/telemetry/states", states=[said | {"state": "closed", "at": utility.now_ms()}])
        utility.until(lambda _: not utility.is_open(utility.breaker))
    finally:
        utility.close()
        platform.stop()


def below_one_transformer(pack: Path) -> tuple[str, set[str]]:
    """The transformer that feeds most, and the meters below it."""
    city, text = np.load(pack / "city.npz"), msgspec.msgpack.decode((pack / "text.msgpack").read_bytes())
    fed_by = {int(bus): edge for edge, bus in enumerate(city["n_edge_to"].tolist()) if not city["n_edge_open"][edge]}

    def transformer(bus: int) -> int:
        while (edge := fed_by.get(bus, -1)) >= 0 and city["n_edge_kind"][edge] != TRANSFORMER:
            bus = int(city["n_edge_from"][edge])
        return edge

    above = [transformer(bus) for bus in city["p_bus"].tolist()]
    most, _ = Counter(edge for edge in above if edge >= 0).most_common(1)[0]
    below = {meter for meter, edge in zip(text["p_meter"], above, strict=True) if meter and edge == most}
    return text["n_edge_id"][most], below


def test_a_transformer_that_stays_dark_below_what_was_restored_is_found_by_its_meters(tmp_path: Path) -> None:
    pack = make_city(tmp_path, 400)
    transformer, dark = below_one_transformer(pack)
    platform = Platform(pack, tmp_path / "data", fast(4 * SPEED))
    utility = Utility(platform, pack)
    try:
        utility.say("on", utility.meters)
        utility.say("last_gasp", utility.meters)
        utility.until(lambda view: view["totals"]["customers_out"] == len(utility.meters))
        utility.go_on(utility.now_ms() + OUTAGE_MS, set(utility.meters))
        csrf = utility.desk.get(f"{platform.feed_url}/api/v1/session").json()["csrf"]
        for one in utility.incidents():
            path = f"{platform.intake_url}/api/v1/desk/incidents/{one['id']}/restore"
            headers = {"X-CSRF-Token": csrf, "Idempotency-Key": one["id"]}
            said = {"reason": "breaker closed, crew 12"}
            utility.desk.post(path, json=said, headers=headers).raise_for_status()
        utility.until(lambda view: view["totals"]["customers_out"] == 0)
        utility.say("restore", set(utility.meters) - dark)
        utility.until(lambda _: utility.is_open(transformer))
        (found,) = utility.incidents()
        assert found["customers_out"] == len(dark)
        assert (found["reports"], found["state"]) == (0, "predicted")
        utility.say("restore", dark)
        utility.until(lambda view: view["totals"]["customers_out"] == 0)
    finally:
        utility.close()
        platform.stop()
