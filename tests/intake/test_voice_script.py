"""The script's bounds, whatever is pressed; what it says in each place is in test_voice."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.core.report import Symptom
from stormops.intake import voice_script
from stormops.intake.phrases import phrases
from stormops.intake.voice_state import TURNS_MAX, Step
from tests.intake.telephone_line import OWN, STRANGER, TWO, URL, PhoneLine

KEYS = st.lists(
    st.sampled_from(
        ["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "1103#", "9#", "35#", "7#", "356#"]
    ),
    max_size=40,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=KEYS,
    phone=st.sampled_from([OWN, TWO, STRANGER, ""]),
    vouched=st.booleans(),
    dial=st.sampled_from(["completed", "busy"]),
    recording=st.sampled_from(["", "https://recordings.test/RE1"]),
)
async def test_every_call_ends_soon_with_a_report_or_an_answer(
    line: PhoneLine, *, keys: list[str], phone: str, vouched: bool, dial: str, recording: str
) -> None:
    before = len(line.received())
    call = await line.provider.call(phone, keys, vouched=vouched, dial=dial, recording=recording)
    assert call.ended
    assert len(call.seconds) <= TURNS_MAX + 4
    last = call.heard[-1][1]
    assert last in {phrases(language).voice["goodbye"] for language in ("en", "es", "ht")}
    answered = call.dialled or line.asked
    assert len(line.received()) > before or answered


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(
        st.sampled_from(["CallSid", "From", "Digits", "RecordingUrl", "DialCallStatus", "StirVerstat", "To"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    ),
    state=st.text(st.characters(codec="ascii", exclude_characters="&#%+ "), max_size=80),
    path=st.sampled_from(["/voice/answer", "/voice/step"]),
)
async def test_no_fields_break_a_call(line: PhoneLine, fields: Mapping[str, str], state: str, path: str) -> None:
    url = str(line.client.build_request("POST", f"{URL}{path}", params={"s": state}).url)
    response = await line.provider.post(url, fields)
    assert response.status_code == 200
    assert b"<Response>" in response.content


def test_every_step_has_its_turn() -> None:
    assert set(voice_script._STEPS) == set(Step)


@pytest.mark.parametrize("keys", [["*", "2", "1"], ["2", "*", "2", "1"]])
async def test_the_star_leads_back_to_the_languages(line: PhoneLine, keys: list[str]) -> None:
    call = await line.provider.call(STRANGER, keys)
    assert call.heard[-1][0] == "es-US"


async def test_no_address_of_the_account_is_said_at_a_danger(line: PhoneLine) -> None:
    call = await line.provider.call(OWN, ["9"], vouched=True)
    assert "Blue" not in call.text
    assert "1103" not in call.text


@pytest.mark.parametrize(
    ("key", "symptom"),
    [("1", Symptom.LIGHTS_OUT), ("2", Symptom.FLICKERING), ("3", Symptom.WATER), ("4", Symptom.SEWER)],
)
async def test_each_symptom_goes_to_its_service_point(line: PhoneLine, key: str, symptom: Symptom) -> None:
    await line.provider.call(OWN, ["1", key, "1"], vouched=True)
    (report,) = line.reports()
    assert report.symptom is symptom
    assert report.service_point
    assert report.service_point[0] == {"3": "W", "4": "S"}.get(key, "E")


async def test_without_people_to_connect_to_nothing_is_promised(
    line: PhoneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = line.telephony._voice
    monkeypatch.setattr(voice, "_line", voice._line._replace(emergency_phone="", desk_phone=""))
    words = phrases("en").voice
    call = await line.provider.call(STRANGER, ["9"])
    assert call.dialled == []
    assert words["danger_hang_up"] in call.text
    assert [report.symptom for report in line.reports()] == [Symptom.WIRE_DOWN] * 2
    call = await line.provider.call(STRANGER, ["0", "0"])
    assert words["menu_person"] not in call.text
    assert words["wrong"] in call.text
