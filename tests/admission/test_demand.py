from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stormops.admission.demand import SCHEDSTAT, demanded_seconds


def test_what_is_computed_counts_and_what_is_slept_does_not() -> None:
    read = demanded_seconds()
    before = read()
    time.sleep(0.05)
    slept = read() - before
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    worked = read() - before - slept
    assert slept < 0.04
    assert worked >= 0.1


@pytest.mark.skipif(not Path(SCHEDSTAT).exists(), reason="this system does not tell how long a thread waits for a core")
def test_what_waits_for_a_core_counts_too() -> None:
    """Two processes on one core: each gets about half of it and asks for all of it."""
    core = {next(iter(os.sched_getaffinity(0)))}
    usual = os.sched_getaffinity(0)
    code = f"import os, time\nos.sched_setaffinity(0, {core})\nend = time.time() + 3\nwhile time.time() < end: pass"
    other = subprocess.Popen([sys.executable, "-c", code])
    try:
        os.sched_setaffinity(0, core)
        read = demanded_seconds()
        time.sleep(0.3)
        began, before, used = time.monotonic(), read(), time.process_time()
        while time.monotonic() < began + 0.8:
            pass
        took, demanded, used = time.monotonic() - began, read() - before, time.process_time() - used
    finally:
        os.sched_setaffinity(0, usual)
        other.kill()
        other.wait()
    assert used < 0.9 * took
    assert demanded > used + 0.5 * (took - used)


def test_where_nothing_tells_the_wait_only_use_counts(tmp_path: Path) -> None:
    read = demanded_seconds(str(tmp_path / "none"))
    assert read() == pytest.approx(time.process_time(), abs=0.05)
