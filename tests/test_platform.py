"""Who waits for a platform learns from its log that a child ends in a loop."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from stormops.settings import Settings
from stormops.supervisor import Supervisor
from stormops.telemetry import Log
from tests.platform import CRASHES_MAX, crashing

FREE: dict[str, Any] = {
    f"{name}_port": 0
    for name in ("intake", "feed", "intake_staff", "feed_staff", "counter", "counter_own", "metrics", "worker", "relay")
}


async def test_a_child_that_ends_in_a_loop_is_named_with_what_it_said_last(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tried = tmp_path / "tried"
    dies = f"f = open({str(tried)!r}, 'a+'); f.write('.'); f.seek(0); raise SystemExit(f'try {{len(f.read())}}')"
    killed = "import os; os.kill(os.getpid(), 9)"
    commands = {name: [sys.executable, "-c", code] for name, code in (("dies", dies), ("killed", killed))}
    settings = Settings(data=tmp_path / "data", redis_url="redis://127.0.0.1:1", **FREE)
    supervisor = Supervisor(settings, Log("test"), commands)
    running = asyncio.create_task(supervisor.run())
    log = told = ""
    async with asyncio.timeout(20):
        while log.count(f'"code": -{signal.SIGKILL.value}') <= CRASHES_MAX or not told:
            await asyncio.sleep(0.01)
            log += capfd.readouterr().err
            told = told or crashing(log, ["dies"])
    supervisor.stop()
    await running
    assert told.splitlines()[0] == "dies ends in a loop (code 1), and said last:"
    assert [line for line in told.splitlines() if line.startswith("try ")] == [f"try {CRASHES_MAX + 1}"]
    assert crashing(log, ["killed"]) == "", "those who kill it know"
    assert crashing(log, []) == ""
