"""Text messages, sent by the fake provider."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.core.entry import ContactPreference
from stormops.core.report import Channel, Symptom
from stormops.intake.asking import UNTOLD, Told
from stormops.intake.contacts import Contacts
from stormops.intake.phrases import phrases
from stormops.intake.segments import SEGMENTS_MAX, fitted, segments
from stormops.intake.sms import ASKED_MS
from stormops.intake.telephone import opted_out
from stormops.journal.door_files import DoorFiles
from tests.intake.telephone_line import OWN, SECRET, STRANGER, TWO, URL, PhoneLine

RECEIPT = re.compile(r"\d{2}-\d{4}-\d{4}-\d{3}-\d")


def receipt_in(reply: str | None) -> str:
    """The receipt that somebody keeps."""
    assert reply
    found = RECEIPT.search(reply)
    assert found, reply
    return found[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("OUT", "Palmetto Springs: report {} saved for 1103 Blue Ave."),
        ("Sin luz", "Palmetto Springs: reporte {} guardado para 1103 Blue Ave."),
        ("Pa gen kouran", "Palmetto Springs: rapò {} anrejistre pou 1103 Blue Ave."),
    ],
)
async def test_out_from_a_known_phone_is_its_premise(line: PhoneLine, text: str, sentence: str) -> None:
    reply = await line.provider.text(OWN, text)
    (fact,) = line.received()
    assert reply
    assert reply.startswith(sentence.format(fact.receipt))
    assert (fact.channel, fact.report.symptom) == (Channel.TEXT, Symptom.LIGHTS_OUT)
    assert fact.report.service_point
    assert fact.report.callback == OWN[2:]


async def test_a_phone_of_several_premises_is_asked_which(line: PhoneLine) -> None:
    reply = await line.provider.text(TWO, "OUT")
    assert reply
    assert reply.endswith("\n1 24 N Main St\n2 26 Main Ct")
    assert line.facts() == []
    assert "26 Main Ct" in (await line.provider.text(TWO, "2") or "")
    assert line.reports()[0].address == "26 Main Ct"
    assert "not understood" in (await line.provider.text(TWO, "2") or "")


async def test_an_unknown_phone_is_asked_where_and_its_next_message_is_the_address(line: PhoneLine) -> None:
    assert "where is it out" in (await line.provider.text(STRANGER, "no water") or "")
    receipt = receipt_in(await line.provider.text(STRANGER, "behind the library"))
    (fact,) = line.received()
    assert (fact.receipt, fact.report.address, fact.report.symptom) == (receipt, "behind the library", Symptom.WATER)


async def test_an_answer_that_comes_too_late_is_a_message_like_any_other(line: PhoneLine) -> None:
    await line.provider.text(STRANGER, "no water")
    contact = line.contacts.get(STRANGER[2:])
    line.contacts.put(STRANGER[2:], contact._replace(asked_ms=contact.asked_ms - ASKED_MS - 1))
    assert "not understood" in (await line.provider.text(STRANGER, "behind the library") or "")
    await line.provider.text(STRANGER, "7 Elm St")
    assert line.reports()[0].symptom is Symptom.LIGHTS_OUT


@pytest.mark.parametrize(
    ("text", "address"),
    [("OUT 7 Elm St", "7 Elm St"), ("7 Elm St apt 2", "7 Elm St apt 2"), ("power is out: 7 Elm St", "7 Elm St")],
)
async def test_an_address_needs_no_question(line: PhoneLine, text: str, address: str) -> None:
    receipt_in(await line.provider.text(STRANGER, text))
    assert (line.reports()[0].address or "").endswith(address)
    assert line.reports()[0].note == text


async def test_a_known_phone_that_names_another_place_gives_both(line: PhoneLine) -> None:
    await line.provider.text(OWN, "OUT 7 Elm St")
    assert (line.reports()[0].address, line.reports()[0].phone) == ("7 Elm St", OWN[2:])


@pytest.mark.parametrize(
    ("text", "symptom", "advice"),
    [
        ("wire down on Elm", Symptom.WIRE_DOWN, "stay at least 25 ft"),
        ("cable caído", Symptom.WIRE_DOWN, "25 pies"),
        ("fil tonbe", Symptom.WIRE_DOWN, "25 pye"),
        ("I smell gas", Symptom.GAS_ODOUR, "leave now"),
        ("odè gaz", Symptom.GAS_ODOUR, "soti kounye a"),
        ("poste caído", Symptom.POLE_DOWN, "poste"),
        ("somebody trapped", Symptom.ENTRAPMENT, "call 911 now"),
    ],
)
async def test_a_danger_is_saved_and_answered_with_advice_at_once(
    line: PhoneLine, text: str, symptom: Symptom, advice: str
) -> None:
    reply = await line.provider.text(STRANGER, text)
    (fact,) = line.received()
    assert (fact.report.symptom, fact.report.note, fact.report.callback) == (symptom, text, STRANGER[2:])
    assert fact.report.safety
    assert reply
    assert advice in reply
    assert "911" in reply
    assert receipt_in(reply) == fact.receipt
    assert segments(reply) <= SEGMENTS_MAX
    await line.provider.text(STRANGER, "corner of 9 Elm St")
    follow = line.reports()[1]
    assert follow.symptom is symptom
    assert follow.address == "corner of 9 Elm St"
    assert f"belongs to report {fact.receipt}" in (follow.note or "")


async def test_a_medical_need_is_a_safety_report_even_without_a_place(line: PhoneLine) -> None:
    reply = await line.provider.text(STRANGER, "out, my father is on oxygen")
    assert line.reports()[0].medical
    assert "medical need" in (reply or "")
    assert "Reply with the address" in (reply or "")


async def test_still_out_names_the_first_report_and_its_place(line: PhoneLine) -> None:
    first = receipt_in(await line.provider.text(STRANGER, "OUT 7 Elm St"))
    await line.provider.text(STRANGER, "still out")
    assert line.reports()[1].address == "7 Elm St"
    assert f"first report {first}" in (line.reports()[1].note or "")
    await line.provider.text(OWN, "OUT")
    await line.provider.text(OWN, "still out")
    assert line.reports()[3].service_point == line.reports()[2].service_point


async def test_status_of_the_last_report_or_of_a_receipt(line: PhoneLine) -> None:
    assert "14 digits" in (await line.provider.text(STRANGER, "STAT") or "")
    receipt = receipt_in(await line.provider.text(OWN, "OUT"))
    line.told[receipt] = Told("confirmed", 3)
    said = phrases("en").state
    for phone, text in ((OWN, "STAT"), (STRANGER, f"stat {receipt}"), (STRANGER, receipt.replace("-", ""))):
        reply = await line.provider.text(phone, text)
        assert reply == f"Palmetto Springs: {said['confirmed']} Other reports of it: 3."
    line.told[receipt] = UNTOLD
    assert said["untold"] in (await line.provider.text(OWN, "status") or "")
    wrong = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
    assert "14 digits" in (await line.provider.text(OWN, f"stat {wrong}") or "")


async def test_stop_is_kept_at_once_and_for_ever(line: PhoneLine) -> None:
    assert "no more messages" in (await line.provider.text(OWN, "Stop") or "")
    assert await line.provider.text(OWN, "STOP") is None
    for text in ("OUT", "STAT", "HELP", "hello", "wire down"):
        assert await line.provider.text(OWN, text) is None
    assert {report.symptom for report in line.reports()} == {Symptom.LIGHTS_OUT, Symptom.WIRE_DOWN}
    assert len(line.reports()) == 2
    kept = [fact for fact in line.facts() if isinstance(fact, ContactPreference)]
    assert kept[0] == ContactPreference(phone=OWN[2:], stopped=True, word="Stop", language="en")
    assert "messages again" in (await line.provider.text(OWN, "START") or "")
    assert await line.provider.text(OWN, "OUT")


async def test_an_opt_out_outlives_the_loss_of_what_is_remembered(line: PhoneLine, tmp_path: Path) -> None:
    await line.provider.text(OWN, "STOP")
    await line.provider.text(TWO, "ALTO")
    await line.provider.text(TWO, "INICIAR")
    lost = Contacts(tmp_path / "new.sqlite", SECRET, lambda: 0, lambda: opted_out(DoorFiles(line.folder)))
    assert lost.get(OWN[2:]).stopped
    assert not lost.get(TWO[2:]).stopped
    lost.close()


async def test_a_stop_that_cannot_be_kept_is_asked_for_again(line: PhoneLine, unplugged: Callable[[], None]) -> None:
    unplugged()
    fields = {"MessageSid": "SM1", "From": OWN, "Body": "STOP"}
    response = await line.provider.post(f"{URL}/sms", fields)
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    unplugged()
    assert (await line.provider.post(f"{URL}/sms", fields)).status_code == 200
    assert await line.provider.text(OWN, "HELP") is None


async def test_what_could_not_be_saved_is_said(line: PhoneLine, unplugged: Callable[[], None]) -> None:
    unplugged()
    reply = await line.provider.text(OWN, "OUT")
    assert "NOT saved" in (reply or "")
    assert not RECEIPT.search(reply or "")


async def test_a_message_that_comes_twice_is_one_report_with_one_receipt(line: PhoneLine) -> None:
    replies = {await line.provider.text(STRANGER, "OUT 7 Elm St", sid="SM7") for _ in range(3)}
    assert len(replies) == 1
    assert len(line.received()) == 1
    assert line.metric('intake_reports_total{channel="text"}') == 1


async def test_the_language_is_remembered(line: PhoneLine) -> None:
    await line.provider.text(STRANGER, "sin luz")
    assert (await line.provider.text(STRANGER, "?") or "").startswith("Palmetto Springs: no se entendi")
    assert "huele" not in (await line.provider.text(STRANGER, "gas") or "")
    assert (await line.provider.text(STRANGER, "HELP") or "").startswith("Palmetto Springs: OUT")


async def test_a_withheld_number_is_answered_too(line: PhoneLine) -> None:
    assert "where is it out" in (await line.provider.text("", "OUT") or "")
    receipt_in(await line.provider.text("", "OUT 7 Elm St"))
    assert "no more messages" in (await line.provider.text("", "STOP") or "")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(max_size=400), phone=st.text(max_size=20), sid=st.text(max_size=40))
async def test_no_message_breaks_it_and_every_reply_fits(line: PhoneLine, body: str, phone: str, sid: str) -> None:
    phone, body = phone.encode(errors="ignore").decode(), body.encode(errors="ignore").decode()
    reply = await line.provider.text(phone, body, sid=sid.encode(errors="ignore").decode())
    assert reply is None or (segments(reply) <= SEGMENTS_MAX and reply == fitted(reply))
