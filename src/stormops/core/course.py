"""The course of the storm: customers out and reports over time, in a series that never grows past its bound."""

from __future__ import annotations

from typing import NamedTuple

STEP_MS = 60_000
"""Platform milliseconds between two samples."""

SAMPLES_MAX = 1_440
"""A day at a sample a minute. Past it, the older half keeps one of each two."""


class Sample(NamedTuple):
    """Customers out, and reports ever received, at a time (platform ms)."""

    at_ms: int
    customers_out: int
    reports: int


Course = list[Sample]


def follow(course: Course, now: Sample) -> None:
    """Remember a sample if it is time for one. Of two that become one, the one with more out stays: peaks last."""
    if course and now.at_ms - course[-1].at_ms < STEP_MS:
        return
    course.append(now)
    if len(course) > SAMPLES_MAX:
        half = SAMPLES_MAX // 2
        old = zip(course[0:half:2], course[1:half:2], strict=True)
        course[:half] = [max(pair, key=lambda sample: sample.customers_out) for pair in old]
