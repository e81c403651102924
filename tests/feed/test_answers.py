"""Shapes are strict: what `test_openapi` holds real answers against can fail."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stormops.feed.answers import Answer, ReceiptStatus

STATUS: dict[str, Any] = {
    "receipt": "01-2175-9999-524-3",
    "n": 1,
    "at_ms": 2,
    "state": "received",
    "received_ms": 3,
}


def test_an_answer_of_the_shape_passes() -> None:
    told = msgspec.convert(STATUS, ReceiptStatus)
    assert told.incident is msgspec.UNSET
    assert msgspec.to_builtins(told) == STATUS


@pytest.mark.parametrize(
    "wrong",
    [
        STATUS | {"phone": "1"},
        STATUS | {"state": "gone"},
        STATUS | {"receipt": "1"},
        {name: value for name, value in STATUS.items() if name != "at_ms"},
        STATUS | {"incident": {"state": "confirmed", "since_ms": 1, "others": -1, "customers_out": 0}},
    ],
)
def test_a_field_more_less_or_other_does_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, ReceiptStatus)


def _all(base: type[Answer]) -> list[type[Answer]]:
    return [base, *(found for child in base.__subclasses__() for found in _all(child))]


@pytest.mark.parametrize("shape", _all(Answer))
def test_every_shape_forbids_what_it_does_not_name(shape: type[Answer]) -> None:
    assert shape.__struct_config__.forbid_unknown_fields
    assert shape.__doc__
