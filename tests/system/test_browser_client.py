"""Invariant 3 in the browser's client over a recording; `make bench-browser_client` makes it much longer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench.browser_client import AUDIENCES, holds


@pytest.mark.skipif(shutil.which("npx") is None, reason="needs node")
@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_browsers_client_holds_what_the_feed_holds(audience: str, tmp_path: Path) -> None:
    good, said = holds(audience, 3000, tmp_path)
    assert good, said
