"""Chromium's own trace: how long scripts kept the main thread in each frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

SCRIPT = frozenset(
    {"FunctionCall", "EvaluateScript", "FireAnimationFrame", "TimerFire", "EventDispatch", "RunMicrotasks"}
    | {"FireIdleCallback", "HandlePostMessage", "v8.callFunction", "MinorGC", "MajorGC"}
)
"""Names of the events in which script runs (or V8 tidies up after it)."""

FRAME = "FireAnimationFrame"
SAME_FRAME_US = 500
"""Callbacks of one frame follow each other within this."""

CATEGORIES = ("-*", "devtools.timeline", "disabled-by-default-devtools.timeline", "v8")

Event = dict[str, Any]


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[list[Event]]:
    """Everything the renderer says of its main thread; the list is filled at the end."""
    events: list[Event] = []
    browser.start_tracing(page=page, categories=list(CATEGORIES))
    yield events
    events.extend(json.loads(browser.stop_tracing())["traceEvents"])


def script_by_frame(events: list[Event]) -> np.ndarray:
    """Milliseconds of script between each two frames of the busiest main thread; nested events count once.

    Processor time of the thread (`tdur`): where pictures are drawn in software, a call waits for the processor that
    draws them, and that is not script.
    """
    calls: dict[tuple[int, int], list[Event]] = {}
    for event in events:
        if event["name"] == FRAME and event.get("ph") == "X":
            calls.setdefault((event["pid"], event["tid"]), []).append(event)
    main = max(calls, key=lambda thread: len(calls[thread]))
    starts, done = [], -np.inf
    for call in sorted(calls[main], key=lambda call: float(call["ts"])):
        if call["ts"] - done > SAME_FRAME_US:
            starts.append(call["ts"])
        done = call["ts"] + call["dur"]
    spent = np.zeros(len(starts) - 1)
    end = 0.0
    scripts = (e for e in events if e["name"] in SCRIPT and e.get("ph") == "X" and (e["pid"], e["tid"]) == main)
    for event in sorted(scripts, key=lambda event: float(event["ts"])):
        frame = int(np.searchsorted(starts, event["ts"], "right")) - 1
        if event["ts"] < end or not 0 <= frame < len(spent):
            continue  # inside another, or before the first frame
        end = event["ts"] + event["dur"]
        spent[frame] += event.get("tdur", event["dur"])
    return spent / 1000
