"""What a process of ours asks of the kernel and the C library: who is let in first, its end with its parent, memory."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys

MISCONFIGURED = 2
"""How a process ends that said what is wrong with its settings or files: no start helps before a person did."""

PR_SET_PDEATHSIG = 1

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT, KEPT_EACH = 128 << 20, 32 << 20
"""Bytes given back that the C library keeps for what is asked for next, in all and of one piece (its most)."""

NICENESS = {"operations": 3, "relay": 3, "feed": 3, "counter": 5, "worker": 10, "transit": 10}
"""When cores are short, intake goes first: a report must be kept, a picture may wait a moment."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""What our processes tell libraries of linear algebra before they load them. To sum a column of a city these would wake
a thread on another core, which takes twenty times as long as the sum, and spins there for some time after it."""

SLICE_NS = {"intake": 200_000}
"""How long these run before others may. Who asks for less at a time is let in sooner when it wakes (Linux 6.12 on): an
acknowledgement, woken three times on its way, need not wait each time until a fan-out's turn is over."""

SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
"""The number of the system call, which the C library does not name."""


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, however that ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def keep_memory() -> None:
    """Keep what is given back for what is asked for next (glibc; others go on as before).

    A table of a city's devices is larger than what glibc keeps by itself, and made anew for every sum: half of a pass
    over the network went to pages that the kernel took back and cleared again.
    """
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if sys.platform == "linux" and adjust is not None:
        adjust(M_TRIM_THRESHOLD, KEPT)
        adjust(M_MMAP_THRESHOLD, KEPT_EACH)


def ask_for_slice(nanoseconds: int) -> None:
    """Ask the kernel for turns of this length; one that knows no such wish goes on as before."""
    number = SCHED_SETATTR.get(os.uname().machine)
    if sys.platform == "linux" and number is not None:
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        asked = struct.pack("=IIQiIQQQ", 48, 0, 0, nice, 0, nanoseconds, 0, 0)  # struct sched_attr, its first version
        ctypes.CDLL(None).syscall(number, 0, asked, 0)


def settle_in(name: str) -> None:
    """What a new child does before its program begins: its priority, its turns, and its end with ours.

    It is not of the terminal's foreground, and must not be stopped for writing to it (`stty tostop`).
    """
    kind = name.partition("-")[0]
    if kind in NICENESS:
        os.nice(NICENESS[kind])
    if kind in SLICE_NS:
        ask_for_slice(SLICE_NS[kind])
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    die_with_parent()
