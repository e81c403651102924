"""Plots of the inference benchmark: small SVG files, written line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

SIZE, EDGE = 320, 44
COLOURS = {
    "clusters": "#8a3d8f",
    "rules A": "#b3541e",
    "rules B": "#a8901c",
    "ratio": "#6b6b6b",
    "port": "#3d5a98",
    "ours": "#0b6e4f",
}
"""One colour a method, on all plots."""
OTHER = "#222222"

Point = tuple[float, float]


def reliability(title: str, bins: Mapping[str, Sequence[tuple[float, float, int]]]) -> str:
    """Observed share over probability, one line a name; points as large as their items are many."""
    body = [_line([(0, 0), (1, 1)], "#999999", dashed=True)]
    for name, rows in bins.items():
        colour = COLOURS.get(name, OTHER)
        most = max((items for *_, items in rows), default=1)
        body.append(_line([(said, seen) for said, seen, _ in rows], colour))
        body += [_dot((said, seen), 2 + 3 * items / most, colour, name) for said, seen, items in rows]
    return _plot(title, ("stated probability", "share that was so"), body, list(bins))


def precision_recall(title: str, curves: Mapping[str, Sequence[Point]], points: Mapping[str, Point]) -> str:
    """Precision over recall: a curve where a method gives probabilities, a point for what it predicts."""
    names = list(dict.fromkeys([*points, *curves]))
    body: list[str] = []
    for name in names:
        colour = COLOURS.get(name, OTHER)
        body.append(_line(curves.get(name, ()), colour))
        if name in points:
            body.append(_dot(points[name], 4.5, colour, name))
    return _plot(title, ("device recall", "device precision"), body, names)


def _at(point: Point) -> Point:
    return EDGE + point[0] * SIZE, EDGE / 2 + (1 - point[1]) * SIZE


def _line(points: Iterable[Point], colour: str, *, dashed: bool = False) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_at, points))
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>' if path else ""


def _dot(point: Point, radius: float, colour: str, name: str) -> str:
    x, y = _at(point)
    where = f"{name}: {point[0]:.3f}, {point[1]:.3f}"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"><title>{where}</title></circle>'


def _plot(title: str, axes: tuple[str, str], body: list[str], names: list[str]) -> str:
    right, bottom = EDGE + SIZE, EDGE / 2 + SIZE
    width, height = right + 110, bottom + EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" font-family="sans-serif">',
        f"<style>text {{ font-size: 11px }}</style><title>{title}</title>",
        f'<rect width="{width}" height="{height:.0f}" fill="white"/>',
        f'<text x="{EDGE}" y="15" font-weight="bold">{title}</text>',
        f'<rect x="{EDGE}" y="{EDGE / 2}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#444"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = _at((tick, tick))
        parts.append(f'<text x="{x:.0f}" y="{bottom + 14:.0f}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{EDGE - 5}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>')
        parts.append(f'<line x1="{EDGE}" x2="{right}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>')
    parts.append(f'<text x="{EDGE + SIZE / 2}" y="{bottom + 30:.0f}" text-anchor="middle">{axes[0]}</text>')
    parts.append(
        f'<text transform="translate(11 {bottom - SIZE / 2:.0f}) rotate(-90)" text-anchor="middle">{axes[1]}</text>'
    )
    for number, name in enumerate(names):
        y = EDGE / 2 + 12 + 16 * number
        parts.append(f'<circle cx="{right + 12}" cy="{y - 4:.0f}" r="4" fill="{COLOURS.get(name, OTHER)}"/>')
        parts.append(f'<text x="{right + 21}" y="{y:.0f}">{name}</text>')
    return "\n".join([*parts, *(part for part in body if part), "</svg>", ""])
