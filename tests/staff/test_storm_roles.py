from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from stormops.staff.person import Granted
from stormops.staff.records import open_records
from stormops.staff.roles import ROLES
from stormops.staff.sign_in import SignIn
from stormops.staff.storm_roles import StormRoles


class Wall:
    def now_ms(self) -> int:
        return 1_700_000_000_000


class Storm:
    """The staff of a small city, and whether a storm is declared."""

    def __init__(self, folder: Path) -> None:
        self.episode = "storm-1"
        self.records = open_records(folder / "staff.sqlite")
        self.roles = StormRoles(self.records, Wall(), lambda: self.episode)  # type: ignore[arg-type]
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.desk = SignIn(self.records, Wall(), cheap, self.roles.added)  # type: ignore[arg-type]
        for name, role in (("lou", "lending"), ("dan", "dispatcher"), ("tess", "treasurer")):
            self.desk.add(name, role, "correct horse 1")
        granted = self.desk.sign_in("tess", "correct horse 1", "East", "127.0.0.1")
        assert isinstance(granted, Granted)
        self.token = granted.token


@pytest.fixture
def storm(tmp_path: Path) -> Storm:
    return Storm(tmp_path)


def test_a_treasurer_works_the_outage_desk_while_the_storm_lasts_and_decides_on_no_more_money(storm: Storm) -> None:
    before = storm.desk.who(storm.token)
    assert before is not None
    assert storm.roles.give("tess", "dispatcher", "sue", "short of two") == ""
    now = storm.desk.who(storm.token)
    assert now is not None
    assert now.roles == ["treasurer", "dispatcher"]
    assert now.permissions == before.permissions | ROLES["dispatcher"].permissions
    money = {grant for grant in before.grants if grant.limit is not None}
    assert {grant for grant in now.grants if grant.limit is not None} == money
    added = set(now.grants) - set(before.grants)
    assert {grant.episode for grant in added} == {"storm-1"}
    for episode in ("", "storm-2"):
        storm.episode = episode
        assert storm.desk.who(storm.token) == before


def test_it_is_taken_back_once_and_stays_in_the_log(storm: Storm) -> None:
    storm.roles.give("tess", "dispatcher", "sue", "short of two")
    held = next(each.storm for each in storm.roles.colleagues() if each.name == "tess")
    assert held is not None
    assert storm.roles.end(held.id, "sue")
    assert not storm.roles.end(held.id, "sue")
    assert all(each.storm is None for each in storm.roles.colleagues())
    log = storm.roles.history()[0]
    assert (log.person, log.reason, log.given_by, log.ended_by) == ("tess", "short of two", "sue", "sue")


@pytest.mark.parametrize(
    ("name", "role", "reason", "code"),
    [
        ("lou", "dispatcher", " ", "no_reason"),
        ("lou", "treasurer", "x", "no_storm_role"),
        ("nobody", "dispatcher", "x", "unknown"),
        ("dan", "dispatcher", "x", "has_it"),
        ("tess", "dispatcher", "x", "has_it"),
    ],
)
def test_what_cannot_be_given_says_why(storm: Storm, name: str, role: str, reason: str, code: str) -> None:
    storm.roles.give("tess", "dispatcher", "sue", "first")
    assert storm.roles.give(name, role, "sue", reason) == code


def test_on_a_quiet_day_nobody_is_re_roled(storm: Storm) -> None:
    storm.episode = ""
    assert storm.roles.give("lou", "dispatcher", "sue", "x") == "no_episode"
