from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

from stormops.accounts.policy import PolicyError
from stormops.counter.policies import read_pack
from tests.counter.conftest import POLICIES

TODAY = date(2026, 7, 1)
STORMS = POLICIES.parents[2] / "src/stormops/rehearsal/storms"


def test_the_city_files_pack_is_read_with_its_parents() -> None:
    pack = read_pack(POLICIES, "palmetto", TODAY)
    assert [each.name for each in pack.lineage()][:2] == ["palmetto", "psc-florida"]


@pytest.mark.parametrize("storm", sorted(path.stem for path in STORMS.glob("*.toml")))
def test_the_demo_citys_counter_is_open_on_the_day_of_every_storm_that_is_rehearsed(storm: str) -> None:
    began = datetime.fromisoformat(tomllib.loads((STORMS / f"{storm}.toml").read_text())["starts"])
    read_pack(POLICIES, "palmetto", began.date())


def test_a_pack_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"no pack called 'atlantis'.*palmetto"):
        read_pack(POLICIES, "atlantis", TODAY)
    with pytest.raises(PolicyError, match="there are: none"):
        read_pack(tmp_path, "palmetto", TODAY)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("name = ")
    with pytest.raises(PolicyError, match=r"broken\.toml"):
        read_pack(tmp_path, "palmetto", TODAY)


def test_a_pack_that_a_counter_cannot_work_by_is_refused_at_once() -> None:
    with pytest.raises(PolicyError, match="a counter needs"):
        read_pack(POLICIES, "claremore", TODAY)
