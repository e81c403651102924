"""A paper as a PDF: letter size, fonts embedded, tagged for screen readers, and the same bytes for the same document.

No clock and no chance number are in it: the creation date is the paper's own day, the file's id its content's hash.
What a font has no letter for is written with the nearest plain letter rather than an empty box.
"""

from __future__ import annotations

import contextlib
import functools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from font_source_sans_pro import font_files_ttf
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.prefs import ViewerPreferences

from stormops.papers.document import Bars, Document, Due, Head, Note, Part, Points, Rows, Say, Sign, Stub
from stormops.papers.html import heights
from stormops.papers.words import said

MARGIN, WIDTH, HEIGHT = 19.0, 215.9, 279.4
INNER = WIDTH - 2 * MARGIN
FOOT = 20.0
"""Kept free at the foot of a page, mm."""
INK, SOFT, LINE, BLUE, PALE = (20, 32, 43), (71, 87, 101), (185, 196, 206), (11, 79, 150), (234, 242, 250)
HOLD, HOLD_PAPER, BAR, DANGER = (122, 75, 0), (255, 243, 220), (157, 185, 212), (164, 22, 26)
STUB = 58.0
"""The height of the part that is torn off."""


def pdf(document: Document, void: str = "") -> bytes:
    """The file; `void` is written across the head of a letter that was withdrawn."""
    sheet = _Sheet(document)
    sheet.add_page()
    if void:
        sheet.void(void)
    sheet.opening()
    for part in document.parts:
        sheet.part(part)
    return bytes(sheet.output())


@functools.cache
def _letters() -> frozenset[int]:
    """Characters for which both cuts of the font have a letter."""
    known = []
    for name in ("SourceSansPro", "SourceSansProSemibold"):
        with TTFont(font_files_ttf[name], lazy=True) as cut:
            known.append(frozenset(cut.getBestCmap()))
    return known[0] & known[1]


def typeset(text: str) -> str:
    """The text in letters that the font has; control characters and unknown signs do not come through."""
    known = _letters()
    out = []
    for letter in unicodedata.normalize("NFC", " ".join(text.split())):
        if ord(letter) in known:
            out.append(letter)
        else:
            plain = [part for part in unicodedata.normalize("NFKD", letter) if ord(part) in known]
            out += plain or ["?"] * (unicodedata.category(letter)[0] not in "CZM")
    return " ".join("".join(out).split())


class _Sheet(FPDF):
    """Where each part is drawn; every text is in the tree of tags, every line and box outside it."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="letter")
        self.paper = document
        self._words = said(document.language)
        day = datetime.fromisoformat(document.day).replace(tzinfo=UTC)
        self.set_creation_date(day)
        self.set_title(f"{document.title}, {document.recipient[0]}")
        self.set_author(document.city)
        self.set_lang(document.language)
        self.set_producer("Stormops")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margins(MARGIN, 16, MARGIN)
        self.set_auto_page_break(auto=False)
        self.add_font("sans", "", font_files_ttf["SourceSansPro"])
        self.add_font("sans", "B", font_files_ttf["SourceSansProSemibold"])
        self.alias_nb_pages("{pages}")

    # --- tags --------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def tagged(self, kind: str, alt: str | None = None) -> Iterator[None]:
        """What is drawn inside is read as a `kind` (H1, P, Figure) of the document."""
        mcid = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{kind}", mcid=mcid, alt_text=alt)
        self._out(f"/{kind} <</MCID {mcid}>> BDC")
        yield
        self._out("EMC")

    @contextlib.contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside is not read."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    # --- drawing -----------------------------------------------------------------------------------------

    def ink(self, size: float, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        """The pen."""
        self.set_font("sans", "B" if bold else "", size)
        self.set_text_color(*colour)

    def height_of(self, text: str, width: float, leading: float) -> float:
        """How high a text of the present pen is."""
        lines = cast("list[str]", self.multi_cell(width, leading, text, dry_run=True, output="LINES"))
        return leading * max(1, len(lines))

    def text_at(self, x: float, width: float, leading: float, text: str, *, kind: str = "P", align: str = "L") -> None:
        """A text at a place; the pen stays below it."""
        self.set_xy(x, self.get_y())
        with self.tagged(kind):
            self.multi_cell(width, leading, typeset(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def room(self, height: float) -> None:
        """Begin another page when there is not so much left on this one."""
        if self.get_y() + height > HEIGHT - FOOT:
            self.add_page()

    def rule(self, y: float, colour: tuple[int, int, int] = LINE, width: float = 0.2) -> None:
        """A line across."""
        with self.artifact():
            self.set_draw_color(*colour)
            self.set_line_width(width)
            self.line(MARGIN, y, WIDTH - MARGIN, y)

    def box(self, height: float, paper: tuple[int, int, int], edge: tuple[int, int, int]) -> None:
        """A box with a thick left edge, from the present height."""
        with self.artifact():
            self.set_fill_color(*paper)
            self.rect(MARGIN, self.get_y(), INNER, height, "F")
            self.set_fill_color(*edge)
            self.rect(MARGIN, self.get_y(), 1.8, height, "F")

    # --- the page ----------------------------------------------------------------------------------------

    def header(self) -> None:
        """The letterhead, small on every page after the first."""
        with self.artifact():
            self.set_xy(MARGIN, 14)
            self.ink(16 if self.page == 1 else 10, BLUE, bold=True)
            self.cell(INNER / 2, 7, typeset(self.paper.sender[0]))
            self.ink(9, SOFT)
            rest = self.paper.sender[1:] if self.page == 1 else (self.paper.title, *self.paper.facts[1])
            self.cell(INNER / 2, 7, typeset(" · ".join(rest)), align="R")
        self.rule(22.5, BLUE, 0.8)
        self.set_y(30)

    def footer(self) -> None:
        """Whom to ask, and the page's number."""
        with self.artifact():
            self.ink(8, SOFT)
            self.set_xy(MARGIN, HEIGHT - 14)
            self.multi_cell(INNER - 24, 3.6, typeset(self.paper.foot))
            self.set_xy(WIDTH - MARGIN - 18, HEIGHT - 14)
            pages = self._words("common.page", page=self.page_no(), pages="{pages}")
            self.cell(18, 3.6, pages)

    def void(self, text: str) -> None:
        """That the letter was withdrawn."""
        self.ink(11, DANGER, bold=True)
        with self.artifact():
            self.set_draw_color(*DANGER)
            self.set_line_width(0.8)
            self.rect(MARGIN, self.get_y(), INNER, 9)
        self.set_y(self.get_y() + 1.5)
        self.text_at(MARGIN, INNER, 6, text, align="C")
        self.set_y(self.get_y() + 5)

    def opening(self) -> None:
        """Recipient, facts, title."""
        self.two_columns(self.paper.recipient, self.paper.facts)
        self.set_y(self.get_y() + 8)
        self.ink(17, bold=True)
        self.text_at(MARGIN, INNER, 8, self.paper.title, kind="H1")
        self.set_y(self.get_y() + 2)

    def two_columns(self, left: Sequence[str], right: Sequence[tuple[str, str]]) -> None:
        """An address, and facts beside it."""
        top = self.get_y()
        self.ink(11)
        for line in left:
            self.text_at(MARGIN, INNER / 2 - 8, 5.2, line)
        bottom, x = self.get_y(), MARGIN + INNER / 2
        self.set_y(top)
        for label, value in right:
            y = self.get_y()
            self.ink(9, SOFT)
            self.text_at(x, 32, 5, label)
            low = self.get_y()
            self.set_y(y)
            self.ink(9.5, bold=True)
            self.text_at(x + 32, INNER / 2 - 32, 5, value, align="R")
            self.set_y(max(low, self.get_y()) + 0.6)
        self.set_y(max(bottom, self.get_y()))

    # --- parts -------------------------------------------------------------------------------------------

    def part(self, part: Part) -> None:
        """One part, on a new page when it does not fit on this one."""
        draw: dict[type[Part], Callable[[Any], None]] = {
            Head: self.head,
            Say: self.say,
            Note: self.note,
            Points: self.points,
            Due: self.due,
            Rows: self.rows,
            Bars: self.bars,
            Sign: self.signatures,
            Stub: self.stub,
        }
        draw[type(part)](part)

    def head(self, part: Head) -> None:
        """A heading, with room for something below it."""
        self.room(26)
        self.set_y(self.get_y() + 4)
        self.ink(12, BLUE, bold=True)
        self.text_at(MARGIN, INNER, 6, part.text, kind="H2")
        self.set_y(self.get_y() + 0.5)

    def say(self, part: Say) -> None:
        """A paragraph."""
        size, leading = (8, 3.7) if part.small else (10.5, 5)
        self.ink(size, SOFT if part.small else INK)
        self.room(self.height_of(typeset(part.text), INNER, leading) + 3)
        self.set_y(self.get_y() + 1.5)
        self.text_at(MARGIN, INNER, leading, part.text)
        self.set_y(self.get_y() + 1)

    def note(self, part: Note) -> None:
        """A message in a box."""
        self.ink(10.5)
        height = self.height_of(typeset(part.text), INNER - 10, 5) + 4
        self.room(height + 4)
        self.set_y(self.get_y() + 2)
        top = self.get_y()
        self.box(height, HOLD_PAPER, HOLD)
        self.set_y(top + 2)
        self.text_at(MARGIN + 5, INNER - 10, 5, part.text)
        self.set_y(top + height + 1)

    def points(self, part: Points) -> None:
        """A list."""
        for item in part.items:
            self._point(item)

    def _point(self, text: str) -> None:
        self.ink(10.5)
        self.room(self.height_of(typeset(text), INNER - 6, 5) + 1)
        top = self.get_y() + 0.8
        with self.artifact():
            self.set_fill_color(*BLUE)
            self.circle(MARGIN + 2, top + 2.5, 0.7, "F")
        self.set_y(top)
        self.text_at(MARGIN + 6, INNER - 6, 5, text, kind="LBody")

    def due(self, part: Due) -> None:
        """The amount, large."""
        self.room(20)
        top = self.get_y() + 1
        self.set_y(top)
        self.box(16, PALE, BLUE)
        self.set_y(top + 2)
        self.ink(10, SOFT)
        self.text_at(MARGIN + 5, 60, 5, part.label)
        self.set_y(top + 7)
        self.ink(18, bold=True)
        self.text_at(MARGIN + 5, 70, 7, part.amount)
        self.set_y(top + 6)
        self.ink(11.5, bold=True)
        self.text_at(MARGIN + 78, INNER - 82, 5, part.note, align="R")
        self.set_y(top + 18)

    def rows(self, part: Rows) -> None:
        """A table; its head comes again on a new page."""
        widths = self._widths(part)
        self.room(22)
        self.set_y(self.get_y() + 2)
        self._head(part, widths)
        for row in part.rows:
            self._row(part, row, widths)
        if part.total:
            self.rule(self.get_y(), INK, 0.4)
            self._row(part, part.total, widths, bold=True)
        self.set_y(self.get_y() + 2)

    def _widths(self, part: Rows) -> list[float]:
        """Columns by what is in them: figures as wide as they are, the first the rest."""
        cells = [part.head, *part.rows, *([part.total] if part.total else [])]
        self.ink(10, bold=True)
        needs = [
            max(self.get_string_width(typeset(row[place])) for row in cells) + 5 for place in range(len(part.head))
        ]
        over = sum(needs[1:]) - INNER * 0.72
        if over > 0:
            needs[1:] = [need * (INNER * 0.72) / sum(needs[1:]) for need in needs[1:]]
        return [INNER - sum(needs[1:]), *needs[1:]]

    def _align(self, part: Rows, place: int) -> str:
        return "R" if place and len(part.head) - place <= part.amounts else "L"

    def _head(self, part: Rows, widths: list[float]) -> None:
        self._cells(part, part.head, widths, 8.5, SOFT, bold=False)
        self.rule(self.get_y(), LINE, 0.4)

    def _row(self, part: Rows, row: Sequence[str], widths: list[float], *, bold: bool = False) -> None:
        self.ink(10, bold=bold)
        height = max(self.height_of(typeset(cell), width, 4.8) for cell, width in zip(row, widths, strict=True))
        if self.get_y() + height + 2 > HEIGHT - FOOT:
            self.add_page()
            self._head(part, widths)
        self._cells(part, row, widths, 10, INK, bold=bold)
        if not bold:
            self.rule(self.get_y())

    def _cells(
        self,
        part: Rows,
        row: Sequence[str],
        widths: list[float],
        size: float,
        colour: tuple[int, int, int],
        *,
        bold: bool,
    ) -> None:
        top, bottom, x = self.get_y() + 0.8, self.get_y(), MARGIN
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            self.set_y(top)
            self.ink(size, colour, bold=bold)
            if cell:
                self.text_at(x, width, 4.8, cell, align=self._align(part, place))
            bottom, x = max(bottom, self.get_y()), x + width
        self.set_y(bottom + 0.8)

    def bars(self, part: Bars) -> None:
        """A chart of use, read as what its `alt` says."""
        self.room(46)
        self.set_y(self.get_y() + 2)
        self.ink(9.5, bold=True)
        top, step = self.get_y(), min(14.0, INNER / max(1, len(part.bars)))
        with self.tagged("Figure", typeset(part.alt)):
            self.set_xy(MARGIN, top)
            self.cell(INNER, 5, typeset(part.caption))
            for place, (bar, height) in enumerate(
                zip(part.bars, heights([b.value for b in part.bars], 22), strict=True)
            ):
                x, low = MARGIN + place * step, top + 34
                self.set_fill_color(*(BLUE if place == len(part.bars) - 1 else BAR))
                if height:
                    self.rect(x + 1.5, low - height, step - 3, height, "F")
                self.ink(7.5, INK)
                self.set_xy(x - 2, low - height - 4.2)
                self.cell(step + 4, 4, f"{bar.value:,}", align="C")
                self.ink(7.5, SOFT)
                self.set_xy(x - 2, low + 0.8)
                self.cell(step + 4, 4, typeset(bar.label), align="C")
        self.set_y(top + 41)

    def signatures(self, part: Sign) -> None:
        """Lines to sign on, side by side."""
        self.room(34)
        y, width = self.get_y() + 22, (INNER - 10) / 2
        for place, line in enumerate(part.lines):
            x = MARGIN + (place % 2) * (width + 10)
            with self.artifact():
                self.set_draw_color(*INK)
                self.set_line_width(0.2)
                self.line(x, y, x + width, y)
            self.set_y(y + 1)
            self.ink(9, SOFT)
            self.text_at(x, width, 4.5, line)

    def stub(self, part: Stub) -> None:
        """At the foot of a page, so that it is torn off along one line."""
        top = HEIGHT - FOOT - STUB
        if self.get_y() > top:
            self.add_page()
        with self.artifact():
            self.set_draw_color(*SOFT)
            self.set_line_width(0.3)
            self.set_dash_pattern(dash=2, gap=1.5)
            self.line(MARGIN, top, WIDTH - MARGIN, top)
            self.set_dash_pattern()
        self.set_y(top + 1.5)
        self.ink(8, SOFT)
        self.text_at(MARGIN, INNER, 4, part.cut)
        self.set_y(top + 12)
        self.two_columns(part.to, part.rows)
