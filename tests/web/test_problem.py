from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from stormops.core.report import Report, Symptom
from stormops.web.problem import PROBLEMS, FieldError, Problem, problem, read, wanted, wrong_fields


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    size: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0
    tags: Annotated[list[str], msgspec.Meta(max_length=3)] = []


def test_a_problem_has_its_declared_status_and_title() -> None:
    made = problem("busy", "Come back.", retry_after_s=3)
    assert (made.status, made.title, made.code, made.retry_after_s) == (503, PROBLEMS["busy"][1], "busy", 3)
    with pytest.raises(KeyError):
        problem("nothing like it")


def test_what_is_right_is_read() -> None:
    assert read(msgspec.json.Decoder(Thing), b'{"name":"a","tags":["x"]}') == Thing("a", 0, ["x"])


def test_every_wrong_missing_and_unknown_field_is_named_once() -> None:
    answer = read(msgspec.json.Decoder(Thing), b'{"size":11,"tags":["a","b","c","d"],"colour":1}')
    assert isinstance(answer, Problem)
    assert [e.field for e in answer.errors] == ["name", "size", "tags", "colour"]
    assert "needed" in answer.errors[0].detail
    assert "name, size, tags" in answer.errors[3].detail


def test_nothing_of_what_was_sent_is_said_back_but_a_fields_name() -> None:
    answer = read(msgspec.json.Decoder(Thing), b'{"name":"secret secret","' + b"n" * 500 + b'":"secret"}')
    assert b"secret" not in msgspec.json.encode(answer)
    assert len(msgspec.json.encode(answer)) < 1000


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Annotated[str, msgspec.Meta(max_length=9)], "Give text of 0 to 9 characters."),
        (Annotated[str, msgspec.Meta(max_length=9)] | None, "Give text of 0 to 9 characters."),
        (str, "Give text."),
        (Annotated[float, msgspec.Meta(ge=-90, le=90)], "Give a number from -90 to 90."),
        (bool, "Give true or false."),
        (None, "Give null."),
        (Annotated[list[str], msgspec.Meta(min_length=1, max_length=2)], "Give a list of 1 to 2 items, each text."),
    ],
)
def test_what_is_wanted_is_a_sentence(kind: object, sentence: str) -> None:
    assert wanted(kind) == sentence


def test_a_choice_names_its_values() -> None:
    assert wanted(Symptom).startswith("Give one of lights_out, partial, ")


def test_every_field_of_a_report_has_a_sentence() -> None:
    for field in msgspec.structs.fields(Report):
        (error,) = wrong_fields(Report, {"symptom": "tree", field.name: object()})
        assert error == FieldError(field.name, wanted(field.type))
        assert "another" not in error.detail
