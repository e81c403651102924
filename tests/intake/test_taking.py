from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.report import Report
from stormops.intake.taking import WHERE_OR_WHO, Senders, complete, good_key, read_report
from stormops.web.problem import Problem


@given(st.dictionaries(st.sampled_from(WHERE_OR_WHO), st.text(max_size=20)))
def test_a_report_is_complete_when_it_says_anything_of_who_or_where(said: dict[str, str]) -> None:
    answer = complete(msgspec.convert({"symptom": "tree", **said}, Report))
    assert isinstance(answer, Report) == any(text.strip() for text in said.values())


def test_the_ways_of_saying_who_or_where_are_those_of_the_report() -> None:
    for name in WHERE_OR_WHO:
        assert msgspec.convert({"symptom": "tree", name: "x"}, Report).located
    assert isinstance(read_report(b'{"symptom":"tree","latitude":0,"longitude":0}'), Report)
    assert isinstance(read_report(b'{"symptom":"tree"}'), Problem)


def test_a_sender_has_one_name_and_another_has_another() -> None:
    senders = Senders(b"0123456789abcdef")
    name = senders.name("192.0.2.1", "browser")
    assert name == Senders(b"0123456789abcdef").name("192.0.2.1", "browser")
    assert len(name) == 24
    others = {senders.name("192.0.2.1", "other"), senders.name("192.0.2.2", "browser"), senders.name("", "")}
    assert len(others | {name}) == 4


def test_without_the_secret_the_name_says_nothing() -> None:
    assert Senders(b"0123456789abcdef").name("a", "b") != Senders(b"0123456789abcdeg").name("a", "b")
    with pytest.raises(ValueError, match="16"):
        Senders(b"short")


@pytest.mark.parametrize(
    ("key", "good"),
    [("a", True), ("x" * 200, True), ("a b", True), ("", False), ("x" * 201, False), ("\x00", False), ("é", False)],
)
def test_keys(key: str, good: bool) -> None:
    assert good_key(key) is good
