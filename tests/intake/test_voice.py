"""Whole calls, placed by the fake provider."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stormops.core.report import Channel, Report, Symptom
from stormops.gis.directory import Directory
from stormops.intake.asking import UNTOLD, Told
from stormops.intake.phrases import LANGUAGES, phrases
from stormops.intake.voice import HOLDS_MAX, fallback
from stormops.journal.receipt import normalise
from tests.intake.telephone_line import OWN, STRANGER, PhoneLine
from tests.telephony import LIMIT_SECONDS, Transcript

BLUE = "1103 Blue Ave"
EN = phrases("en").voice


def receipt_in(call: Transcript) -> str:
    """The receipt that a caller wrote down."""
    found = re.search(r"receipt is ([\d ,]+)\.|recibo es ([\d ,]+)\.|Resi ou se ([\d ,]+)\.", call.text)
    assert found, call.text
    receipt = normalise("".join(c for c in found[0] if c.isdigit()))
    assert receipt is not None
    return receipt


async def test_a_known_and_vouched_phone_reports_its_own_premise_in_three_keys(line: PhoneLine) -> None:
    call = await line.provider.call(OWN, ["1", "1", "1"], vouched=True)
    (fact,) = line.received()
    assert fact.channel is Channel.PHONE
    assert fact.report == Report(
        symptom=Symptom.LIGHTS_OUT, service_point=f"E-{await own_id(line)}", address=BLUE, callback=OWN[2:]
    )
    assert receipt_in(call) == fact.receipt
    assert call.ended
    assert max(call.seconds) < LIMIT_SECONDS / 3


async def own_id(line: PhoneLine) -> str:
    """The premise of the caller, as the directory has it."""
    return (await line.look.own(OWN[2:]))[0].id


@pytest.mark.parametrize(("key", "language"), [("1", "en"), ("2", "es"), ("3", "ht")])
async def test_each_language_to_the_end(line: PhoneLine, key: str, language: str) -> None:
    call = await line.provider.call(OWN, [key, "1", "1"], vouched=True)
    assert receipt_in(call) == line.received()[0].receipt
    voices = {phrases(one).say for one in LANGUAGES}
    assert {voice for voice, _ in call.heard[:4]} == voices  # the greeting speaks all of them
    assert call.heard[-1] == (phrases(language).say, phrases(language).voice["goodbye"])


async def test_the_language_is_not_asked_again_on_the_next_call(line: PhoneLine) -> None:
    await line.provider.call(OWN, ["2", "1", "1"], vouched=True)
    call = await line.provider.call(OWN, ["1", "1"], vouched=True)
    assert call.heard[0][0] == "es-US"
    assert len(line.received()) == 2


async def test_an_address_is_never_read_to_a_call_that_only_shows_a_known_number(line: PhoneLine) -> None:
    call = await line.provider.call(OWN, ["1", "1"], recording="")
    assert "Blue" not in call.text
    assert "1103" not in call.text


async def test_who_keys_the_own_house_number_hears_the_street_and_confirms(line: PhoneLine) -> None:
    call = await line.provider.call(OWN, ["1", "1", "1103#", "1"])
    assert "Blue Ave" in call.text
    assert line.reports()[0].address == BLUE
    assert line.reports()[0].service_point


async def test_a_stranger_keys_number_and_street(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, ["1", "1", "1103#", "258#", "1"])
    assert line.reports()[0].address == BLUE
    assert line.reports()[0].callback == STRANGER[2:]
    assert line.reports()[0].phone is None
    assert receipt_in(call)


async def test_a_withheld_number_is_served_all_the_same(line: PhoneLine) -> None:
    for withheld in ("+266696687", "anonymous", ""):
        await line.provider.call(withheld, ["1", "1", "1103#", "258#", "1"])
    assert [report.callback for report in line.reports()] == [None, None, None]


async def test_alike_streets_are_read_out_to_choose_from(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, ["1", "1", "9#", "35#", "2", ""])
    choices = re.findall(r"For (9 \w+ \w+), press (\d)", call.text)
    assert [key for _, key in choices] == ["1", "2", "3"]
    assert line.reports()[0].address == choices[1][0]
    call = await line.provider.call(STRANGER, ["1", "9#", "35#", "5", "7#", "#"])
    assert EN["not_found"] in call.text


async def test_units_of_one_house_are_told_apart_by_their_number(line: PhoneLine) -> None:
    await line.provider.call(STRANGER, ["1", "1", "7#", "356#", "1", "2#", "7"])
    assert line.reports()[0].address == "7 Elm St Apt 2"
    assert line.reports()[0].service_point
    assert line.reports()[0].medical
    await line.provider.call(STRANGER, ["1", "7#", "356#", "1", "#", ""])
    assert line.reports()[-1].address == "7 Elm St"
    assert line.reports()[-1].service_point is None


@pytest.mark.parametrize(("key", "symptom"), [("9", Symptom.WIRE_DOWN), ("8", Symptom.GAS_ODOUR)])
async def test_a_danger_is_saved_before_anything_is_asked_then_connected(
    line: PhoneLine, key: str, symptom: Symptom
) -> None:
    call = await line.provider.call(STRANGER, [key], recording="")
    (fact,) = line.received()
    assert (fact.report.symptom, fact.report.callback) == (symptom, STRANGER[2:])
    assert call.dialled == ["+18505550911"]
    assert receipt_in(call) == fact.receipt
    assert line.metric('intake_reports_total{channel="phone"}') == 1


@pytest.mark.parametrize("keys", [["1", "9"], ["1", "1", "9"], ["2", "1", "9"]])
async def test_the_danger_keys_work_wherever_one_key_is_asked(line: PhoneLine, keys: list[str]) -> None:
    call = await line.provider.call(OWN, keys, vouched=True)
    assert line.reports()[0].symptom is Symptom.WIRE_DOWN
    assert call.dialled == ["+18505550911"]


async def test_a_danger_is_placed_by_a_known_number_and_where_is_asked_after(line: PhoneLine) -> None:
    await line.provider.call(OWN, ["9"], dial="no-answer")
    first, second = line.received()
    assert first.report.phone == OWN[2:]
    assert second.report.symptom is Symptom.WIRE_DOWN
    assert second.report.note == f"recording: https://recordings.test/RE1; belongs to report {first.receipt}"


async def test_nobody_at_the_emergency_line_is_said(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, ["8"], dial="busy")
    assert EN["danger_hang_up"] in call.text


async def test_silence_ends_with_a_recording_and_a_receipt(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, [])
    assert receipt_in(call) == line.received()[0].receipt
    assert line.reports()[0].note == "recording: https://recordings.test/RE1"
    call = await line.provider.call(STRANGER, [], recording="")
    assert line.reports()[1].note == "nothing was said"
    assert call.recorded == 1


async def test_an_address_that_is_not_there_is_tried_twice_then_spoken(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, ["1", "1", "99999#", "999#", "99998#", "999#"])
    assert call.text.count(EN["not_found"]) == 2
    assert line.reports()[0].note == "recording: https://recordings.test/RE1; house number keyed: 99998"
    assert line.reports()[0].address is None


async def test_still_out_repeats_at_the_same_place_and_names_the_first_report(line: PhoneLine) -> None:
    first = receipt_in(await line.provider.call(OWN, ["1", "1", "1"], vouched=True))
    call = await line.provider.call(OWN, ["5"])
    again = line.reports()[1]
    assert again.service_point == line.reports()[0].service_point
    assert again.note == f"still out; first report {first}"
    assert "Blue" not in call.text


async def test_still_out_by_receipt_from_another_phone(line: PhoneLine) -> None:
    first = receipt_in(await line.provider.call(OWN, ["1", "1", "1"], vouched=True))
    await line.provider.call(STRANGER, ["1", "5", first.replace("-", "") + "#"])
    assert line.reports()[1].service_point == line.reports()[0].service_point
    assert first in (line.reports()[1].note or "")


async def test_status_by_caller_and_by_receipt(line: PhoneLine) -> None:
    receipt = receipt_in(await line.provider.call(OWN, ["1", "1", "1"], vouched=True))
    line.told[receipt] = Told("confirmed", 41)
    sentence = phrases("en").state["confirmed"]
    assert f"{sentence} Other reports of it: 41." in (await line.provider.call(OWN, ["6"])).text
    digits = receipt.replace("-", "")
    assert sentence in (await line.provider.call(STRANGER, ["1", "6", digits])).text
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    call = await line.provider.call("", ["1", "6", wrong, digits])
    assert EN["wrong_receipt"] in call.text
    assert sentence in call.text
    assert line.asked == [receipt] * 3


async def test_a_status_that_cannot_be_told_now_is_said_and_is_no_dead_end(line: PhoneLine) -> None:
    receipt = receipt_in(await line.provider.call(OWN, ["1", "1", "1"], vouched=True))
    line.told[receipt] = UNTOLD
    call = await line.provider.call(OWN, ["6", "5"])
    assert phrases("en").state["untold"] in call.text
    assert len(line.reports()) == 2


async def test_a_person_is_connected_and_who_finds_nobody_leaves_a_message(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, ["1", "0"])
    assert call.dialled == ["+18505550199"]
    assert line.reports() == []
    await line.provider.call(STRANGER, ["0"], dial="no-answer")
    assert line.reports()[0].note == "recording: https://recordings.test/RE1"


async def test_the_mode_is_said_once_in_the_callers_language(line: PhoneLine) -> None:
    line.mode = "Storm."
    call = await line.provider.call(STRANGER, ["2", "", "1", "#"])
    assert call.text.count("Storm. (es)") == 1


@pytest.mark.parametrize("keys", [["1", "1", "1103#", "258#", "1"], ["9"], []])
async def test_a_webhook_that_comes_twice_doubles_nothing(line: PhoneLine, keys: list[str]) -> None:
    once = await line.provider.call(STRANGER, keys)
    count = len(line.received())
    twice = await line.provider.call(STRANGER, ["1" if key == "" else key for key in keys[1:]] or keys, twice=True)
    assert once.ended
    assert twice.ended
    assert len(line.received()) <= 2 * count


async def test_a_lost_answer_gives_the_same_receipt_again(line: PhoneLine) -> None:
    call = await line.provider.call(OWN, ["1", "1", "1"], vouched=True)
    url, fields = call.webhooks[-1]
    for _ in range(3):
        assert "receipt is" in (await line.provider.post(url, fields)).text
    assert len(line.received()) == 1


async def test_when_nothing_can_be_saved_the_caller_holds_then_hears_so(
    line: PhoneLine, unplugged: Callable[[], None]
) -> None:
    unplugged()
    call = await line.provider.call(OWN, ["1", "1", "1"], vouched=True)
    assert call.text.count(EN["hold"]) == HOLDS_MAX
    assert EN["not_saved"] in call.text
    assert "receipt is" not in call.text
    danger = await line.provider.call(OWN, ["9"], vouched=True)
    assert danger.dialled == ["+18505550911"]
    assert EN["danger_saved"] not in danger.text
    unplugged()
    receipt = receipt_in(await line.provider.call(OWN, ["1", "1", "1"], vouched=True))
    assert receipt in {fact.receipt for fact in line.received()}


async def test_without_directory_and_contacts_the_report_is_taken_all_the_same(
    line: PhoneLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(line.look, "_directory", Directory(tmp_path / "none.sqlite"))
    monkeypatch.setattr(line.contacts, "_path", tmp_path / "none" / "contacts.sqlite")
    call = await line.provider.call(OWN, ["1", "1", "1103#", "258#", "1103#", "258#"], vouched=True)
    assert receipt_in(call) == line.received()[0].receipt
    assert line.reports()[0].note == "recording: https://recordings.test/RE1; house number keyed: 1103"


async def test_the_fallback_is_fixed_and_shipped(line: PhoneLine) -> None:
    for method in ("GET", "POST"):
        response = await line.client.request(method, "/voice/fallback")
        assert response.content == fallback("Palmetto Springs")
    assert response.text.count("911") == 3
    shipped = Path(__file__).parents[2] / "deploy/telephony-fallback.xml"
    assert shipped.read_bytes() == fallback("City utilities")
