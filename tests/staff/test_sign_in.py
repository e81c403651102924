from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from stormops.clock import Clock
from stormops.staff.person import SESSION_HOURS, Granted, Refused
from stormops.staff.records import open_records
from stormops.staff.roles import ROLES
from stormops.staff.sign_in import FAILURE_MINUTES, FAILURES_MAX, SignIn, StaffError

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Wall:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def desk(tmp_path: Path, wall: Wall) -> SignIn:
    made = SignIn(open_records(tmp_path / "staff.sqlite"), wall, CHEAP)  # type: ignore[arg-type]
    made.add("ana", "dispatcher", "correct horse 1")
    return made


def granted(result: Granted | Refused) -> Granted:
    assert isinstance(result, Granted)
    return result


def test_the_right_password_opens_a_session_and_a_shift(desk: SignIn) -> None:
    session = granted(desk.sign_in("ana", "correct horse 1", "storm desk", "127.0.0.1"))
    assert desk.who(session.token) == session.person
    assert session.person.desk == "storm desk"
    assert session.person.permissions == ROLES["dispatcher"].permissions
    assert session.person.grants == ROLES["dispatcher"].grants


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong horse 11"), ("nobody", "correct horse 1")])
def test_a_wrong_name_or_password_is_refused_alike(desk: SignIn, name: str, password: str) -> None:
    assert desk.sign_in(name, password, "", "127.0.0.1") == Refused("wrong_password", 0)


def test_failures_are_limited_for_the_name_and_forgotten_after_a_while(desk: SignIn, wall: Wall) -> None:
    for _ in range(FAILURES_MAX):
        assert desk.sign_in("ana", "wrong horse 11", "", "127.0.0.1") == Refused("wrong_password", 0)
    limited = desk.sign_in("ana", "correct horse 1", "", "127.0.0.1")
    assert isinstance(limited, Refused)
    assert limited.code == "too_many_attempts"
    assert 0 < limited.retry_after_s <= FAILURE_MINUTES * 60 + 1
    wall.ms += limited.retry_after_s * 1000
    granted(desk.sign_in("ana", "correct horse 1", "", "127.0.0.1"))


def test_failures_over_many_names_are_limited_for_the_address(desk: SignIn) -> None:
    for i in range(4 * FAILURES_MAX):
        desk.sign_in(f"guess{i}", "wrong horse 11", "", "127.0.0.9")
    limited = desk.sign_in("ana", "correct horse 1", "", "127.0.0.9")
    assert isinstance(limited, Refused)
    assert limited.code == "too_many_attempts"
    granted(desk.sign_in("ana", "correct horse 1", "", "127.0.0.1"))


def test_a_session_outlives_fourteen_hours_and_the_next_one_goes_on_in_the_same_shift(desk: SignIn, wall: Wall) -> None:
    first = granted(desk.sign_in("ana", "correct horse 1", "desk 1", "127.0.0.1"))
    wall.ms += 14 * 3_600_000
    assert desk.who(first.token) is not None
    again = granted(desk.sign_in("ana", "correct horse 1", "desk 1", "127.0.0.1"))
    assert again.person.shift == first.person.shift
    wall.ms += (SESSION_HOURS - 14) * 3_600_000
    assert desk.who(first.token) is None
    assert desk.who(again.token) is not None


def test_signing_out_ends_the_session_and_the_shift(desk: SignIn) -> None:
    session = granted(desk.sign_in("ana", "correct horse 1", "desk 1", "127.0.0.1"))
    desk.sign_out(session.token)
    assert desk.who(session.token) is None
    assert granted(desk.sign_in("ana", "correct horse 1", "desk 1", "127.0.0.1")).person.shift != session.person.shift


def test_a_new_password_ends_old_sessions(desk: SignIn) -> None:
    session = granted(desk.sign_in("ana", "correct horse 1", "", "127.0.0.1"))
    desk.add("ana", "supervisor", "another horse 2")
    assert desk.who(session.token) is None
    assert "report" in granted(desk.sign_in("ana", "another horse 2", "", "127.0.0.1")).person.permissions


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [("An a", "viewer", "long enough 1"), ("bo", "king", "long enough 1"), ("bo", "viewer", "short")],
)
def test_a_bad_account_is_refused_with_a_reason(desk: SignIn, name: str, role: str, password: str) -> None:
    with pytest.raises(StaffError, match=r"name|role|password"):
        desk.add(name, role, password)


def test_the_file_holds_neither_password_nor_token(desk: SignIn, tmp_path: Path) -> None:
    session = granted(desk.sign_in("ana", "correct horse 1", "", "127.0.0.1"))
    kept = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"correct horse" not in kept
    assert session.token.encode() not in kept
    assert (tmp_path / "staff.sqlite").stat().st_mode & 0o077 == 0


def test_the_plain_clock_is_the_wall() -> None:
    assert Clock().now_ms() > 1_700_000_000_000


def test_a_person_is_related_to_accounts_and_that_is_known_at_every_look(desk: SignIn) -> None:
    desk.relate("ana", ["a7", "a9"])
    session = granted(desk.sign_in("ana", "correct horse 1", "", "127.0.0.1"))
    assert session.person.related == {"a7", "a9"}
    desk.relate("ana", ["a9"])
    person = desk.who(session.token)
    assert person is not None
    assert person.related == {"a9"}
    with pytest.raises(StaffError, match="no account"):
        desk.relate("nobody", ["a1"])
