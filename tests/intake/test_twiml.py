from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from stormops.intake import twiml


def test_a_gather_says_waits_and_goes_on_without_keys() -> None:
    said = [twiml.say("Press 1 & wait.", "en-US")]
    root = ET.fromstring(twiml.document([twiml.gather("/voice/step?s=a&h=1", said, 1, 6)]))  # noqa: S314
    gathered, redirected = root
    assert gathered.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "finishOnKey": "",
        "timeout": "6",
        "actionOnEmptyResult": "true",
        "method": "POST",
        "action": "/voice/step?s=a&h=1",
    }
    assert [(one.tag, one.text, one.attrib) for one in gathered] == [("Say", "Press 1 & wait.", {"language": "en-US"})]
    assert (redirected.tag, redirected.text) == ("Redirect", "/voice/step?s=a&h=1")


def test_any_number_of_keys_ends_with_pound() -> None:
    root = ET.fromstring(twiml.document([twiml.gather("/a", [], 0, 9)]))  # noqa: S314
    assert root[0].attrib["finishOnKey"] == "#"
    assert "numDigits" not in root[0].attrib


def test_the_other_verbs() -> None:
    verbs = [twiml.record("/a", 60), twiml.dial("+1850", "/b"), twiml.pause(3), twiml.hang_up(), twiml.message("hi")]
    root = ET.fromstring(twiml.document(verbs))  # noqa: S314
    assert [one.tag for one in root] == ["Record", "Redirect", "Dial", "Pause", "Hangup", "Message"]
    assert root[0].attrib["recordingStatusCallback"] == root[0].attrib["action"] == "/a"
    assert root[2].attrib["action"] == "/b"


def test_an_answer_without_verbs_does_nothing() -> None:
    assert list(ET.fromstring(twiml.document([]))) == []  # noqa: S314


@given(st.text(), st.text())
def test_whatever_is_said_the_document_can_be_read(text: str, other: str) -> None:
    verbs = [twiml.say(text, "en-US"), twiml.message(text), twiml.dial(text, other), twiml.gather(other, [], 1, 5)]
    root = ET.fromstring(twiml.document(verbs))  # noqa: S314
    assert [one.tag for one in root] == ["Say", "Message", "Dial", "Gather", "Redirect"]
