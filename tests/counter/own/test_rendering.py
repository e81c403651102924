from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request

from stormops.core.levels import Mode
from stormops.counter.own.rendering import Pages
from stormops.pages.page import PageSettings
from tests.counter.own.conftest import Own

TEMPLATES = Path(__file__).parents[3] / "src/stormops/counter/own/templates"
SETTINGS = PageSettings(title="P", phone="1", intake_url="http://i", feed_url="http://f", languages=("en", "es", "ht"))


def shown(mode: Mode, url: str = "http://own", query: bytes = b"") -> str:
    pages = Pages(SETTINGS, url, ZoneInfo("UTC"), lambda: mode)
    scope = {"type": "http", "method": "GET", "path": "/account", "query_string": query, "headers": []}
    body = pages.page(Request(scope), None, "sign_in.html", v={}, wrong="", way="text").body
    return bytes(body).decode()


def test_a_page_says_how_its_functions_are_served_in_the_mode() -> None:
    assert 'class="mode-said"' not in shown(Mode.NORMAL)
    storm = shown(Mode.STORM, query=b"lang=es")
    assert "Las facturas no se muestran" in storm
    assert "may be entered in your account later" in shown(Mode.ISLAND)


async def test_a_page_runs_nothing_and_is_framed_by_nobody(own: Own) -> None:
    await own.enter()
    for path in ("/account", "/account/bills", "/account/arrangement", "/account/requests"):
        answer = await own.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        assert not re.search(r"<[^>]+\sstyle=", answer.text)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_speaks_a_language_by_itself(path: Path) -> None:
    text = re.sub(r"\{[%#{].*?[%#}]\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r">[^<>]*[A-Za-z]{3,}[^<>]*<", text)
