"""A paper as a page: readable on a telephone, printable, and whole without a script."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

import jinja2

from stormops.pages.page import environment
from stormops.papers.document import Bars, Document

BAR = 80
"""The highest bar of a chart, of a drawing 118 high."""


class Link(NamedTuple):
    """Somewhere to go from the page; never printed."""

    href: str
    label: str


def page(document: Document, style: str, links: Sequence[Link] = (), void: str = "") -> str:
    """The page; `style` is where `css` is served, `void` what is said of a letter that was withdrawn."""
    charts = [part for part in document.parts if isinstance(part, Bars)]
    return (
        _environment()
        .get_template("paper.html")
        .render(
            paper=document,
            parts=[_plain(part) for part in document.parts],
            heights={chart.caption: heights([bar.value for bar in chart.bars], BAR) for chart in charts},
            style=style,
            links=links,
            around=document.city,
            void=void,
        )
    )


def heights(values: Sequence[int], most: int) -> list[int]:
    """How high each bar is: the highest `most`, none where nothing was used."""
    top = max(values, default=0)
    return [round(value * most / top) if top else 0 for value in values]


def css() -> bytes:
    """The style sheet of papers."""
    return resources.files("stormops.papers").joinpath("templates", "paper.css").read_bytes()


def _plain(part: object) -> dict[str, object]:
    """A part with its name, as the template asks for it."""
    fields = {name: getattr(part, name) for name in type(part).__struct_fields__}  # type: ignore[attr-defined]
    return {"part": type(part).__struct_config__.tag, **fields}  # type: ignore[attr-defined]


@functools.cache
def _environment() -> jinja2.Environment:
    return environment(jinja2.PackageLoader("stormops.papers"))
