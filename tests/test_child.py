"""What a new child asks of the kernel, as the kernel tells it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import partial

import pytest

from stormops.child import KEPT_EACH, NICENESS, SCHED_SETATTR, SLICE_NS, settle_in

TURN = """
import ctypes, os, struct
b = ctypes.create_string_buffer(48)
ctypes.CDLL(None).syscall({"x86_64": 315, "aarch64": 275}[os.uname().machine], 0, b, 48, 0)
print(os.getpriority(os.PRIO_PROCESS, 0), struct.unpack("=IIQiIQQQ", b.raw)[5])
"""


@pytest.mark.skipif(os.uname().machine not in SCHED_SETATTR, reason="the system call's number is not known here")
def test_intake_comes_first_and_is_let_in_soon() -> None:
    def of(name: str) -> tuple[int, int]:
        done = subprocess.run(
            [sys.executable, "-c", TURN],
            preexec_fn=partial(settle_in, name),
            capture_output=True,
            text=True,
            check=True,
        )
        nice, slice_ns = done.stdout.split()
        return int(nice), int(slice_ns)

    intake, feed = of("intake"), of("feed-2")
    assert intake[0] == os.getpriority(os.PRIO_PROCESS, 0)
    assert feed[0] == intake[0] + NICENESS["feed"]
    if feed[1] == 0:
        pytest.skip("this kernel knows no wishes for turns")
    assert intake[1] == SLICE_NS["intake"] < feed[1]


def test_writing_to_a_terminal_that_wants_it_stops_no_child() -> None:
    code = "import signal; print(signal.getsignal(signal.SIGTTOU).name)"
    done = subprocess.run(
        [sys.executable, "-c", code], preexec_fn=partial(settle_in, "feed"), capture_output=True, text=True, check=True
    )
    assert done.stdout == "SIG_IGN\n"


FILLS = f"""
import resource, sys
import numpy as np
from stormops.child import keep_memory
if sys.argv[1] == "keeping":
    keep_memory()
def fill():
    tables = [np.ones(size // 8) for size in (1 << 20, 4 << 20, {KEPT_EACH} - 4096)]
fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps what it likes")
def test_tables_made_again_and_again_take_no_pages_of_the_kernel() -> None:
    def faults(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", FILLS, how], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert 10 * faults("keeping") < faults("not")
    assert faults("keeping") < 100
