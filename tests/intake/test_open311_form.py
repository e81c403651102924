from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.report import Report, Symptom
from stormops.intake.open311_form import DESCRIPTION_MAX, FIELDS_MAX, read_form, report_of
from stormops.pages.open311 import Refused

HERE = {"service_code": "lights_out", "address_string": "1103 Blue Ave"}


def test_the_standards_fields_become_a_report() -> None:
    report = report_of(
        {
            "service_code": "wire_down",
            "lat": "27.95",
            "long": "-82.46",
            "address_string": "1103 Blue Ave",
            "address_id": "E-1002003",
            "phone": "850-555-0123",
            "email": "ann@example.test",
            "first_name": "Ann",
            "last_name": "Lee",
            "account_id": "app-user-7",
            "device_id": "tt222111",
            "description": "On the fence.\nIt sparks.",
            "attribute[medical]": "yes",
            "attribute[landmark]": "behind the library",
            "attribute[account]": "4711-0815",
            "attribute[meter]": "M-1",
            "attribute[callback]": "after six",
        }
    )
    assert report == Report(
        symptom=Symptom.WIRE_DOWN,
        latitude=27.95,
        longitude=-82.46,
        address="1103 Blue Ave",
        service_point="E-1002003",
        phone="850-555-0123",
        callback="Ann Lee ann@example.test after six",
        note="On the fence.\nIt sparks.",
        medical=True,
        landmark="behind the library",
        account="4711-0815",
        meter="M-1",
    )


def test_an_empty_field_counts_as_not_given() -> None:
    assert report_of({**HERE, "lat": "", "phone": "", "attribute[medical]": ""}) == report_of(HERE)


@pytest.mark.parametrize(
    ("more", "status", "word"),
    [
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "001"}, 404, "service_code"),
        ({"address_string": ""}, 400, "address_string"),
        ({"address_string": "", "lat": "27.95"}, 400, "long"),
        ({"lat": "north", "long": "1"}, 400, "lat: "),
        ({"lat": "nan", "long": "1"}, 400, "lat: "),
        ({"lat": "91", "long": "1"}, 400, "lat: "),
        ({"address_id": "8" * 201}, 400, "address_id: "),
        ({"email": "8" * 201}, 400, "email"),
        ({"attribute[meter]": "8" * 201}, 400, "attribute[meter]: "),
        ({"attribute[medical]": "perhaps"}, 400, "attribute[medical]: "),
    ],
)
def test_what_is_wrong_is_named_as_the_standard_names_it(more: dict[str, str], status: int, word: str) -> None:
    with pytest.raises(Refused) as refused:
        report_of({**HERE, **more})
    assert refused.value.status == status
    assert any(word in sentence for _, sentence in refused.value.errors)


def test_a_description_of_the_standards_length_is_shortened_and_never_refused() -> None:
    assert report_of({**HERE, "description": "8" * 4000}).note == "8" * DESCRIPTION_MAX


def test_fields_are_read_as_forms_are_written() -> None:
    assert read_form(urlencode({"a": "è\r\nb", "attribute[x][]": "1"}).encode()) == {"a": "è\nb", "attribute[x]": "1"}
    with pytest.raises(Refused):
        read_form(b"&".join([b"a=1"] * (FIELDS_MAX + 1)))


@given(st.dictionaries(st.sampled_from([*HERE, "lat", "long", "attribute[medical]", "email", "x"]), st.text()))
def test_a_form_is_a_report_or_refused(fields: dict[str, str]) -> None:
    try:
        report = report_of(read_form(urlencode(fields, errors="replace").encode()))
    except Refused as refused:
        said = refused
    else:
        assert report.located
        return
    assert said.status in (400, 404)
    assert said.errors
