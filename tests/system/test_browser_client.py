"""Invariant 3 in the browser's client over 100,000 changes, recorded from the real views."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHANGES = 100_000


@pytest.mark.skipif(shutil.which("npx") is None, reason="needs node")
@pytest.mark.parametrize("audience", ["desk", "public"])
def test_the_browsers_client_holds_what_the_feed_holds_after_100_000_changes(audience: str, tmp_path: Path) -> None:
    place = tmp_path / "long.ndjson"
    recorder = [sys.executable, "-m", "tests.feed.transcripts", audience, str(CHANGES), str(place)]
    subprocess.run(recorder, cwd=ROOT, check=True)
    environment = os.environ | {"LONG_TRANSCRIPT": str(place), "LONG_CHANGES": str(CHANGES)}
    replay = ["npx", "vitest", "run", "tests/long.test.ts"]
    done = subprocess.run(replay, cwd=ROOT / "dashboards", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
