"""Outage inference against its bars: who infers best which device is open, how surely, and who is out.

`python -m tests.bench.inference [--quick] [--only CASE] [--method NAMES] [--jobs N]`: plays the frozen cases of
`tests/bench/cases/` to every method, or to those named. Bars are those of ours, or of the first named; beside those
missed stands what `limit` reached, where it was played and told the truth. Plots and device-by-device reasons are
written to `docs/results/raw/inference/`; `--plots` renews those that are kept in `docs/results/`.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bench.inference_bars import Bars, judge
from tests.bench.inference_cases import Row, read_cases
from tests.bench.inference_limit import Limit
from tests.bench.inference_method import Method
from tests.bench.inference_networks import Absent, ground
from tests.bench.inference_ours import Ours
from tests.bench.inference_play import SURE_PRECISION, Played, play
from tests.bench.inference_plots import precision_recall, reliability
from tests.bench.inference_port import Port
from tests.bench.inference_rules import RIVALS
from tests.bench.inference_storm import storm
from tests.bench.inference_summary import Summary, sum_up

METHODS: dict[str, Method] = {one.name: one for one in (*RIVALS, Port(), Limit(), Ours())}
RESULTS = Path(__file__).parents[2] / "docs" / "results"
KEPT = ("reference scale 1, p .10", "reference scale 8, p .10", "demo-sizes 10 % out")
"""Rows whose plots are kept in the project."""
QUICK_SEEDS, QUICK_CASES = 1, ("reference", "ieee8500", "epri_ckt5", "quiet-day", "demo-flatline", "demo-repairs")

Task = tuple[Row, int, tuple[str, ...]]


def work(task: Task) -> list[Played]:
    """One storm played to each method. An empty list: the real data is absent."""
    row, seed, names = task
    try:
        place = ground(row.network, row.customers)
    except Absent:
        return []
    played = storm(place, row, seed)
    return [play(played, METHODS[name]) for name in names]


def run(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, list[Played]]]:
    """All tasks, in the order given."""
    if jobs == 1:
        yield from zip(tasks, map(work, tasks), strict=True)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from zip(tasks, pool.map(work, tasks, chunksize=4), strict=True)


def figures(one: Summary) -> str:
    """The numbers of one method on one row."""

    def shown(value: float, digits: int = 3) -> str:
        return "-" if math.isnan(value) else f"{value:.{digits}f}"

    ratios = "  ".join(" ".join(f"{shown(v):>6}" for v in one.at[minute]) for minute in sorted(one.at))
    calibrated = " ".join(
        f"{shown(c.error):>6}{shown(c.brier / c.base if c.items and c.base else float('nan'), 2):>6}"
        for c in (one.devices, one.customers)
    )
    return (
        f"  {one.method:<10}{ratios:<{29 * len(one.at)}}{shown(one.wrong_of_100, 1):>7}{shown(one.found_min, 0):>6}"
        f"{shown(one.churn, 1):>8}  {calibrated}{one.answer_ms:>8.0f}{_more(one)}"
    )


def _more(one: Summary) -> str:
    """What only some rows ask."""
    parts = []
    if one.row.wrong.mislinked:
        parts.append(f"mislinks {one.flagged[1]} of {one.flagged[0]} flagged, {one.flagged[2]} there are")
    if one.row.telemetry:
        parts.append(f"known closed {one.closed}")
    if one.row.nested:
        parts.append(f"nested found {one.nested_found:.2f}")
    if one.row.flatline is not None:
        parts.append(f"unknown after {one.unknown_min:.0f} min, by silence {one.restored_by_silence}")
        parts.append(f"{one.unknown_though_heard:.2f} of those heard shown unknown")
    if one.row.case == "reference" and not math.isnan(one.surest_recall):
        parts.append(
            f"customers by their own chance: recall {one.surest_recall:.3f} at a precision of {SURE_PRECISION}"
        )
    if one.row.case == "quiet-day":
        parts.append(f"above the service {one.above_of_200:.1f} of 200")
    return "  " + ", ".join(parts) if parts else ""


def heading(row: Row, one: Summary) -> str:
    """Above the methods of a row."""
    when = "at the end" if row.static else " · ".join(f"{minute} min" for minute in sorted(one.at))
    heard = "" if math.isnan(one.heard) else f", of {one.heard:.2f} of the causes is anything heard"
    return f"\n{row.title} ({row.network}, {one.storms} storms, {one.out:,.0f} out{heard}, graded {when})"


COLUMNS = (
    "  each moment: device precision, recall, customer precision, recall; wrong dispatches of 100; median minutes to\n"
    "  the right device; predictions changed an hour; calibration error and Brier over base rate of devices,\n"
    "  of customers; ms an answer"
)


def reasons(one: Summary) -> str:
    """Why devices are wrong or missed, devices a storm."""
    rows = [f"{what} {count:.1f} ({why})" for (what, why), count in one.reasons.items() if count >= 0.1]
    return f"  {one.method}, devices a storm: " + ", ".join(rows)


def draw(by_row: dict[str, list[Summary]], folders: Sequence[Path]) -> None:
    """Reliability and precision/recall plots of each row."""
    for title, summaries in by_row.items():
        name = "inference-" + "".join(c if c.isalnum() else "-" for c in title).replace("--", "-").strip("-")
        kept = title in KEPT
        for folder in folders:
            if folder == RESULTS and not kept:
                continue
            folder.mkdir(parents=True, exist_ok=True)
            for what in ("devices", "customers"):
                bins = {s.method: getattr(s, what).bins for s in summaries if getattr(s, what).bins}
                if bins:
                    (folder / f"{name}-{what}.svg").write_text(reliability(f"{title}: {what}", bins))
            curves = {s.method: s.curve for s in summaries}
            points = {s.method: (s.end[1], s.end[0]) for s in summaries if not math.isnan(s.end[0])}
            (folder / f"{name}.svg").write_text(precision_recall(title, curves, points))


def write_reasons(path: Path, played: dict[tuple[str, str], list[tuple[int, Played]]]) -> None:
    """Device by device what was predicted wrongly or missed, static cases."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("row", "method", "seed", "wrong or missed", "device", "why"))
        for (title, method), storms in played.items():
            for seed, one in storms:
                for wrong, device, why in one.reasons:
                    rows.writerow((title, method, seed, "wrong" if wrong else "missed", device, why))


def chosen(options: argparse.Namespace) -> list[Row]:
    """The rows to play."""
    rows = read_cases()
    if options.only:
        rows = [row for row in rows if options.only in row.title]
    elif options.quick:
        rows = [row for row in rows if row.case in QUICK_CASES]
    return rows


def main(arguments: list[str]) -> int:
    """Print the tables and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="Outage inference against its bars")
    parser.add_argument("--quick", action="store_true", help="the small cases and the reference, one storm a row")
    parser.add_argument("--only", default="", help="rows whose title has this in it, such as 'reference scale 1'")
    parser.add_argument("--method", default="", help="play these only ('ours,limit'), and judge the first")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--plots", action="store_true", help="renew the plots in docs/results")
    parser.add_argument("--reasons", action="store_true", help="say of static rows why devices are wrong or missed")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    names = tuple(options.method.split(",")) if options.method else tuple(METHODS)
    if unknown := set(names) - set(METHODS):
        parser.error(f"no such method: {', '.join(sorted(unknown))}")
    rows = chosen(options)
    tasks = [(row, seed, names) for row in rows for seed in (row.seeds[:QUICK_SEEDS] if options.quick else row.seeds)]
    played: dict[tuple[str, str], list[tuple[int, Played]]] = defaultdict(list)
    by_row: dict[str, list[Summary]] = {}
    waiting = {row.title: sum(task[0] == row for task in tasks) for row in rows}
    absent: set[str] = set()
    print(COLUMNS)
    for (row, seed, _), results in run(tasks, options.jobs):
        waiting[row.title] -= 1
        if not results:
            absent.add(row.network)
            continue
        for one in results:
            played[row.title, one.method].append((seed, one))
        if not waiting[row.title]:
            by_row[row.title] = [sum_up(row, [p for _, p in played[row.title, name]]) for name in names]
            print(heading(row, by_row[row.title][0]))
            print("\n".join(map(figures, by_row[row.title])), flush=True)
            if options.reasons and row.static:
                print("\n".join(map(reasons, by_row[row.title])), flush=True)
    raw = RESULTS / "raw" / "inference"
    draw(by_row, [raw, RESULTS] if options.plots else [raw])
    write_reasons(raw / "reasons.csv", played)
    judged = names[0] if options.method else "ours"
    bars = judge(of_method(by_row, judged))
    finish(bars, absent, judged, judge({t: one for t, one in of_method(by_row, "limit").items() if one.row.told_true}))
    print(f"  {time.monotonic() - began:.0f} s")
    print(json.dumps(bars))
    return 0 if bars and all(met for *_, met in bars.values()) else 1


def of_method(by_row: dict[str, list[Summary]], method: str) -> dict[str, Summary]:
    """The summaries of one method by title."""
    return {title: one for title, found in by_row.items() for one in found if one.method == method}


def finish(bars: Bars, absent: set[str], judged: str, limit: Bars) -> None:
    """The bars for people. Real data that is absent misses a bar of its own."""
    for network in sorted(absent):
        bars[f"{network}: data present"] = (0.0, 1.0, False)
    print(f"\nbars of {judged}")
    for name, (measured, bar, met) in bars.items():
        best = f"   limit {limit[name][0]:.3f}" if name in limit and not met else ""
        print(f"  {'met   ' if met else 'MISSED'} {name:<70}{measured:>9.3f}   bar {bar:g}{best}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
