"""The desk sees everything that is open, where it is, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stormops.core import situation as situation_module
from stormops.core.entry import ActionRefused, Entry, MetersListened, ModeChanged, Tick
from stormops.core.messages import Due, Fate, SignUp
from stormops.core.mode import FOR_STAFF, Mode
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Report, Symptom
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view_desk import CANDIDATES_SHOWN_MAX, SAID_CHARACTERS_MAX, DeskView
from tests.core.storm_day import StormDay, small_city


class Screen:
    """A storm and what the desk sees of it."""

    def __init__(self, day: StormDay) -> None:
        self.day, self.situation = day, day.situation
        facts = [entry.fact for entry in day.journal.read(0, 100_000)]
        self.view = DeskView(day.city, day.tree, lambda position: facts[position - 1]).snapshot(day.situation)

    def values(self, kind: str) -> list[dict[str, Any]]:
        return [value for key, value in self.view.items() if key.startswith(f"{kind}/")]


@pytest.fixture(scope="module")
def screen() -> Screen:
    day = StormDay(1, *small_city())
    for _ in range(20):
        day.step(reports=10)
    return Screen(day)


def test_every_open_incident_and_report_is_there(screen: Screen) -> None:
    situation = screen.situation
    assert {value["id"] for value in screen.values("incident")} == {i.id for i in situation.incidents.values()}
    waiting = {value["receipt"] for value in screen.values("unmatched")}
    points = {value["receipt"] for value in screen.values("report")}
    reports = (situation.reports.get(receipt) for receipt in situation.reports.row_of)
    assert points | waiting == {receipt_text(r.receipt) for r in reports if r is not None and not r.answered}
    assert len(waiting) == situation.totals.unmatched_open > 0
    totals = screen.view["totals"]
    assert totals["customers_out"] == np.count_nonzero(situation.coverage.bits) > 0
    assert totals["reports"] == len(screen.day.receipts)
    assert totals["incidents_open"] == sum(incident.live for incident in situation.incidents.values())
    assert sum(totals["incidents_by_state"].values()) == len(situation.incidents)


def test_an_incident_has_the_fields_of_the_contract_and_a_place(screen: Screen) -> None:
    names = (
        "id utility state device device_kind feeder lon lat customers_out customers_out_max reports since_ms "
        "opened_ms updated_ms place hull probability confirmed_by reasons safety medical"
    )
    values = screen.values("incident")
    assert all(set(names.split()) <= value.keys() for value in values)
    out = [value for value in values if value["customers_out"]]
    assert out
    day = screen.day
    for value in out:
        incident = screen.situation.incident(value["id"])
        assert incident is not None
        below = [premise for device in incident.devices for premise in day.tree.below(device).tolist()]
        lon = day.city.premises.lon[[*below, *incident.premises]] + [[-1e-6], [1e-6]]
        assert lon.min() <= value["lon"] <= lon.max()
        assert value["place"]
        assert value["hull"][0] == value["hull"][-1]
        if incident.device >= 0:
            assert value["device"] == screen.situation.device_ids[incident.device]
            assert value["device_kind"] in ("fuse", "recloser", "breaker", "transformer", "power_transformer")
            assert value["feeder"] in screen.situation.device_of


def test_what_waits_for_a_person_says_what_was_said_and_why(screen: Screen) -> None:
    waiting = screen.values("unmatched")
    assert any("nowhere parkway" in value["said"] for value in waiting)
    assert all(value["why"] for value in waiting)
    assert all(len(value["candidates"]) <= CANDIDATES_SHOWN_MAX for value in waiting)


def test_long_words_are_cut_in_the_list() -> None:
    day = StormDay(1, *small_city())
    day.report(Report(symptom=Symptom.TREE, address="x" * 200, note="y" * 2000))
    day.tick()
    (value,) = Screen(day).values("unmatched")
    assert len(value["said"]) == SAID_CHARACTERS_MAX


def test_a_report_with_neither_premise_nor_position_waits_but_is_not_on_the_map() -> None:
    day = StormDay(1, *small_city())
    receipt = day.report(Report(symptom=Symptom.LIGHTS_OUT, address="99999 nowhere parkway"))
    day.tick()
    screen = Screen(day)
    assert f"unmatched/{receipt}" in screen.view
    assert f"report/{receipt}" not in screen.view


def test_a_report_is_shown_before_it_is_decided_on() -> None:
    day = StormDay(1, *small_city())
    lon, lat = (float(column[0]) for column in (day.city.premises.lon, day.city.premises.lat))
    receipt = day.report(Report(symptom=Symptom.WIRE_DOWN, longitude=lon, latitude=lat))
    entries = day.tick()
    situation = Situation(day.city, day.tree)
    situation.apply(entries[:1])
    view = DeskView(day.city, day.tree, lambda position: entries[position - 1].fact).snapshot(situation)
    assert view[f"report/{receipt}"]["state"] == "received"
    assert view[f"report/{receipt}"]["safety"] is True
    assert view["totals"]["safety_open"] == 1


def test_danger_has_a_queue_of_its_own_with_its_clock(screen: Screen) -> None:
    situation = screen.situation
    values = screen.values("safety")
    assert {value["receipt"] for value in values} == {receipt_text(receipt) for receipt in situation.safety}
    names = "receipt kind said incident lon lat received_ms due_ms level state by"
    for value in values:
        assert list(value) == names.split()
        assert value["kind"] in {"wire_down", "pole_down", "gas_odour", "entrapment", "medical"}
        assert value["said"]
        assert value["due_ms"] > situation.at_ms
    totals = screen.view["totals"]
    states = [value["state"] for value in values]
    assert (totals["safety_waiting"], totals["safety_escalated"]) == (
        states.count("waiting"),
        states.count("escalated"),
    )
    assert states


def test_a_report_heard_again_says_so(screen: Screen) -> None:
    values = screen.values("report")
    again = [value for value in values if value["repeats"]]
    assert again
    assert all(value["heard_ms"] >= value["received_ms"] for value in again)
    assert any(value["heard_ms"] > value["received_ms"] for value in again)
    assert all(value["heard_ms"] == value["received_ms"] for value in values if not value["repeats"])
    incidents = screen.values("incident")
    of = {value["incident"] for value in again}
    assert {value["id"] for value in incidents if value["repeats"]} >= of - {None}
    assert screen.view["totals"]["reports_repeated"] == screen.situation.totals.repeated > 0


def test_the_mode_is_told_with_its_cause_and_a_sentence() -> None:
    city, tree = small_city()
    situation = Situation(city, tree)
    view = DeskView(city, tree, lambda position: pytest.fail(f"nothing to recall at {position}"))
    assert view.snapshot(situation)["mode"]["mode"] == "normal"
    changed = ModeChanged(mode=Mode.STORM, was=Mode.NORMAL, cause="declared", by="dora", reason="landfall", action="a")
    tick = Entry(1, 5, "", 0, 1, 0, Tick(number=1, at_ms=5))
    put, _ = view.changes(situation, situation.apply([tick, Entry(2, 5, "", 0, 1, 1, changed)]))
    assert put["mode"] == {
        "mode": "storm",
        "since_ms": 5,
        "cause": "declared",
        "by": "dora",
        "reason": "landfall",
        "scope": "city",
        "sentence": FOR_STAFF[Mode.STORM],
    }


def test_refusals_are_told_and_leave_with_the_oldest(screen: Screen) -> None:
    shown = {(value["action"], value["code"]) for value in screen.values("refusal")}
    assert shown == {(refusal.action, refusal.code) for refusal in screen.situation.refusals}


def test_the_oldest_refusal_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(situation_module, "REFUSALS_MAX", 2)
    city, tree = small_city()
    situation = Situation(city, tree)
    view = DeskView(city, tree, lambda position: pytest.fail(f"nothing to recall at {position}"))
    shown = view.snapshot(situation)
    for number in range(1, 5):
        refused = ActionRefused(action=f"a{number}", code="ended", text="It has ended.")
        put, unset = view.changes(situation, situation.apply([Entry(number, 0, "", 0, 1, number, refused)]))
        shown = {key: value for key, value in (shown | put).items() if key not in unset}
        assert shown == DeskView(city, tree, view._recall).snapshot(situation)
    assert {key for key in shown if key.startswith("refusal/")} == {"refusal/a3", "refusal/a4"}


def test_an_empty_situation_shows_nobody_out() -> None:
    city, tree = small_city()
    view = DeskView(city, tree, lambda position: pytest.fail(f"nothing to recall at {position}"))
    shown = view.snapshot(Situation(city, tree))
    assert shown.keys() == {"city", "messages", "mode", "totals"}
    assert shown["totals"]["customers_out"] == 0
    assert shown["totals"]["customers"] == len(city.premises)


def test_areas_of_meters_that_are_not_heard_are_told_until_they_are() -> None:
    city, tree = small_city(1500)
    situation = Situation(city, tree)
    view = DeskView(city, tree, lambda _: Tick(number=1, at_ms=1))
    assert view.snapshot(situation)["totals"]["meters_silent"] == 0
    ears = situation.meter_areas
    silent = MetersListened(every_ms=900_000, silent=ears.id[1:3], silent_ms=[5, 6])
    put, unset = view.changes(situation, situation.apply([Entry(1, 9, "", 0, 1, 0, silent)]))
    assert put[f"silence/{ears.id[1]}"] == {
        "id": ears.id[1],
        "name": ears.name[1],
        "meters": int(ears.meters[1]),
        "since_ms": 5,
        "lon": round(float(ears.lon[1]), 6),
        "lat": round(float(ears.lat[1]), 6),
    }
    assert put["totals"]["meters_silent"] == int(ears.meters[1:3].sum())
    assert not unset
    heard = MetersListened(every_ms=900_000, heard=[ears.id[1]], heard_ms=[8])
    put, unset = view.changes(situation, situation.apply([Entry(2, 9, "", 0, 1, 1, heard)]))
    assert unset == [f"silence/{ears.id[1]}"]
    assert put["totals"]["meters_silent"] == int(ears.meters[2])
    assert view.snapshot(situation)[f"silence/{ears.id[2]}"] == put[f"silence/{ears.id[2]}"]


def test_text_messages_are_counted() -> None:
    day = StormDay(7, *small_city())
    day.step()
    before = Screen(day).view["messages"]
    assert before == {"hours": 24} | dict.fromkeys(
        ["signed_up", "asked", "waiting", "sent", "refused", "unclear", "late", "overtaken"], 0
    )
    number, other = 900, 901
    messages = day.situation.messages
    messages.request(number, SignUp(1, 3, 0, "en", day.situation.at_ms))
    messages.sign_up(other, SignUp(2, 4, 0, "en", day.situation.at_ms))
    messages.due[other] = Due("assumed", 0, 1)
    messages.ended(Fate.UNCLEAR)
    now = Screen(day).view["messages"]
    assert now == before | {"signed_up": 1, "asked": 1, "waiting": 1, "unclear": 1}
    view = DeskView(day.city, day.tree, lambda _: Tick(number=1, at_ms=1))
    view.snapshot(day.situation)
    messages.drop(other)
    changed = view.changes(day.situation, Touched()).put["messages"]
    assert changed == now | {"signed_up": 0, "waiting": 0, "overtaken": 1}
