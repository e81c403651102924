from __future__ import annotations

from stormops.accounts.commands_review import (
    AddFinding,
    AddTask,
    OpenCase,
    OrderFieldWork,
    StepCase,
    StepFieldWork,
    StepFinding,
    StepTask,
)
from stormops.accounts.records_place import ServiceOrder
from stormops.accounts.records_work import Case, Finding, Task
from tests.accounts.world import HASH, city


def test_a_case_is_reviewed_by_another_with_a_recomputation() -> None:
    world = city()
    made = world.do(OpenCase(account="a1", kind="review", text="high bill"))["case"]
    found = StepCase(case=made, step="record_findings", findings="meter read twice", evidence=(HASH,))
    assert world.refused(found, "ann") == "maker_is_checker"
    assert world.refused(StepCase(case=made, step="record_findings", findings="x"), "bob") == "no_evidence"
    world.do(found, "bob")
    world.do(StepCase(case=made, step="close"), "bob")
    after = world.get(Case, made)
    assert (after.reviewer, after.evidence, after.state) == ("bob", (HASH,), "closed")


def test_who_owns_an_action_does_not_verify_it() -> None:
    world = city()
    made = world.do(AddFinding(about="k1", rule="friction", text="two screens for one thing"))["finding"]
    assert world.refused(StepFinding(finding=made, step="plan", action="one screen")) == "no_owner"
    world.do(StepFinding(finding=made, step="plan", action="one screen", owner="bob", due_ms=9))
    assert world.refused(StepFinding(finding=made, step="complete"), "bob") == "no_evidence"
    world.do(StepFinding(finding=made, step="complete", evidence=(HASH,)), "bob")
    assert world.refused(StepFinding(finding=made, step="verify"), "bob") == "maker_is_checker"
    world.do(StepFinding(finding=made, step="verify"), "cid")
    assert world.get(Finding, made).state == "verified"


def test_tasks_go_from_owner_to_owner() -> None:
    world = city()
    assert world.refused(AddTask(text="look at the meter", owner="ann", due_ms=9)) == "not_later"
    made = world.do(AddTask(text="look at the meter", owner="ann", due_ms=2_000_000_000_000))["task"]
    assert world.refused(StepTask(task=made, step="pass_on")) == "no_owner"
    world.do(StepTask(task=made, step="pass_on", owner="bea"))
    world.do(StepTask(task=made, step="complete"))
    assert (world.get(Task, made).owner, world.get(Task, made).state) == ("bea", "done")


def test_work_in_the_field() -> None:
    world = city()
    made = world.do(OrderFieldWork(account="a1", kind="read", due="2026-03-09", note="dog"))["service_order"]
    world.do(StepFieldWork(order=made, step="dispatch"))
    world.do(StepFieldWork(order=made, step="complete", note="read 1160"))
    assert world.get(ServiceOrder, made).note == "dog\nread 1160"
