from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stormops.accounts.commands_records import (
    FetchRecords,
    PrepareRecords,
    ReleaseRecords,
    StepRecordsRequest,
    TakeRecordsRequest,
)
from stormops.accounts.disclosure import CLASSES
from stormops.accounts.records_work import RecordsRequest
from tests.accounts.world import PROOF, World, city

DAY = timedelta(1)


def taken(world: World, **fields: Any) -> str:
    decision = PROOF | {"result": {"due": str(world.day + 10 * DAY)}}
    made = {"text": "all adjustments of May", "received": str(world.day), "decision": decision}
    return world.do(TakeRecordsRequest(**made | fields), "dot")["records_request"]


def preparation(world: World, request: str, **fields: Any) -> PrepareRecords:
    made = {
        "request": request,
        "since": str(world.day - 30 * DAY),
        "until": str(world.day),
        "kinds": ("journals", "bills"),
        "exemptions": dict.fromkeys(CLASSES, "s. 1"),
        "policy": "palmetto 2026-07",
    }
    return PrepareRecords(**made | fields)


def test_a_request_is_prepared_by_one_looked_at_and_released_by_another() -> None:
    world = city()
    key = taken(world)
    assert world.refused(ReleaseRecords(request=key), "sue") == "illegal_step"
    assert world.refused(FetchRecords(request=key), "ann") == "not_prepared"
    done = world.do(preparation(world, key), "ann")
    prepared = world.get(RecordsRequest, key)
    assert (prepared.prepared, prepared.prepared_by, prepared.kinds) == (done["key"], "ann", ("journals", "bills"))
    assert (prepared.due, prepared.requester, prepared.state) == (world.day + 10 * DAY, "", "prepared")
    world.do(FetchRecords(request=key), "sue")
    assert world.refused(ReleaseRecords(request=key), "ann") == "maker_is_checker"
    world.do(ReleaseRecords(request=key), "sue")
    world.do(FetchRecords(request=key), "ann")
    assert world.get(RecordsRequest, key).state == "released"
    assert world.refused(preparation(world, key)) in {"illegal_step", "final_state"}


def test_who_released_it_is_held_to_what_was_prepared_last() -> None:
    world = city()
    key = taken(world)
    world.do(preparation(world, key), "ann")
    world.do(preparation(world, key, kinds=("bills",)), "sue")
    assert world.refused(ReleaseRecords(request=key), "sue") == "maker_is_checker"
    world.do(ReleaseRecords(request=key), "ann")


@pytest.mark.parametrize(
    ("command", "without"),
    [
        (lambda key, world: preparation(world, key), "records"),
        (lambda key, _: ReleaseRecords(request=key), "release_records"),
        (lambda key, _: StepRecordsRequest(request=key, step="deny", reason="x"), "release_records"),
        (lambda key, _: StepRecordsRequest(request=key, step="put_back", reason="x"), "release_records"),
        (lambda key, _: StepRecordsRequest(request=key, step="withdraw", reason="x"), "records"),
    ],
)
def test_each_step_has_its_right(command: Any, without: str) -> None:
    world = city()
    key = taken(world)
    world.do(preparation(world, key), "ann")
    world.without["sue"] = {without}
    assert world.refused(command(key, world), "sue") == "no_permission"
    world.without["sue"] = {"records", "release_records"} - {without}
    world.do(command(key, world), "sue")


def test_either_right_fetches_and_none_does_not() -> None:
    world = city()
    key = taken(world)
    world.do(preparation(world, key), "ann")
    for without in ({"records"}, {"release_records"}):
        world.without["sue"] = without
        world.do(FetchRecords(request=key), "sue")
    world.without["sue"] = {"records", "release_records"}
    assert world.refused(FetchRecords(request=key), "sue") == "no_permission"


def test_what_cannot_be_is_refused() -> None:
    world = city()
    key = taken(world, requester=" Paper ", reply_to="x@y.z")
    assert world.get(RecordsRequest, key).requester == "Paper"
    decision = PROOF | {"result": {"due": str(world.day)}}
    tomorrow = TakeRecordsRequest(text="x", received=str(world.day + DAY), decision=decision)
    assert world.refused(tomorrow) == "bad_period"
    assert world.refused(TakeRecordsRequest(text=" ", received=str(world.day), decision=decision)) == "no_text"
    assert world.refused(preparation(world, key, until=str(world.day + DAY))) == "bad_period"
    assert world.refused(preparation(world, key, since=str(world.day), until=str(world.day - DAY))) == "bad_period"
    assert world.refused(preparation(world, key, kinds=("passwords",))) == "unknown_kind"
    assert world.refused(preparation(world, key, exemptions={"name": ""})) == "unknown_kind"
    assert world.refused(StepRecordsRequest(request=key, step="deny", reason=" ")) == "no_text"
    world.do(StepRecordsRequest(request=key, step="deny", reason="nothing like it is kept"))
    assert world.get(RecordsRequest, key).reply == "nothing like it is kept"
    assert world.refused(preparation(world, key)) == "final_state"
