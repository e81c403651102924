"""Every parser that reads what comes from outside, each as a function of bytes.

A target raises only for a bug: what a parser may say about wrong input (its problem, its refusal, None) is caught
or checked here. Used by the short tests beside this file and, for as long as one likes, by
`make bench-fuzz`.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import msgspec
from starlette.datastructures import QueryParams

from geo.generate import generate_city
from stormops.core.address_said import read as read_address
from stormops.core.matching import Matcher
from stormops.core.report import Report, Symptom
from stormops.feed.open311_query import read_query
from stormops.feed.reads import typed_receipt
from stormops.gis.importing.addresses import AddressOptions, read_addresses
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.refusal import ImportRefused
from stormops.intake.form import report_of as report_of_form
from stormops.intake.meters import read_json
from stormops.intake.meters_xml import Unreadable, read_multispeak, read_pon
from stormops.intake.open311_form import read_form, report_of
from stormops.intake.partners import read_partners
from stormops.intake.sms_words import understand
from stormops.intake.taking import read_report
from stormops.intake.voice_state import unseal
from stormops.journal.receipt import check_digit, normalise
from stormops.pages.open311 import Refused
from stormops.pages.open311_xml import encode
from stormops.web.problem import Problem


class Target(NamedTuple):
    """One parser. `seeds` are inputs that it takes, from which a fuzzer goes astray."""

    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _report(body: bytes) -> None:
    found = read_report(body)
    if isinstance(found, Problem):
        assert found.status in (400, 422)
        msgspec.json.encode(found)  # whatever was wrong, the answer can be written
    else:
        assert found.located
        assert msgspec.json.decode(msgspec.json.encode(found), type=Report) == found


def _fields(body: bytes) -> dict[str, str]:
    try:
        return read_form(body)
    except Refused as refused:
        _sayable(refused)
        return {}


def _form(body: bytes) -> None:
    found = report_of_form(_fields(body))
    assert isinstance(found, Problem) or found.located


def _open311(body: bytes) -> None:
    try:
        assert report_of(_fields(body)).located
    except Refused as refused:
        _sayable(refused)


def _sayable(refused: Refused) -> None:
    """Whatever was wrong, it can be said in XML."""
    said: list[str] = [sentence for _, sentence in refused.errors]
    assert said
    ET.fromstring(encode("errors", [{"code": 400, "description": each} for each in said], "xml"))  # noqa: S314  # our own


def _query(body: bytes) -> None:
    try:
        query = read_query(QueryParams(_text(body)), 1_700_000_000_000)
    except Refused as refused:
        _sayable(refused)
    else:
        assert query.start_ms <= query.end_ms


def _receipt(body: bytes) -> None:
    text = _text(body)
    written = normalise(text)
    assert (typed_receipt(text[:64]) is None) == (normalise(text[:64]) is None)
    if written is not None:
        digits = written.replace("-", "")
        assert check_digit(digits[:-1]) == int(digits[-1])
        assert normalise(written) == written


@functools.cache
def _matcher() -> Matcher:
    return Matcher(generate_city(customers=400, seed=3))


def _address(body: bytes) -> None:
    text = _text(body)[:200]
    read_address(text)
    _matcher().match(Report(symptom=Symptom.LIGHTS_OUT, address=text, landmark=text[::-1], account=text, phone=text))


def _meters(read: Callable[[bytes], object]) -> Callable[[bytes], None]:
    def run(body: bytes) -> None:
        with contextlib.suppress(Unreadable):
            read(body)

    return run


@contextlib.contextmanager
def _file(name: str, body: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(body)
        yield path


def _addresses(body: bytes) -> None:
    with _file("addresses.csv", body) as path, contextlib.suppress(ImportRefused):
        premises, buses = read_addresses(path, AddressOptions(crs="EPSG:4326"), Findings())
        assert len(premises) == len(buses)


def _partners(body: bytes) -> None:
    with _file("secrets.toml", body) as path, contextlib.suppress(ValueError):
        read_partners(path)


def _text_message(body: bytes) -> None:
    understand(_text(body))


def _sealed(body: bytes) -> None:
    assert unseal(_text(body), "CA1", "token") is None, "nobody who lacks the token can seal"


_MULTISPEAK = (
    b'<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    b'<ODEventNotification xmlns="http://www.multispeak.org/Version_4.1_Release"><ODEvents><outageDetectionEvent>'
    b"<eventTime>2026-05-14T15:00:00Z</eventTime><meterID>M1</meterID><outageEventType>Outage</outageEventType>"
    b"</outageDetectionEvent></ODEvents></ODEventNotification></soap:Body></soap:Envelope>"
)

TARGETS: dict[str, Target] = {
    "report, JSON": Target(
        _report,
        (
            b'{"symptom":"lights_out","address":"214 Palmetto Ave Apt 3"}',
            b'{"symptom":"water","latitude":27.9,"longitude":-82.4,"medical":true}',
        ),
    ),
    "report, form": Target(_form, (b"symptom=lights_out&address=214+Palmetto+Ave&note=%C3%A9&medical=1",)),
    "report, Open311": Target(
        _open311,
        (b"service_code=wire_down&lat=27.9&long=-82.4&attribute[medical]=yes&email=a%40b.test&description=x%0D%0Ay",),
    ),
    "Open311 query": Target(
        _query, (b"status=open,closed&start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00-05:00",)
    ),
    "receipt": Target(_receipt, (b"01-0000-0000-000-0", b" 01 2345 6789 012 3\n")),
    "address": Target(
        _address,
        (
            b"214 N Palmetto Ave Apt 3, Dahlia Farms FL 34301",
            b"corner of 5th St and County Road 7",
            b"behind the library",
        ),
    ),
    "meters, JSON": Target(
        _meters(read_json), (b'{"events":[{"meter":"M1","kind":"last_gasp","at":1700000000000,"voltage":0.5}]}',)
    ),
    "meters, MultiSpeak": Target(_meters(read_multispeak), (_MULTISPEAK,)),
    "meters, PON": Target(
        _meters(read_pon),
        (
            (
                b"<all><MeterException><ElectronicSerialNumber>1002003</ElectronicSerialNumber><ID>18001</ID>"
                b"<Timestamp>2026-05-14T15:00:00Z</Timestamp></MeterException></all>"
            ),
            _MULTISPEAK,
        ),
    ),
    "import, addresses": Target(
        _addresses, (b"id,house_number,street,lon,lat\nP1,214,Palmetto Ave,-82.4,27.9\n", b'id;street\n"a;b";"c"\n')
    ),
    "secrets.toml": Target(_partners, (b'[partners.x]\ntoken_sha256 = "' + b"0" * 64 + b'"\nmay = ["meters"]\n',)),
    "text message": Target(_text_message, (b"OUT 214 Palmetto Ave", b"STAT 01-0000-0000-000-0", b"cable caido!")),
    "call state": Target(_sealed, (b"AAAA.BBBB",)),
}
"""Every target by its name."""
