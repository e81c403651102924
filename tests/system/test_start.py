"""A platform that cannot start says so at once, with the last words of the process that ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.platform import Platform, make_city


@pytest.mark.system
def test_who_waits_for_a_child_that_cannot_start_is_told_why(tmp_path: Path) -> None:
    nothing = {"STORMOPS_POLICIES": str(tmp_path)}
    with pytest.raises(AssertionError, match=r"(?s)counter ends in a loop.*policy_wrong.*has no pack called"):
        Platform(make_city(tmp_path, 400), tmp_path / "data", nothing, ready=("intake_url", "counter_url"))
