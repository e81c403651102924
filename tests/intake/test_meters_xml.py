"""Meter events in XML: the two forms as head ends send them, and everything that XML can do to a reader."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.intake import meters_xml
from stormops.intake.meters_xml import (
    ATTRIBUTES_MAX,
    DEPTH_MAX,
    VALUE_CHARACTERS_MAX,
    Events,
    Unreadable,
    milliseconds,
    read_multispeak,
    read_pon,
    soap_answer,
)

MULTISPEAK = """<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header>
    <MultiSpeakMsgHeader xmlns="http://www.multispeak.org/Version_4.1_Release" UserID="oms" Pwd="x" AppName="HeadEnd"/>
  </soap:Header>
  <soap:Body>
    <ODEventNotification xmlns="http://www.multispeak.org/Version_4.1_Release">
      <ODEvents>
        <outageDetectionEvent objectID="e1" verb="New">
          <comments>eventTime is below</comments>
          <eventTime>2026-09-14T18:03:07.250Z</eventTime>
          <outageEventType>Outage</outageEventType>
          <outageDetectionDeviceID>4711</outageDetectionDeviceID>
          <outageDetectionDeviceType>Meter</outageDetectionDeviceType>
          <outageLocation>
            <serviceLocationID>S-1</serviceLocationID>
            <meterID meterNo="M-1002003" serviceType="Electric">city.Electric.77</meterID>
          </outageLocation>
        </outageDetectionEvent>
        <outageDetectionEvent objectID="e2">
          <eventTime>2026-09-14T14:05:00-04:00</eventTime>
          <outageEventType>Restoration</outageEventType>
          <outageDetectionDeviceID> M-2 </outageDetectionDeviceID>
        </outageDetectionEvent>
        <outageDetectionEvent>
          <eventTime>2026-09-14T18:05:00Z</eventTime>
          <outageEventType>Instantaneous</outageEventType>
          <outageDetectionDeviceID>M-3</outageDetectionDeviceID>
        </outageDetectionEvent>
        <outageDetectionEvent>
          <eventTime>2026-09-14T18:05:00Z</eventTime>
          <outageEventType>PowerOn</outageEventType>
          <outageLocation><meterID>M-4</meterID></outageLocation>
        </outageDetectionEvent>
      </ODEvents>
      <transactionID>7</transactionID>
    </ODEventNotification>
  </soap:Body>
</soap:Envelope>"""

PON = """<MeterException xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<ExtensionData />
<ElectronicSerialNumber>2.16.840.1.114416.0.1002003</ElectronicSerialNumber>
<ReceivedWhen>2026-09-14T18:03:09.1234567Z</ReceivedWhen>
<ExceptionCategory>PowerOutageOrRestoration</ExceptionCategory>
<Name>Primary Power Down</Name>
<ID>18001</ID>
<Timestamp>2026-09-14T18:03:07.8933298Z</Timestamp>
<SequenceNumber>0</SequenceNumber>
</MeterException>"""

AT = 1_789_408_987_250


def soap(event: str) -> bytes:
    return f"<Envelope><Body><ODEventNotification>{event}</ODEventNotification></Body></Envelope>".encode()


def test_multispeak_as_a_head_end_sends_it() -> None:
    events = read_multispeak(MULTISPEAK.encode())
    assert events == Events(
        ["M-1002003", "M-2", "M-4"],
        "GRN",
        [AT, AT + 112_750, AT + 112_750],
        [],
        passed_over=1,
    )


def test_pon_and_prn_one_or_many() -> None:
    one = read_pon(PON.encode())
    assert one == Events(["2.16.840.1.114416.0.1002003"], "G", [AT + 643], [])
    other = PON.replace("18001", "18002").replace("1002003", "7")
    odd = PON.replace("18001", "18007")
    many = read_pon(f"<all>{PON}{other}{odd}</all>".encode())
    assert (many.kinds, many.passed_over) == ("GR", 1)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>'


@pytest.mark.parametrize("read", [read_multispeak, read_pon])
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (f"{BOMB}<x>&b;</x>", "DOCTYPE"),
        (f"{OUTSIDE}<x>&f;</x>", "DOCTYPE"),
        (f"{PARAMETER}<x/>", "DOCTYPE"),
        ("<!DOCTYPE html><x/>", "DOCTYPE"),
        ("<x>&undefined;</x>", "well-formed"),
        ("<x>" * (DEPTH_MAX + 1) + "</x>" * (DEPTH_MAX + 1), "Nest"),
        ("<x" + "".join(f' a{i}="1"' for i in range(ATTRIBUTES_MAX + 1)) + "/>", "attributes"),
        (f'<x a="{"y" * (VALUE_CHARACTERS_MAX + 1)}"/>', "attributes"),
        ("<x></y>", "well-formed"),
        ("", "well-formed"),
        ("<a:b/>", "well-formed"),
        ("<x/><x/>", "well-formed"),
        ("<x/>", "Send"),
        ("not xml", "well-formed"),
        ("<x>\0</x>", "well-formed"),
    ],
)
def test_what_xml_can_do_to_a_reader_is_refused(read: object, body: str, says: str) -> None:
    assert callable(read)
    began = time.perf_counter()
    with pytest.raises(Unreadable, match=says):
        read(body.encode())
    assert time.perf_counter() - began < 1


def test_another_encoding_is_refused_whatever_the_document_claims() -> None:
    for codec in ("utf-32", "cp037"):
        with pytest.raises(Unreadable):
            read_pon(PON.encode(codec))
    assert read_pon(PON.encode("utf-16")).kinds == "G"
    assert read_pon(f'<?xml version="1.0" encoding="rot13"?>{PON}'.encode()).kinds == "G"
    assert read_pon(b"\xef\xbb\xbf" + PON.encode()).kinds == "G"


def test_a_flood_of_elements_or_of_text_is_refused_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters_xml, "ELEMENTS_MAX", 1_000)
    with pytest.raises(Unreadable, match="Nest"):
        read_pon(b"<x>" + b"<y/>" * 1_000 + b"</x>")
    with pytest.raises(Unreadable, match="characters") as refused:
        read_pon(b"<MeterException><ID>" + b"1<!-- -->" * 2_000 + b"</ID></MeterException>")
    assert refused.value.field == "ID"


@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<eventTime>2026-09-14T18:03:07</eventTime><outageDetectionDeviceID>1</outageDetectionDeviceID>", "eventTime"),
        ("<eventTime>yesterday</eventTime><outageDetectionDeviceID>1</outageDetectionDeviceID>", "eventTime"),
        ("<outageDetectionDeviceID>1</outageDetectionDeviceID>", "eventTime"),
        ("<eventTime>2026-09-14T18:03:07Z</eventTime>", "meter"),
        (f"<eventTime>2026-09-14T18:03:07Z</eventTime><meterID>{'1' * 65}</meterID>", "meter"),
    ],
)
def test_an_event_that_lacks_something_is_named(inside: str, field: str) -> None:
    good = (
        "<outageDetectionEvent><outageEventType>NoResponse</outageEventType></outageDetectionEvent>"
        f"<outageDetectionEvent><outageEventType>Outage</outageEventType>{inside}</outageDetectionEvent>"
    )
    with pytest.raises(Unreadable) as refused:
        read_multispeak(soap(good))
    assert refused.value.field == f"events[1].{field}"


def test_an_event_inside_an_event_is_refused() -> None:
    inner = "<outageDetectionEvent/>"
    with pytest.raises(Unreadable, match="inside another"):
        read_multispeak(soap(f"<outageDetectionEvent>{inner}</outageDetectionEvent>"))


# --- whatever comes --------------------------------------------------------------------------------

WORDS = """Envelope Body ODEventNotification ODEvents outageDetectionEvent eventTime outageEventType meterID
MeterException ElectronicSerialNumber ID Timestamp x:y \u00e9"""
NAMES = st.sampled_from(WORDS.split())
TEXTS = st.one_of(
    st.sampled_from(
        ["Outage", "18001", "2026-09-14T18:03:07Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["meterNo", "a", "xmlns", "xmlns:x"]), TEXTS, max_size=3)


def understood(read: Callable[[bytes], Events], body: bytes) -> Events:
    """The events of a body; none when a sentence says why it is refused."""
    try:
        return read(body)
    except Unreadable as error:
        return Events([], "", [], []) if error.detail else Events([], "?", [], [])


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, inside: (
            f"<{name}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>"
            f"{''.join(inside)}</{name}>"
        ),
        NAMES,
        ATTRIBUTES,
        st.lists(children, max_size=4),
    )


TREES = st.recursive(TEXTS.map(escape), element, max_leaves=25)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.one_of(element(TREES), TREES, st.text()).map(str.encode) | st.binary(max_size=300))
def test_any_body_is_events_or_a_sentence(body: bytes) -> None:
    for read in (read_multispeak, read_pon):
        events = understood(read, body)
        assert len(events.meters) == len(events.kinds) == len(events.at_ms)
        assert all(0 <= at < 2**53 for at in events.at_ms)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))])))
def test_every_time_has_milliseconds(at: datetime) -> None:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    # In whole numbers: a float would round the last microseconds of far years up.
    assert milliseconds(at) == max(0, since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000)


def test_the_answer_names_the_receipt() -> None:
    body = soap_answer("01-0000-0000-001-2").decode()
    assert "ODEventNotificationResult" in body
    assert "01-0000-0000-001-2" in body
