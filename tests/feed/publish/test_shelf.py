from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from stormops.feed.publish import shelf as shelf_module
from stormops.feed.publish.shelf import IMMUTABLE, MAP_PAGE, PAGE, POINTER, Shelf, cache_control, encoding_of
from stormops.feed.publish.store import Store
from tests.feed.publish.trees import Ticking

BODY = b'{"a":' + b"1" * 400 + b"}"
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}


class Served:
    def __init__(self, folder: Path) -> None:
        self.store = Store(folder, Ticking())
        self.shelf = Shelf(folder, PAGE_HEADERS, ["en", "es"])
        app = Starlette(routes=[Route("/public/{path:path}", self.shelf.endpoint)])
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x")

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(f"/public/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(tmp_path)


async def test_each_coding_is_sent_as_it_lies_on_disk_with_a_tag_of_its_own(served: Served) -> None:
    name = served.store.keep(BODY, "json")
    tags = set()
    for accepted, coding, decode in (
        ("br, gzip", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
    ):
        async with served.client.stream("GET", f"/public/{name}", headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == coding
        assert decode(raw) == BODY
        assert answer.headers["cache-control"] == IMMUTABLE
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-length"] == str(len(raw))
        assert answer.headers["access-control-allow-origin"] == "*"
        tags.add(answer.headers["etag"])
        same = await served.get(name, accept_encoding=accepted, if_none_match=f'"x", {answer.headers["etag"]}')
        assert same.status_code == 304
        assert not same.content
        assert same.headers["cache-control"] == IMMUTABLE
    assert len(tags) == 3


async def test_pages_carry_the_headers_of_pages(served: Served) -> None:
    served.store.put("en/index.html", BODY)
    answer = await served.get("en/index.html")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["cache-control"] == PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["no.json", "../secrets.toml", "f/../a.json", ".publisher.lock", "f/.draft-1", "a.exe", "en", "", "a.json.gz"],
)
async def test_nothing_but_the_trees_files_is_served(served: Served, tmp_path: Path, path: str) -> None:
    (tmp_path / "secrets.toml").write_text("x")
    (tmp_path / ".publisher.lock").write_text("x")
    (tmp_path / "a.exe").write_text("x")
    served.store.put("a.json", BODY)
    assert await served.shelf._book("a.json") is not None
    assert await served.shelf._book(path) is None
    assert (await served.get("no.json")).status_code == 404


async def test_an_incident_that_is_none_says_that_it_is_not_listed(served: Served) -> None:
    served.store.put("es/gone.html", b"<p>ya no</p>")
    answer = await served.get("es/incident/0123456789abcdef.html")
    assert (answer.status_code, answer.text) == (404, "<p>ya no</p>")
    assert (await served.get("fr/incident/0123456789abcdef.html")).status_code == 404


async def test_a_file_is_at_hand_once_it_was_read_and_then_without_a_task(served: Served) -> None:
    served.store.put("current.json", BODY)
    assert served.shelf.at_hand(b"/public/current.json", []) is None
    await served.get("current.json")
    ready = served.shelf.at_hand(b"/public/current.json", [(b"accept-encoding", b"br;q=0, gzip;q=0.5")])
    assert ready is not None
    assert ready.status == b"200 OK"
    assert gzip.decompress(ready.body) == BODY
    assert f"Cache-Control: {POINTER}\r\n".encode() in ready.lines
    assert b"Content-Length: %d\r\n" % len(ready.body) in ready.lines
    tag = next(line for line in ready.lines.split(b"\r\n") if line.startswith(b"ETag: "))[6:]
    same = served.shelf.at_hand(b"/public/current.json", [(b"accept-encoding", b"gzip"), (b"if-none-match", tag)])
    assert same is not None
    assert (same.status, same.body) == (b"304 Not Modified", b"")
    assert served.shelf.at_hand(b"/public/current.json?x=1", []) is None
    assert served.shelf.at_hand(b"/public/current.json", [(b"range", b"bytes=0-1")]) is None


async def test_a_newer_file_is_found_and_one_that_went_is_gone(served: Served) -> None:
    served.store.put("current.json", BODY)
    assert (await served.get("current.json")).content == BODY
    served.store.put("current.json", b"{}")
    await served.shelf.look()
    assert (await served.get("current.json")).content == b"{}"
    served.store.drop("current.json")
    await served.shelf.look()
    assert (await served.get("current.json")).status_code == 404


async def test_the_map_page_at_the_root_is_in_the_readers_language(served: Served) -> None:
    for language in ("en", "es"):
        served.store.put(f"{language}/map.html", f"<html lang={language}>".encode())
    assert served.shelf.at_hand(b"/", []) is None
    await served.shelf.look()
    asked: tuple[tuple[list[tuple[bytes, bytes]], bytes], ...] = (
        ([], b"en"),
        ([(b"accept-language", b"es-MX,en;q=0.5")], b"es"),
        ([(b"accept-language", b"es"), (b"cookie", b"a=b; stormops_lang=en")], b"en"),
    )
    for headers, expected in asked:
        for _ in range(2):  # chosen, and remembered
            ready = served.shelf.at_hand(b"/", list(headers))
            assert ready is not None
            assert ready.body == b"<html lang=%b>" % expected
            assert b"Vary: Accept-Encoding, Accept-Language, Cookie" in ready.lines
    assert served.shelf.at_hand(b"/?lang=es", []) is None
    assert cache_control("en/map.html") == MAP_PAGE


async def test_the_shelf_is_bounded(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "SHELF_BYTES_MAX", 500)
    monkeypatch.setattr(shelf_module, "CHOICES_MAX", 3)
    names = [served.store.keep(b"%d" % at * 200, "txt") for at in range(5)]
    for at, name in enumerate(names):
        assert (await served.get(name, accept_encoding=f"x{at}")).status_code == 200
    held = [name for name in names if served.shelf.at_hand(f"/public/{name}".encode(), [])]
    assert held == names[-2:]


async def test_large_files_go_the_usual_way(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "AT_HAND_BYTES_MAX", 100)
    name = served.store.keep(BODY, "json")
    assert (await served.get(name, accept_encoding="identity")).content == BODY
    assert served.shelf.at_hand(f"/public/{name}".encode(), []) is None


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("", ""), ("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0", "gzip"), ("br;q=0", ""), ("*", "br"), ("*;q=x", "")],
)
def test_the_best_coding_that_is_taken(accepted: str, coding: str) -> None:
    assert encoding_of(accepted) == coding


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("current.json", r"    /public/current\.json "),
        ("map/streets.geojson", r"    ~\^/public/\(map/\S+ "),
        ("en/map.html", r"    ~\^/public/\[a-z\]\+/map\S+ "),
        ("en/index.html", r"    default "),
    ],
)
def test_the_web_servers_configuration_says_the_same(name: str, pattern: str) -> None:
    shipped = (Path(__file__).parents[3] / "deploy/nginx/stormops.conf").read_text()
    table = shipped.partition("map $uri $stormops_cache {")[2].partition("\n}")[0]
    assert re.search(rf'^{pattern}"{re.escape(cache_control(name))}";$', table, re.MULTILINE), (name, table)


def test_the_web_servers_configuration_says_of_files_named_by_content_that_they_never_change() -> None:
    shipped = (Path(__file__).parents[3] / "deploy/nginx/stormops.conf").read_text()
    place = shipped.partition("location ^~ /public/f/ {")[2].partition("}")[0]
    assert f'add_header Cache-Control "{cache_control("f/0123.json")}";' in place
