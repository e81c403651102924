from __future__ import annotations

import numpy as np

from stormops.rehearsal.grading import Grade, grade, over_time


def bits(text: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([letter == "1" for letter in text])


def test_a_moment_is_graded_by_premise() -> None:
    told = grade(1.5, bits("11110000"), bits("00111000")).told()
    assert told == {"hour": 1.5, "truth": 4, "shown": 3, "precision": 0.6667, "recall": 0.5}


def test_where_nobody_is_out_or_shown_there_is_no_share() -> None:
    assert grade(0, bits("00"), bits("01")).recall is None
    assert grade(0, bits("01"), bits("00")).precision is None
    assert over_time([])["precision"] is None


def test_the_storm_weighs_customers_and_the_means_weigh_moments() -> None:
    summary = over_time([Grade(1, 100, 100, 100), Grade(2, 10, 100, 10), Grade(3, 0, 0, 0)])
    assert summary["precision"] == 0.55
    assert summary["recall"] == 1.0
    assert (summary["mean_precision"], summary["mean_recall"]) == (0.55, 1.0)
    assert summary["curve"][1] == [2, 10, 100, 10]
    assert summary["moments"] == 3
