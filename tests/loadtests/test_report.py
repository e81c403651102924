"""The judge of load tests: a run is within its budgets or not, and the page says which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadtests.report import Seen, as_json, judge, load_budgets, page, percentile, table, write

BUDGETS: dict[str, Any] = {
    "total": {"failures": 0.0, "lost": 0, "doubled": 0},
    "routes": {"report, API": {"p50": 25, "p99": 250, "failures": 0}},
}
ABOUT = {"shape": "Isaias' <peak> hour", "minutes": 2}


def seen(*milliseconds: float, receipts: int = 1) -> Seen:
    run = Seen(users=[(0, 1), (1, 5)], receipts={str(number) for number in range(receipts)})
    for at, each in enumerate(milliseconds):
        run.routes["report, API"].add(float(at), each / 1000)
    return run


def over(run: Seen) -> set[str]:
    return {name for name, (_, _, met) in judge(run, BUDGETS).items() if not met}


def test_percentiles_are_by_nearest_rank() -> None:
    assert [percentile([1, 2, 3, 4], share) for share in (25, 50, 75, 99, 100)] == [1, 2, 3, 4, 4]
    assert percentile([], 50) == 0


def test_a_run_within_its_budgets_is_met() -> None:
    assert not over(seen(10, 20, 240))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda run: run.routes["report, API"].add(9, 0.3), "report, API p99"),
        (lambda run: run.routes["report, API"].add(9, 0.01, "500"), "report, API failures"),
        (lambda run: run.routes["unbudgeted"].add(9, 0.01, "500"), "total failures"),
        (lambda run: setattr(run, "lost", 1), "total lost"),
        (lambda run: setattr(run, "doubled", 1), "total doubled"),
        (lambda run: run.receipts.clear(), "total acknowledgements missing"),
    ],
)
def test_each_thing_that_is_wrong_is_over_its_budget(change: Any, name: str) -> None:
    run = seen(10, 20, 30)
    change(run)
    assert name in over(run)


def test_the_report_says_what_was_over_and_escapes_what_it_shows(tmp_path: Path) -> None:
    run = seen(300, 300)
    run.left_out.append("caller: the platform has no /voice")
    result = as_json(run, judge(run, BUDGETS), ABOUT)
    assert not result["met"]
    assert "over budget: report, API p50" in table(result)
    shown = page(run, result)
    assert "Isaias&#x27; &lt;peak&gt; hour" in shown
    assert "Over budget" in shown
    assert "no /voice" in shown
    assert shown.count("<svg") == 2
    assert "<script" not in shown
    written = write(tmp_path / "one", run, result)
    assert written.read_text() == shown
    assert (written.parent / "result.json").exists()


def test_the_budgets_of_the_project_are_complete() -> None:
    budgets = load_budgets(Path(__file__).parents[2] / "loadtests/budgets.toml")
    assert budgets["total"]["lost"] == budgets["total"]["doubled"] == 0
    for name, budget in budgets["routes"].items():
        assert budget["p50"] <= budget["p95"] <= budget["p99"], name
        assert 0 <= budget["failures"] <= 0.001
