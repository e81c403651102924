"""What a load test saw, judged against its budgets, as a page for people and as JSON. Needs nothing but Python."""

from __future__ import annotations

import html
import json
import math
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PERCENTILES = (50, 95, 99)


@dataclass
class Route:
    """One route's answers: time since the start and duration of each, both in seconds, and how many failed."""

    at: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    why: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, at: float, seconds: float, why: str = "") -> None:
        """One answer; `why` is empty for a good one."""
        self.at.append(at)
        self.seconds.append(seconds)
        if why:
            self.failed += 1
            self.why[why[:200]] += 1

    def percentile(self, percent: float) -> float:
        """Milliseconds that this share of the answers kept (nearest rank)."""
        return percentile(sorted(self.seconds), percent) * 1000


@dataclass
class Seen:
    """A whole run. `users`: (seconds since the start, users) now and then. `shed`: refusals that were tried again."""

    routes: dict[str, Route] = field(default_factory=lambda: defaultdict(Route))
    users: list[tuple[float, int]] = field(default_factory=list)
    receipts: set[str] = field(default_factory=set)
    shed: int = 0
    lost: int = 0
    doubled: int = 0
    left_out: list[str] = field(default_factory=list)


def percentile(ordered: list[float], percent: float) -> float:
    """The value at this share of an ascending list (nearest rank), 0 of an empty one."""
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else 0.0


def load_budgets(path: Path) -> dict[str, Any]:
    """The budgets. Raises OSError, tomllib.TOMLDecodeError."""
    return tomllib.loads(path.read_text())


def judge(seen: Seen, budgets: dict[str, Any]) -> dict[str, tuple[float, float, bool]]:
    """Every budget that the run touched, by name: (measured, bar, met)."""
    bars: dict[str, tuple[float, float]] = {}
    for name, route in sorted(seen.routes.items()):
        for what, bar in budgets["routes"].get(name, {}).items():
            measured = route.failed / len(route.at) if what == "failures" else route.percentile(float(what[1:]))
            bars[f"{name} {what}"] = measured, bar
    requests = sum(len(route.at) for route in seen.routes.values())
    failed = sum(route.failed for route in seen.routes.values())
    total = {"failures": failed / max(1, requests), "lost": seen.lost, "doubled": seen.doubled}
    bars |= {f"total {what}": (total[what], bar) for what, bar in budgets["total"].items()}
    if not seen.receipts:
        bars["total acknowledgements missing"] = 1, 0  # a run that took no report proves nothing
    return {name: (round(measured, 4), bar, measured <= bar) for name, (measured, bar) in bars.items()}


def as_json(seen: Seen, bars: dict[str, tuple[float, float, bool]], about: dict[str, Any]) -> dict[str, Any]:
    """The run for programs."""
    return {
        "about": about,
        "met": all(met for _, _, met in bars.values()),
        "bars": bars,
        "acknowledged": len(seen.receipts),
        "lost": seen.lost,
        "doubled": seen.doubled,
        "shed_and_tried_again": seen.shed,
        "left_out": seen.left_out,
        "routes": {
            name: {
                "requests": len(route.at),
                "failed": route.failed,
                "why": dict(route.why),
                **{f"p{percent}_ms": round(route.percentile(percent), 1) for percent in PERCENTILES},
            }
            for name, route in sorted(seen.routes.items())
        },
    }


def table(result: dict[str, Any]) -> str:
    """The run for people at a terminal."""
    lines = [f"{'':24}{'requests':>10}{'failed':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"]
    for name, route in result["routes"].items():
        figures = "".join(f"{route[f'p{percent}_ms']:9.1f}" for percent in PERCENTILES)
        lines.append(f"{name:24}{route['requests']:10}{route['failed']:8}{figures}")
    lines.append(
        f"{result['acknowledged']} reports acknowledged, {result['lost']} lost, {result['doubled']} doubled; "
        f"{result['shed_and_tried_again']} refusals tried again"
    )
    lines += [f"left out: {sentence}" for sentence in result["left_out"]]
    lines += [f"over budget: {name}: {got} > {bar}" for name, (got, bar, met) in result["bars"].items() if not met]
    return "\n".join(lines)


# --- the page -----------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 180, 56, 24

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b2430; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { text-align: right; padding: .2rem .8rem; border-bottom: 1px solid #d5dbe3 }
th:first-child, td:first-child { text-align: left }
svg { display: block; margin: .5rem 0 1.5rem } svg text { font-size: 12px; fill: #45505e }
polyline { fill: none; stroke-width: 1.8 } .grid { stroke: #e3e8ee } .over { color: #a3121f; font-weight: 600 }
.p50 { stroke: #1f6fb2 } .p99 { stroke: #c2541b } .n { stroke: #3b7d3f }
@media (prefers-color-scheme: dark) {
  body { color: #e6ebf2; background: #12161c } svg text { fill: #aab4c0 } .grid { stroke: #2a323c }
  th, td { border-color: #2f3844 } .over { color: #ff8f8f }
  .p50 { stroke: #6db3ec } .p99 { stroke: #f09a63 } .n { stroke: #7cc383 }
}
"""


def page(seen: Seen, result: dict[str, Any]) -> str:
    """The run as one HTML page without scripts."""
    about = result["about"]
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{route['requests']:,}</td><td>{route['failed']:,}</td>"
        + "".join(_cell(name, percent, route, result) for percent in PERCENTILES)
        + "</tr>"
        for name, route in result["routes"].items()
    )
    over = [f"{name}: {got:g}, budget {bar:g}" for name, (got, bar, met) in result["bars"].items() if not met]
    verdict = "Within every budget." if not over else "Over budget: " + "; ".join(over) + "."
    span = max([at for route in seen.routes.values() for at in route.at[-1:]] or [1.0])
    plots = [f"<h2>Users</h2>{_plot([('n', [(at, float(n)) for at, n in seen.users])], span, 'users')}"]
    for name, route in sorted(seen.routes.items()):
        plots.append(f"<h2>{html.escape(name)}</h2>{_plot(_lines(route, span), span, 'ms')}")
    facts = "".join(f"<li>{html.escape(str(key))}: {html.escape(str(value))}</li>" for key, value in about.items())
    said = "".join(f"<p>Left out: {html.escape(sentence)}</p>" for sentence in result["left_out"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Load test: {html.escape(about["shape"])}</title>'
        f"<style>{STYLE}</style><h1>{html.escape(about['shape'])}</h1>"
        f'<p class="{"over" if over else "good"}">{html.escape(verdict)}</p><ul>{facts}</ul>{said}'
        f"<p>{result['acknowledged']:,} reports acknowledged, {result['lost']} lost, {result['doubled']} doubled. "
        f"{result['shed_and_tried_again']:,} refusals tried again.</p>"
        "<table><tr><th>Route</th><th>Requests</th><th>Failed</th><th>p50 ms</th><th>p95 ms</th><th>p99 ms</th></tr>"
        f"{rows}</table><p>Blue: median of each slice of time. Orange: its 99th percentile.</p>{''.join(plots)}"
    )


def _cell(name: str, percent: int, route: dict[str, Any], result: dict[str, Any]) -> str:
    met = result["bars"].get(f"{name} p{percent}", (0, 0, True))[2]
    return f"<td{'' if met else ' class=over'}>{route[f'p{percent}_ms']:.1f}</td>"


def _lines(route: Route, span: float, slices: int = 60) -> list[tuple[str, list[tuple[float, float]]]]:
    """Median and 99th percentile of each slice of the time, in milliseconds."""
    parts: dict[int, list[float]] = defaultdict(list)
    for at, seconds in zip(route.at, route.seconds, strict=True):
        parts[min(slices - 1, int(at / span * slices))].append(seconds)
    points = [((part + 0.5) * span / slices, sorted(parts[part])) for part in sorted(parts)]
    return [(f"p{p}", [(at, percentile(ordered, p) * 1000) for at, ordered in points]) for p in (50, 99)]


def _plot(lines: list[tuple[str, list[tuple[float, float]]]], span: float, unit: str) -> str:
    most = max([value for _, points in lines for _, value in points] or [1.0]) or 1.0
    top = next(step * 10**power for power in range(9) for step in (1, 2, 5) if step * 10**power >= most)

    def place(at: float, value: float) -> str:
        x = LEFT + at / span * (WIDTH - LEFT - 8)
        return f"{x:.1f},{HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - 8):.1f}"

    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y}" y2="{y}"/>'
        f'<text x="0" y="{float(y) + 4:.1f}">{value:g} {unit}</text>'
        for value in (0, top / 2, top)
        for y in [place(0, value).split(",")[1]]
    )
    times = "".join(
        f'<text x="{place(at, 0).split(",")[0]}" y="{HEIGHT - 4}">{at:.0f} s</text>'
        for at in (0, span / 2, span * 0.97)
    )
    drawn = "".join(
        f'<polyline class="{name}" points="{" ".join(place(at, value) for at, value in points)}"/>'
        for name, points in lines
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">{grid}{times}{drawn}</svg>'
    )


def write(folder: Path, seen: Seen, result: dict[str, Any]) -> Path:
    """The page and the JSON in a folder of their own; gives the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(result, indent=1))
    (folder / "report.html").write_text(page(seen, result))
    return folder / "report.html"
