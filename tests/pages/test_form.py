from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from stormops.core.report import Report, Symptom
from stormops.pages.form import ORDER, render_form
from stormops.pages.page import PageSettings, new_key, policy

SETTINGS = PageSettings(
    title="Palmetto <Springs>", phone="850-555-0100", intake_url="http://i.test", feed_url="http://f.test"
)


def test_every_symptom_can_be_chosen() -> None:
    assert sorted(ORDER) == sorted(Symptom)
    page = render_form({"key": new_key()}, {}, SETTINGS)
    assert set(re.findall(r'name="symptom" value="(\w+)"', page)) == {s.value for s in Symptom}


def test_danger_comes_before_everything_that_is_asked() -> None:
    page = render_form({}, {}, SETTINGS)
    assert page.index("call 911") < page.index("<form")
    assert page.index("Danger") < page.index("Electricity")
    assert "25 feet (8 m)" in page


def test_every_field_has_a_label_and_every_name_is_a_reports() -> None:
    page = render_form({}, {}, SETTINGS)
    ids = set(re.findall(r'<(?:input|textarea)[^>]* id="(\w+)"', page))
    assert ids - {"medical"} <= set(re.findall(r'<label for="(\w+)"', page))
    names = set(re.findall(r'name="(\w+)"', page)) - {"viewport", "key", "lang"}
    assert names - {"color"} <= set(Report.__struct_fields__)


def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    page = render_form({}, {"address": "wrong"}, SETTINGS, trouble="")
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!#|tel:|http://f\.test/)', page)
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy(SETTINGS)
    assert "http://i.test http://f.test" in policy(SETTINGS)


@given(st.dictionaries(st.sampled_from(["address", "note", "phone", "key", "latitude"]), st.text(max_size=50)))
def test_whatever_was_typed_cannot_become_markup(values: dict[str, str]) -> None:
    page = render_form(values, {"address": values.get("note", "x")}, SETTINGS)
    plain = render_form({}, {"address": "x"}, SETTINGS)
    tags = [re.findall(r"<(\w+)", p.partition("</style>")[2]) for p in (page, plain)]
    added = len(tags[0]) - len(tags[1])
    assert added == (1 if values.get("latitude") else 0)


@pytest.mark.parametrize("name", ["address", "landmark", "account", "phone", "meter", "symptom", "note", "callback"])
def test_an_error_stands_beside_its_field_and_is_announced_with_it(name: str) -> None:
    page = render_form({}, {name: "Say it otherwise."}, SETTINGS)
    assert f'id="{name}-error">Say it otherwise.' in page
    field = re.search(rf'<\w+[^>]* id="{name}"[^>]*>', page)
    assert field is not None
    assert 'aria-invalid="true"' in field.group()
    assert f'{name}-error"' in field.group()
    assert 'role="alert"' in page


def test_without_errors_nothing_is_marked() -> None:
    page = render_form({"address": "1 Main"}, {}, SETTINGS).partition("</style>")[2]
    assert "aria-invalid" not in page
    assert 'role="alert"' not in page
    assert "Palmetto &lt;Springs&gt;" in page


def test_a_report_that_could_not_be_saved_is_said_so_on_top() -> None:
    page = render_form({}, {}, SETTINGS, trouble="busy")
    assert "not saved yet" in page
    assert page.index("not saved yet") < page.index("<form")


@pytest.mark.parametrize(("language", "title"), [("es", "Reportar un corte o un peligro"), ("ht", "Rapòte yon pàn")])
def test_it_speaks_the_readers_language_and_offers_the_others(language: str, title: str) -> None:
    page = render_form({}, {}, replace(SETTINGS, language=language, languages=("en", "es", "ht")))
    assert f'<html lang="{language}">' in page
    assert title in page
    assert "Choose" not in page
    assert f'name="lang" value="{language}"' in page
    assert re.findall(r'hreflang="(\w+)"', page) == ["en", "es", "ht"]
    assert re.findall(r'hreflang="(\w+)" aria-current', page) == [language]


def test_one_language_needs_no_switch() -> None:
    assert "hreflang" not in render_form({}, {}, SETTINGS)


def test_the_mode_is_said_unless_the_day_is_normal() -> None:
    assert 'data-mode="storm"' in render_form({}, {}, SETTINGS, mode="storm")
    for mode in ("normal", "", "<b>"):
        assert "data-mode=" not in render_form({}, {}, SETTINGS, mode=mode).partition("</style>")[2]
