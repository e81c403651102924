from __future__ import annotations

import re

from stormops.papers.html import Link, css, heights, page
from tests.papers.city import customer, said, written


def test_a_page_has_every_text_of_the_paper_and_no_markup_of_a_customer() -> None:
    world, second, _ = customer()
    paper = written(world, "statement", second)
    text = page(paper, "/paper.css", [Link("/x?a=1&b=2", "PDF <now>")])
    assert "<b>O'Neil" not in text
    assert "Ada Núñez &lt;b&gt;O&#39;Neil&lt;/b&gt;" in text
    plain = re.sub(r"<[^>]+>", "\n", text).replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
    for line in said(paper).splitlines():
        assert line in plain or line in text.replace("&#39;", "'"), line
    assert '<html lang="en">' in text
    assert 'href="/x?a=1&amp;b=2"' in text
    assert " style=" not in text
    assert "<script" not in text


def test_a_chart_is_said_in_words_and_drawn_in_proportion() -> None:
    assert heights([0, 50, 100], 80) == [0, 40, 80]
    assert heights([0, 0], 80) == [0, 0]
    assert heights([], 80) == []
    world, second, _ = customer()
    text = page(written(world, "statement", second), "")
    assert 'role="img" aria-label="Electric by month (kWh): July 2026: 1,000 kWh;' in text


def test_what_was_withdrawn_says_so_above_all() -> None:
    world, second, _ = customer()
    paper = written(world, "statement", second)
    assert "Void" not in page(paper, "")
    assert page(paper, "", void="Void: withdrawn").index("Void") < page(paper, "").index("Palmetto Springs</b>") + 200


def test_the_style_prints_on_letter_paper() -> None:
    assert b"@media print" in css()
    assert b"size: letter" in css()
