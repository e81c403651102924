"""Facts stay readable for ever: every released version's bytes are kept and read back."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from stormops.core import entry as facts
from stormops.core.entry import AnyFact, decode, encode
from stormops.core.levels import Mode
from stormops.core.report import Channel, Report, Symptom, Utility

BY = facts.Actor(person="ana", desk="East", shift=7)
RECEIPT, OTHER = "01-2345-6789-012-3", "02-2345-6789-012-5"

ONE_OF_EACH: list[AnyFact] = [
    facts.ReportReceived(
        receipt=RECEIPT,
        channel=Channel.WEB,
        report=Report(symptom=Symptom.WIRE_DOWN, address="12 Palm Ave", medical=True, note="sparks"),
        sender="5d2f",
        key="k",
    ),
    facts.ReportReceived(
        receipt=RECEIPT,
        channel=Channel.DESK,
        report=Report(symptom=Symptom.ENTRAPMENT, address="12 Palm Ave"),
        sender="desk/ana",
        key="k",
        by=BY,
    ),
    facts.ContactPreference(phone="8505550123", stopped=True, word="STOP", language="en"),
    facts.ReportPlaced(action="a-1", by=BY, reason="seen", receipt=RECEIPT, premise="P1"),
    facts.ReportWithdrawn(action="a-1", by=BY, reason="seen", receipt=RECEIPT),
    facts.IncidentConfirmed(action="a-1", by=BY, reason="seen", incident="E-0001", device="FUS-1"),
    facts.IncidentsMerged(action="a-1", by=BY, reason="seen", into="E-0001", incidents=["E-0002"]),
    facts.IncidentSplit(action="a-1", by=BY, reason="seen", incident="E-0001", receipts=[RECEIPT]),
    facts.IncidentCancelled(action="a-1", by=BY, reason="seen", incident="E-0001"),
    facts.IncidentRestored(action="a-1", by=BY, reason="seen", incident="E-0001", device="TR-1"),
    facts.DeviceSeenClosed(action="a-1", by=BY, reason="seen", incident="E-0001", device="FUS-1"),
    facts.ServiceAlone(action="a-1", by=BY, reason="seen", incident="E-0001", receipt=RECEIPT),
    facts.DevicesClosed(devices=["FUS-1", "BRK-1"], action="a-1", by="ana", at_ms=5),
    facts.DevicesClosed(devices=["FUS-1"], action="a-1", by="ana", at_ms=5, reason="seen", incident="E-0001"),
    facts.SightingRetracted(action="a-2", by=BY, reason="another one", sighting="a-1"),
    facts.SightingDropped(sighting="a-1", action="a-2", by="ana"),
    facts.SituationReportRequested(action="a-1", by=BY, reason="briefing"),
    facts.SafetyAcknowledged(action="a-1", by=BY, reason="called back", receipt=RECEIPT),
    facts.ModeDeclared(action="a-1", by=BY, reason="landfall at nine", mode=Mode.STORM, relax=True),
    facts.CityAdopted(name="palmetto", hash="abc"),
    facts.Tick(number=3, at_ms=1_778_785_200_000),
    facts.Decided(tick=3, through=41),
    facts.ReportMatched(receipt=RECEIPT, premise="P1", penalty=120, rule="address", reasons=["suffix missing"]),
    facts.ReportUnmatched(
        receipt=RECEIPT, why="two alike", candidates=[facts.Candidate(premise="P1", penalty=900, reasons=["far"])]
    ),
    facts.ReportDuplicated(receipt=OTHER, of=RECEIPT),
    facts.ReportClosed(receipt=RECEIPT, outcome="withdrawn", incident="E-0001"),
    facts.RatesLearned(
        report=100_000, false=200, service=300, gasp=600_000, wrong_link=9, share_out=8, opens=[7, 6, 5, 4, 3]
    ),
    facts.IncidentOpened(incident="E-0001", utility=Utility.ELECTRIC, since_ms=5),
    facts.IncidentChanged(
        incident="E-0001",
        devices=["FUS-1"],
        receipts_added=[RECEIPT],
        premises_added=[4],
        since_ms=5,
        probability=9_000,
    ),
    facts.IncidentArgued(
        incident="E-0001",
        low=4,
        high=9,
        alternatives=[("FUS-2", 800)],
        against=[("T-1", 6, 9_000)],
        next=[("call", "P1", 9)],
    ),
    facts.IncidentStepped(incident="E-0001", step="confirm", action="a-1", by="ana", at_ms=9, device="FUS-1"),
    facts.IncidentAbsorbed(incident="E-0002", into="E-0001", by="ana"),
    facts.IncidentClosed(incident="E-0001", outcome="restored"),
    facts.ReportRepeated(receipt=OTHER, of=RECEIPT),
    facts.SafetyClockStopped(receipt=RECEIPT, action="a-1", by="ana"),
    facts.SafetyEscalated(receipt=RECEIPT, level=2),
    facts.ModeChanged(mode=Mode.SURGE, was=Mode.STORM, cause="automatic", reason="So many are out."),
    facts.ActionRefused(action="a-1", code="wrong_state", text="It is closed."),
    facts.MeterEventsReceived(
        receipt=RECEIPT, partner="head-end", meters=["M1", "?"], kinds="GR", at_ms=[5, 6], decivolts=[0, -1]
    ),
    facts.MetersChanged(on=[1], on_ms=[6], off=[2], off_ms=[5]),
    facts.DeviceStatesReceived(receipt=RECEIPT, partner="scada", devices=["BRK-1", "?"], states="OC", at_ms=[5, 6]),
    facts.LinksDoubted(
        premises=["P1"], chances=[9_100], recorded=["TR-1"], likely=["TR-2"], by_meter=[True], over=["P2"]
    ),
    facts.SwitchOperated(action="a", by=BY, reason="line 12", device="SW-1", open=True),
    facts.SwitchChanged(device="SW-1", open=True, at_ms=5, by="dora", reason="line 12", action="a", source="confirmed"),
    facts.MetersListened(every_ms=900_000, silent=["M002"], silent_ms=[5], heard=["M003"], heard_ms=[6]),
    facts.MessagesRequested(phone="8505550123", language="es", receipt=RECEIPT),
    facts.MessagesConfirmed(phone="8505550123", language="es", receipt=RECEIPT),
    facts.MessagesClaimed(claim="c-1", numbers=[41]),
    facts.MessagesSettled(claim="c-1", numbers=[41], outcomes="S"),
    facts.MessagesDue(kind="assumed", numbers=[41], after_ms=5, until_ms=6),
    facts.MessagesDropped(numbers=[41], why="late"),
    facts.MessagesGranted(
        claim="c-1",
        numbers=[41],
        kinds=["assumed"],
        languages=["es"],
        customers=[12],
        since_ms=[5],
        until_ms=[6],
    ),
]

RELEASED = sorted((Path(__file__).parent / "released").glob("*.msgpack"))


def test_one_of_each_kind_is_tried() -> None:
    assert {type(fact) for fact in ONE_OF_EACH} == set(get_args(AnyFact))


@pytest.mark.parametrize("fact", ONE_OF_EACH, ids=lambda f: type(f).__name__)
def test_a_fact_comes_back_the_same(fact: AnyFact) -> None:
    assert decode(encode(fact)) == fact


@pytest.mark.parametrize("released", RELEASED, ids=lambda p: p.stem)
def test_what_a_released_version_wrote_is_read_for_ever(released: Path) -> None:
    bodies = msgspec.msgpack.decode(released.read_bytes(), type=list[bytes])
    assert len(bodies) >= 20
    assert [type(decode(body)).__struct_config__.tag for body in bodies] == [
        msgspec.msgpack.decode(body)["fact"] for body in bodies
    ]


def test_the_version_in_work_is_among_them_byte_for_byte() -> None:
    # Written by this very list; when it differs, a fact's meaning on disk has changed: keep the old form readable.
    newest = msgspec.msgpack.decode(RELEASED[-1].read_bytes(), type=list[bytes])
    assert newest == [encode(fact) for fact in ONE_OF_EACH]


def test_a_report_without_an_author_is_written_as_before_there_were_authors() -> None:
    body = encode(ONE_OF_EACH[0])
    assert "by" not in msgspec.msgpack.decode(body)
    assert isinstance(read := decode(body), facts.ReportReceived)
    assert read.by is None


@pytest.mark.parametrize("body", [b"", b"\x80", msgspec.msgpack.encode({"fact": "never_heard_of"}), b"\xff\xff"])
def test_bytes_that_are_no_fact_are_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(body)
