"""The tree's pages: the map as plain HTML and as text, and a page for each shown incident, in the city's languages.

Each is a function of the picture and the rung alone. A page that is read long after cannot know its age:
it says its time, what it means when that is long past, and whom to call; a small script does the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stormops.clock import Clock
from stormops.feed.pages import TEMPLATES
from stormops.feed.publish.picture import Picture, Shown
from stormops.feed.transit_told import about, transit_text
from stormops.pages.language import offered
from stormops.pages.words import iso, some, words
from stormops.settings import CityFile
from stormops.transit.alert import said as in_language

INCIDENT_STEP_MS = 5 * 60_000
"""An incident's page says a time rounded down to this, so that it is written anew that often and not each time."""

OLD_MINUTES = 10
"""From this age on a page says that it could not be renewed: twice the slowest rung."""

UTILITIES = {"sewer": "water"}
"""Utilities whose name the words have under another's."""


class Twins:
    """Renders them for one city."""

    def __init__(self, city_file: CityFile, clock: Clock, names: Mapping[str, str]) -> None:
        """`names`: of the areas by id."""
        self.languages = offered(city_file.languages)
        self._city = city_file
        self._names = names
        self._zone = ZoneInfo(city_file.time_zone)
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._environment.filters |= {"iso": iso, "some": some}
        self._environment.globals |= {
            "city": city_file,
            "languages": [words(code) for code in self.languages],
            "phone": Markup('<a href="tel:{0}">{0}</a>').format(city_file.phone),
            "zone": self._zone,
            "clock": clock,
            "old_minutes": OLD_MINUTES,
            "about": about,
            "in_language": in_language,
            "always": True,
        }

    def index(self, language: str, picture: Picture, page_seconds: int) -> bytes:
        """The map as a table."""
        return self._page(
            language,
            "tree_index.html",
            path="index.html",
            at_ms=picture.at_ms,
            page_seconds=page_seconds,
            mode=said_mode(picture),
            areas=list(picture.areas.values()),
            totals=picture.totals,
            unheard=picture.unheard,
            incidents=picture.incidents,
            buses=picture.buses,
        )

    def incident(self, language: str, one: Shown, picture: Picture, page_seconds: int) -> bytes:
        """The page of one shown incident."""
        return self._page(
            language,
            "tree_incident.html",
            path=incident_path(one.name),
            at_ms=picture.at_ms // INCIDENT_STEP_MS * INCIDENT_STEP_MS,
            page_seconds=page_seconds,
            mode=said_mode(picture),
            one=one,
            utility=UTILITIES.get(one.utility, one.utility),
            areas=[(self._names[area], least) for area, least in one.areas],
        )

    def gone(self, language: str, path: str) -> bytes:
        """What stands where an incident's page was, and where none ever was: the same words for both."""
        return self._page(language, "tree_gone.html", path=path, at_ms=0, page_seconds=0, mode="")

    def text(self, language: str, picture: Picture) -> bytes:
        """The map as text, for who has nothing better than a line of it."""
        t = words(language)
        totals, areas = picture.totals, list(picture.areas.values())
        mode = said_mode(picture)
        lines = [
            f"{self._city.title}: {t('text.page')}",
            f"{t('page.as_of', time=t.time(picture.at_ms, self._zone))} ({iso(picture.at_ms)})",
            t("tree.old"),
            f"{t('page.by_phone', phone=self._city.phone)} " * bool(self._city.phone) + t("page.danger"),
            "",
            *([f"{t(f'mode_name.{mode}')}: {t(f'mode.{mode}')}", ""] if mode else []),
        ]
        unheard = picture.unheard
        if unheard["whole"]:
            lines += [t("text.unheard_whole"), ""]
        elif unheard["areas"]:
            lines += [t("text.unheard", areas=some([area["name"] for area in unheard["areas"]])), ""]
        told = transit_text(t, picture.buses, self._zone)
        buses = [*told, ""] if told else []
        if not areas:
            return "\n".join([*lines, t("tree.none"), "", *buses]).encode()
        out, everybody = t.number(totals["customers_out"]), t.number(totals["customers"])
        lines += [t.count("text.total", len(areas), out=out, customers=everybody), ""]
        lines += _table(
            [t("text.area"), t("text.out"), t("text.customers"), t("text.since")],
            (
                [a["name"], t.number(a["out"]), t.number(a["customers"]), t.time(a["since_ms"], self._zone)]
                for a in areas
            ),
        )
        if picture.incidents:
            lines += ["", t("tree.larger"), t("tree.larger_hint", k=self._city.k)]
            lines += _table(
                [t("tree.page"), t("tree.customers"), t("tree.state_of"), t("text.since")],
                (
                    [one.name[:6], t.number(one.least), t(f"tree.state.{one.state}"), t.time(one.since_ms, self._zone)]
                    for one in picture.incidents
                ),
            )
        return "\n".join([*lines, "", *buses]).encode()

    def _page(self, language: str, name: str, **values: Any) -> bytes:
        t = words(language)
        at_ms = values["at_ms"]
        as_of = t.moment(at_ms, self._zone) if at_ms else ""
        return self._environment.get_template(name).render(t=t, as_of=as_of, **values).encode()


def incident_path(name: str) -> str:
    """Where an incident's page is, under its language."""
    return f"incident/{name}.html"


def said_mode(picture: Picture) -> str:
    """The mode that pages say; "" on a normal day."""
    mode = str(picture.mode["mode"])
    return "" if mode == "normal" else mode


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    """Columns as wide as their widest word; the second and third of four stand right when they are numbers."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    number = [all(row[column].replace(",", "").isdigit() for row in cells[1:]) for column in range(len(head))]
    return [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, number, strict=True)
        ).rstrip()
        for row in cells
    ]
