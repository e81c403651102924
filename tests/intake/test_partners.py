"""Machines' tokens: who may send what, from a file of hashes."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.intake.partners import FILE, PartnerError, Partners, add_partner, no_token


def bearer(token: str, scheme: str = "Bearer") -> list[tuple[bytes, bytes]]:
    return [(b"host", b"x"), (b"authorization", f"{scheme} {token}".encode())]


def fail(sentence: str) -> None:
    raise AssertionError(sentence)


def test_a_partner_may_send_what_it_was_allowed_and_nothing_else(tmp_path: Path) -> None:
    token = add_partner(tmp_path, "head-end", ["meters"])
    partners = Partners(tmp_path, fail)
    assert partners.may(bearer(token), "meters") == "head-end"
    assert partners.may(bearer(token, "bearer"), "meters") == "head-end"
    assert partners.may(bearer(token), "reports") is None
    assert partners.may(bearer(token + "x"), "meters") is None
    assert partners.may(bearer(token, "Basic"), "meters") is None
    assert partners.may([], "meters") is None


def test_the_file_has_hashes_only_and_is_its_owners_alone(tmp_path: Path) -> None:
    token = add_partner(tmp_path, "head-end", ["reports", "meters"])
    path = tmp_path / FILE
    text = path.read_text()
    assert token not in text
    assert sha256(token.encode()).hexdigest() in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [FILE]


def test_a_new_partner_is_known_at_once_and_what_else_is_in_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[telephony]\nauth_token = "t"')
    partners = Partners(tmp_path, fail)
    assert partners.may(bearer("x"), "meters") is None
    first = add_partner(tmp_path, "one", ["meters"])
    assert partners.may(bearer(first), "meters") == "one"
    second = add_partner(tmp_path, "two", ["meters"])
    assert partners.may(bearer(second), "meters") == "two"
    assert partners.may(bearer(first), "meters") == "one"
    assert '[telephony]\nauth_token = "t"' in (tmp_path / FILE).read_text()


def test_a_damaged_file_lets_nobody_in_and_says_so_once(tmp_path: Path) -> None:
    said: list[str] = []
    token = add_partner(tmp_path, "one", ["meters"])
    partners = Partners(tmp_path, said.append)
    good = (tmp_path / FILE).read_text()
    assert partners.may(bearer(token), "meters") == "one"
    for damaged in ("[partners.one", '[partners.one]\ntoken_sha256 = "ab"\nmay = ["meters"]', "partners = 3"):
        (tmp_path / FILE).write_text(damaged)
        assert partners.may(bearer(token), "meters") is None
        assert partners.may(bearer(token), "meters") is None
    assert len(said) == 1
    assert token not in said[0]
    (tmp_path / FILE).write_text(good)
    assert partners.may(bearer(token), "meters") == "one"
    (tmp_path / FILE).unlink()
    assert partners.may(bearer(token), "meters") is None


@pytest.mark.parametrize(
    ("name", "may"), [("One", ["meters"]), ("", ["meters"]), ("a b", ["meters"]), ("a", []), ("a", ["everything"])]
)
def test_a_wrong_name_or_right_is_refused(tmp_path: Path, name: str, may: list[str]) -> None:
    with pytest.raises(PartnerError):
        add_partner(tmp_path, name, may)
    assert not (tmp_path / FILE).exists()


def test_a_name_that_is_taken_or_a_damaged_file_is_left_as_it_is(tmp_path: Path) -> None:
    add_partner(tmp_path, "one", ["meters"])
    before = (tmp_path / FILE).read_text()
    with pytest.raises(PartnerError, match="already"):
        add_partner(tmp_path, "one", ["meters"])
    assert (tmp_path / FILE).read_text() == before
    (tmp_path / FILE).write_text("[")
    with pytest.raises(PartnerError, match="cannot be read"):
        add_partner(tmp_path, "two", ["meters"])


@given(st.binary(max_size=300))
def test_any_header_is_answered(tmp_path_factory: pytest.TempPathFactory, value: bytes) -> None:
    partners = Partners(tmp_path_factory.getbasetemp() / "nobody", fail)
    assert partners.may([(b"authorization", value)], "meters") is None


def test_the_refusal_says_what_to_send() -> None:
    refusal = no_token("meters")
    assert refusal.status == 401
    assert "Bearer" in refusal.detail
