"""The course of the storm: a sample a minute, within its bound, peaks kept."""

from __future__ import annotations

from stormops.core.course import SAMPLES_MAX, STEP_MS, Course, Sample, follow


def test_a_sample_a_minute_and_no_more() -> None:
    course: Course = []
    for second in range(0, 600, 10):
        follow(course, Sample(second * 1000, second, second // 2))
    assert [sample.at_ms for sample in course] == [minute * STEP_MS for minute in range(10)]
    assert course[3] == Sample(180_000, 180, 90)


def test_a_week_stays_within_the_bound_and_keeps_its_peak_its_order_and_its_newest_hours() -> None:
    course: Course = []
    peak = Sample(777 * STEP_MS, 50_000, 9)
    for minute in range(7 * 1440):
        follow(course, peak if minute == 777 else Sample(minute * STEP_MS, minute % 1000, minute))
        assert len(course) <= SAMPLES_MAX
    assert peak in course
    assert course == sorted(course)
    newest = [sample.at_ms // STEP_MS for sample in course[-SAMPLES_MAX // 4 :]]
    assert newest == list(range(7 * 1440 - SAMPLES_MAX // 4, 7 * 1440))
    assert course[0].at_ms < 1440 * STEP_MS
