from __future__ import annotations

import io
import re
from typing import Any

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from stormops.pages.words import LANGUAGES
from stormops.papers.document import Document, Head, Rows, Say
from stormops.papers.pdf import pdf, typeset
from tests.papers.city import customer, said, written


def read(body: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(body))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_says_what_the_paper_says_in_its_order(language: str) -> None:
    world, second, _ = customer(language)
    paper = written(world, "statement", second)
    found = squeezed("".join(page.extract_text() for page in read(pdf(paper)).pages))
    for line in said(paper).splitlines():
        if ";" not in line:  # a chart is drawn; its words are its alternative text
            assert squeezed(typeset(line)) in found, line


def test_the_same_paper_is_the_same_bytes_and_another_one_is_not() -> None:
    world, second, _ = customer()
    paper = written(world, "statement", second)
    assert pdf(paper) == pdf(paper)
    assert pdf(paper) != pdf(written(world, "statement", second, language="es"))
    assert pdf(paper) != pdf(paper, "Void")


def test_a_file_has_title_language_tags_and_embedded_fonts() -> None:
    world, second, _ = customer("es")
    body = pdf(written(world, "statement", second))
    document = read(body)
    root: Any = document.trailer["/Root"]
    assert root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert document.metadata.title == "Factura de servicios, Ada Núñez <b>O'Neil</b>"
    tree = [each.get_object() for each in root["/StructTreeRoot"]["/K"][0].get_object()["/K"]]
    tags = [str(each["/S"]) for each in tree]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 3
    assert tags.count("/Figure") == 2
    assert ["1,321 kWh" in each["/Alt"] for each in tree if "/Alt" in each] == [True, False]
    pages: Any = document.pages
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in inner


def test_no_word_of_a_customer_is_an_instruction_or_lost() -> None:
    assert typeset("Zoë \x00\x07 (a\\b) Nguyễn\u202e 山") == "Zoë (a\\b) Nguyễn ?"
    world, second, _ = customer()
    paper = written(world, "statement", second)
    hostile = "x) Tj ET\nBT /F1 99 Tf (\\"
    body = pdf(replace(paper, recipient=(hostile,)))
    assert squeezed(hostile) in squeezed(read(body).pages[0].extract_text())


def test_a_long_paper_goes_on_with_its_tables_head_on_every_page() -> None:
    rows = tuple((f"row {number}", f"${number}.00") for number in range(120))
    paper = Document(
        kind="statement",
        language="en",
        title="Long",
        city="Elm",
        sender=("Elm",),
        recipient=("Ada",),
        facts=(("Date", "today"), ("Account", "a1")),
        parts=(Head("Charges"), Rows("Charges", ("Name", "Sum"), rows), *(Say("word " * 200) for _ in range(6))),
        foot="Ask us",
        day="2026-09-01",
    )
    document = read(pdf(paper))
    texts = [page.extract_text() for page in document.pages]
    assert len(texts) > 3
    assert sum("Name" in text for text in texts) >= 3
    assert all(f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, 1))
    assert squeezed("row 119") in squeezed("".join(texts))
