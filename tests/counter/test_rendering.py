from __future__ import annotations

import pytest

from stormops.counter.rendering import asset, runs
from tests.counter.conftest import Desk, customer


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Find a customer"), ("es", "Buscar un cliente"), ("ht", "Chèche yon kliyan")]
)
async def test_a_page_is_in_the_readers_language_and_remembers_it(desk: Desk, language: str, word: str) -> None:
    answer = await desk.get("cashier", f"/counter?lang={language}")
    assert word in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert f"stormops_lang={language}" in answer.headers["set-cookie"]


async def test_nothing_of_others_runs_or_frames_a_page(desk: Desk) -> None:
    answer = await desk.get("cashier", "/counter")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert "style=" not in answer.text
    assert "onclick" not in answer.text


async def test_what_customers_said_is_text(desk: Desk) -> None:
    await customer(desk, name="<script>alert(1)</script>")
    answer = await desk.get("cashier", "/counter/accounts/a1")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_checks_are_offered_to_who_may_see_them(desk: Desk) -> None:
    assert 'href="/counter/reports"' in (await desk.get("manager", "/counter")).text
    assert 'href="/counter/reports"' not in (await desk.get("cashier", "/counter")).text


def test_only_our_own_files_are_served() -> None:
    assert asset("counter.css") is not None
    assert asset("../web.py") is None


def test_lines_of_a_formula_that_are_the_same_are_one() -> None:
    def line(name: str, value: str) -> dict[str, str]:
        return {"name": name, "formula": f"by {value}", "value": value}

    few = [line("a", "1"), line("b", "1"), line("c", "1"), line("d", "2")]
    assert runs(few) == few
    many = [line("first", "5"), *(line(f"h{n}", "0") for n in range(24)), line("sum", "5")]
    assert [each["name"] for each in runs(many)] == ["first", "h0 … h23 (× 24)", "sum"]
