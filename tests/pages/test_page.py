from __future__ import annotations

import base64
import hashlib
import re

import pytest

from stormops.pages.form import render_form
from stormops.pages.messages import FORM, render_messages
from stormops.pages.page import PageSettings, new_key, policy

SETTINGS = PageSettings(title="Palmetto", phone="850-555-0100", intake_url="http://i.test", feed_url="http://f.test")


@pytest.mark.parametrize("page", [render_form({}, {}, SETTINGS), render_messages(FORM, SETTINGS)])
def test_every_page_has_the_style_that_its_policy_allows_and_who_to_call(page: str) -> None:
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy(SETTINGS)
    assert '<a href="tel:850-555-0100">' in page
    assert page.count("<h1>") == page.count("<main>") == page.count("<title>") == 1


def test_keys_do_not_repeat() -> None:
    assert len({new_key() for _ in range(100)}) == 100
