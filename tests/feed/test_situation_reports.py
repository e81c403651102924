from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from stormops.feed.situation_reports import SituationReports

OLD, NEW = "20260514T190000Z-12", "20260514T200000Z-99"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "secret.json").write_text("secret")
    for name in (OLD, NEW):
        (folder / f"{name}.html").write_text("<p>report</p>")
        (folder / f"{name}.json").write_text("{}")
    (folder / ".done-scheduled-1").touch()
    reads = SituationReports(folder)
    with TestClient(Starlette(routes=[Route("/r", reads.listed), Route("/r/{name:path}", reads.one)])) as made:
        yield made


def test_the_newest_report_comes_first(client: TestClient) -> None:
    assert client.get("/r").json() == {"reports": [NEW, OLD]}


def test_a_report_is_a_page_in_which_nothing_may_run(client: TestClient) -> None:
    answer = client.get(f"/r/{NEW}.html")
    assert answer.text == "<p>report</p>"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert client.get(f"/r/{NEW}.json").json() == {}


def test_a_report_is_in_the_language_asked_for_or_as_it_is(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "reports" / f"{NEW}.es.html").write_text("<p>informe</p>")
    assert client.get(f"/r/{NEW}.html?lang=es").text == "<p>informe</p>"
    assert client.get(f"/r/{NEW}.html", headers={"accept-language": "es-MX"}).text == "<p>informe</p>"
    assert client.get(f"/r/{NEW}.html?lang=en", headers={"accept-language": "es"}).text == "<p>report</p>"
    assert client.get(f"/r/{NEW}.html?lang=../../secret").text == "<p>report</p>"
    assert client.get(f"/r/{OLD}.html?lang=es").text == "<p>report</p>"
    assert client.get(f"/r/{NEW}.es.html").status_code == 404
    assert client.get("/r").json() == {"reports": [NEW, OLD]}


@pytest.mark.parametrize("name", ["../secret.json", "%2e%2e/secret.json", ".done-scheduled-1", "x.html"])
def test_nothing_else_is_given_out(client: TestClient, name: str) -> None:
    assert client.get(f"/r/{name}").status_code == 404


def test_before_the_first_report_the_list_is_empty(tmp_path: Path) -> None:
    reads = SituationReports(tmp_path / "none")
    with TestClient(Starlette(routes=[Route("/r", reads.listed)])) as client:
        assert client.get("/r").json() == {"reports": []}
