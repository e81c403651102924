from __future__ import annotations

from stormops.accounts.commands_release import BeginRelease, RecordException, StepRelease
from stormops.accounts.records_place import MeterRelease, ServiceAgreement, ServicePoint
from tests.accounts.test_commands_service import start
from tests.accounts.world import HASH, city, point, premise


def test_by_permit_and_inspection_and_what_waited_goes_on() -> None:
    world = city()
    at = premise(world)
    meter = point(world, at, needs_release=True)
    agreement = world.do(start(at, point=meter))["service_agreement"]
    made = world.do(BeginRelease(point=meter, clearance="permanent", permit="p1"))["meter_release"]
    assert world.refused(StepRelease(release=made, step="release")) == "illegal_step"
    assert world.refused(StepRelease(release=made, step="inspect", evidence=(HASH,))) == "no_inspector"
    world.do(StepRelease(release=made, step="inspect", inspector="ivy", evidence=(HASH,)))
    assert world.get(ServiceAgreement, agreement).state == "pending_release"
    world.do(StepRelease(release=made, step="release"))
    assert world.get(ServicePoint, meter).release == made
    assert world.get(ServiceAgreement, agreement).state == "pending_field"


def test_a_mast_alone_needs_no_permit_but_a_picture() -> None:
    world = city()
    meter = point(world, premise(world), needs_release=True)
    both = BeginRelease(point=meter, clearance="reconnect", permit="p1", mast_only=True)
    assert world.refused(both) == world.refused(BeginRelease(point=meter, clearance="reconnect")) == "no_permit"
    assert world.refused(BeginRelease(point=meter, clearance="reconnect", mast_only=True)) == "no_evidence"
    made = world.do(BeginRelease(point=meter, clearance="reconnect", mast_only=True, evidence=(HASH,)))
    assert world.get(MeterRelease, made["meter_release"]).state == "released"


def test_an_exception_has_an_end_and_each_inspector_so_many_a_day() -> None:
    world = city()
    at = premise(world)
    meters = [point(world, at, needs_release=True) for _ in range(3)]
    exceptions = [RecordException(point=m, clearance="reconnect", inspector="ivy", evidence=(HASH,)) for m in meters]
    made = [world.do(each)["meter_release"] for each in exceptions[:2]]
    assert world.refused(exceptions[2]) == "too_many_exceptions"
    world.later(1)
    world.do(exceptions[2])
    world.do(StepRelease(release=made[0], step="bring_permit", permit="p1"))
    assert world.refused(StepRelease(release=made[1], step="bring_permit")) == "no_permit"
    world.later(29)
    assert world.refused(StepRelease(release=made[1], step="lapse")) == "not_expired"
    world.later(1)
    world.do(StepRelease(release=made[1], step="lapse"))
    assert world.refused(StepRelease(release=made[1], step="bring_permit", permit="p2")) == "final_state"
    assert world.refused(StepRelease(release=made[1], step="record_exception")) == "illegal_step"
