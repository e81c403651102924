"""Text of strangers: without markup and what cannot be seen, with an end, and without costing anything."""

from __future__ import annotations

import time

import pytest

from stormops.transit.plain import LOOKED_AT_MAX, plain


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Route 4 detours", "Route 4 detours"),
        ("<p>Route&nbsp;4 <b>detours</b></p>\r\n<p>by Oak&#39;s</p>", "Route 4 detours by Oak's"),
        ("<script>alert(1)</script>Stop<style>p{}</style> 7", "Stop 7"),
        ("&lt;img src=x onerror=alert(1)&gt;Stop 7", "Stop 7"),
        ("delays < 10 min, 5 > 3", "delays < 10 min, 5 > 3"),
        ("a\x00b\u202ec\u200bd\ud800", "abcd"),
        ("<script>never ends", ""),
        ("Pa gen sèvis jodi a: kò a fèmen", "Pa gen sèvis jodi a: kò a fèmen"),
        ("", ""),
    ],
)
def test_what_is_read(given: str, read: str) -> None:
    assert plain(given, 100) == read


def test_it_is_cut_with_a_mark() -> None:
    assert plain("word " * 30, 12) == "word word w…"
    assert plain("x" * 12, 12) == "x" * 12
    assert plain(" " * LOOKED_AT_MAX + "more", 12) == "…"


@pytest.mark.parametrize("given", ["<script" * 400_000, "<!--" * 500_000, "&lt;" * 500_000, "<" * 2_000_000])
def test_nothing_that_is_sent_takes_long(given: str) -> None:
    began = time.process_time()
    plain(given, 100)
    assert time.process_time() - began < 1
