from __future__ import annotations

from pathlib import Path

import pytest

from stormops.handbook import PAGES

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run 'stormops docs' and commit the result"
