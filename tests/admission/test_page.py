from __future__ import annotations

import base64
import hashlib
import re

import pytest

from stormops.admission.gate import Reason
from stormops.admission.page import SECONDS_SAID_MAX, STYLE_POLICY, WORDS, page
from stormops.admission.refusal import TOLD


@pytest.mark.parametrize("reason", TOLD)
def test_every_refusal_is_said_in_every_language(reason: Reason) -> None:
    shown = page(reason, 5).decode()
    assert re.findall(r'<section lang="(\w\w)">', shown) == list(WORDS) == ["en", "es", "ht"]
    assert shown.count("<h1>") == shown.count("<main>") == 1
    assert shown.count(" 5 ") == len(WORDS)


def test_a_long_wait_is_said_in_minutes() -> None:
    assert "in 120 seconds" in page("full", SECONDS_SAID_MAX).decode()
    assert "in about 12 minutes" in page("suspended", 707).decode()


def test_the_policy_allows_the_style_that_stands_in_the_page_and_no_other() -> None:
    style = re.search(r"<style>(.*)</style>", page("full", 1).decode())
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" == STYLE_POLICY
