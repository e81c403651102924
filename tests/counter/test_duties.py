"""The table is whole: every command has its screen, every field of a body is asked for, every undo leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from stormops.accounts.asking.catalogue import BODIES
from stormops.accounts.asking.requesting import Wanted
from stormops.accounts.record import MACHINE_OF
from stormops.accounts.records import KINDS
from stormops.accounts.records_place import ServiceAgreement
from stormops.counter.duties import DUTIES, GROUPS, duties_about, steps_now
from stormops.counter.duty import Duty


def wanted(duty: Duty) -> dict[str, bool]:
    """The fields of the duty's body, and whether they are needed."""
    if duty.command == "draft_request":
        kind = dict(duty.fixed)["proposal.kind"]
        body = next(each for each in Wanted.__subclasses__() if each.__struct_config__.tag == kind)
        return {f"proposal.{f.name}": f.required for f in msgspec.structs.fields(body)} | {"reason": True}
    if duty.name == "transfer_service":
        start = {f"start.{f.name}": f.required for f in msgspec.structs.fields(BODIES["start_service"])}
        return {"agreement": True, "until": True} | start
    return {f.name: f.required for f in msgspec.structs.fields(BODIES[duty.command])}


def test_every_command_and_every_kind_of_request_has_a_screen() -> None:
    assert {duty.command for duty in DUTIES.values()} == set(BODIES)
    kinds = {dict(duty.fixed)["proposal.kind"] for duty in DUTIES.values() if duty.command == "draft_request"}
    assert kinds == {str(each.__struct_config__.tag) for each in Wanted.__subclasses__()}


@pytest.mark.parametrize("name", DUTIES)
def test_a_duty_asks_for_all_that_its_command_takes_and_for_nothing_else(name: str) -> None:
    duty = DUTIES[name]
    fields = wanted(duty)
    assert {field.name for field in duty.fields} == set(fields)
    for field in duty.fields:
        if fields[field.name]:
            assert field.needed or field.kind == "flag" or field.name == "tax_code", field.name


@pytest.mark.parametrize("name", DUTIES)
def test_a_duty_begins_with_what_it_is_about_and_can_be_led_back(name: str) -> None:
    duty = DUTIES[name]
    assert duty.group in GROUPS
    if duty.about:
        assert duty.about in KINDS
        assert any(field.kind == "record" and field.of[0] == duty.about for field in duty.fields)
        assert duty in duties_about(duty.about)
    for field in duty.fields:
        if field.kind == "record":
            assert field.of[0] in KINDS
        if field.kind == "step":
            assert set(field.of[1:]) <= set(MACHINE_OF[KINDS[field.of[0]]].steps)
    if duty.undo is not None:
        back, step = duty.undo
        assert back in DUTIES
        steps = [field for field in DUTIES[back].fields if field.kind == "step"]
        assert not step or step in steps[0].of


def test_steps_are_those_of_the_state() -> None:
    field = next(field for field in DUTIES["step_service"].fields if field.kind == "step")
    agreement = msgspec.convert(
        {
            "id": "g",
            "account": "a",
            "premise": "p",
            "service": "water",
            "rate": "water",
            "since": "2026-07-01",
            "state": "finalled",
        },
        ServiceAgreement,
    )
    assert steps_now(field, agreement) == ["close", "reactivate"]
    assert steps_now(field, None) == list(field.of[1:])


DOCUMENT = Path(__file__).parents[2] / "docs/duties.md"


def test_every_duty_is_in_the_document_with_a_proof_that_is_there() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("## The storm desk")[0]
    assert [name for name in DUTIES if f"`{name}`" not in text] == []
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    assert len(rows) == 30
    for row in rows:
        *_, screens, proofs, _ = row.split("|")
        assert screens.strip(), row
        named = re.findall(r"`([^`]+)`", proofs)
        assert named, row
        for proof in named:
            file, _, test = proof.partition("::")
            place = DOCUMENT.parents[1] / (file if file.startswith("tests/") else f"tests/counter/{file}")
            assert f"def {test.rstrip('…')}" in place.read_text(encoding="utf-8"), proof
