from __future__ import annotations

from datetime import UTC, date
from pathlib import Path

from stormops.core.levels import Mode
from stormops.counter.episode import Episodes
from stormops.journal.mode_file import ModeLeft


def test_a_storm_keeps_its_name_from_its_first_mode_to_its_end(tmp_path: Path) -> None:
    left = [ModeLeft(Mode.NORMAL, 0)]
    episodes = Episodes(tmp_path, lambda: left[0], UTC)
    assert episodes() == (Mode.NORMAL, "", None)
    left[0] = ModeLeft(Mode.WATCH, 1_000)
    assert episodes().episode == ""
    left[0] = ModeLeft(Mode.STORM, 2_000)
    assert episodes() == (Mode.STORM, "storm-2000", None)
    left[0] = ModeLeft(Mode.SURGE, 3_000)
    assert episodes().episode == "storm-2000"
    assert Episodes(tmp_path, lambda: left[0], UTC)().episode == "storm-2000"
    left[0] = ModeLeft(Mode.NORMAL, 86_400_000)
    assert episodes() == (Mode.NORMAL, "", date(1970, 1, 2))
    left[0] = ModeLeft(Mode.STORM, 90_000_000)
    assert episodes().episode == "storm-90000000"


def test_who_looks_seldom_neither_merges_two_storms_nor_goes_on_with_one_that_is_over(tmp_path: Path) -> None:
    left = [ModeLeft(Mode.STORM, 2_000)]
    seldom, often = (Episodes(tmp_path, lambda: left[0], UTC) for _ in range(2))
    assert seldom().episode == often().episode == "storm-2000"
    left[0] = ModeLeft(Mode.NORMAL, 3_000)
    assert often().episode == ""
    left[0] = ModeLeft(Mode.STORM, 4_000)
    assert often().episode == "storm-4000"
    assert seldom().episode == "storm-4000"


def test_a_folder_that_cannot_be_written_keeps_the_name_in_mind(tmp_path: Path) -> None:
    left = [ModeLeft(Mode.STORM, 5)]
    episodes = Episodes(tmp_path / "missing", lambda: left[0])
    assert episodes().episode == "storm-5"
    left[0] = ModeLeft(Mode.ISLAND, 9)
    assert episodes().episode == "storm-5"
