"""The built dashboards' files as browsers and caches get them."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from stormops.feed import built as module
from stormops.feed.built import Built

SCRIPT = "export const area = 1;\n" * 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    for name in ("assets/index-Ii9G3Or1.js", "assets/report.js", "assets/maplibre-gl-worker-CZtFQQIV.mjs"):
        (tmp_path / "dist" / name).write_text(SCRIPT)
    (tmp_path / "dist" / "assets" / "small-AAAAAAAA.css").write_text("a{}")
    (tmp_path / "dist" / "assets" / "inter-Dx4kXJAl.woff2").write_bytes(b"\0" * 5000)
    return tmp_path / "dist"


@pytest.fixture
def client(folder: Path) -> httpx2.AsyncClient:
    app = Starlette(routes=[Mount("/", Built(folder))])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://feed")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("assets/index-Ii9G3Or1.js", "public, max-age=31536000, immutable"),
        ("assets/maplibre-gl-worker-CZtFQQIV.mjs", "public, max-age=31536000, immutable"),
        ("assets/inter-Dx4kXJAl.woff2", "public, max-age=31536000, immutable"),
        ("assets/report.js", "no-cache"),
    ],
)
async def test_what_carries_its_hash_is_kept_for_ever(client: httpx2.AsyncClient, path: str, kept: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == httpx2.codes.OK
    assert answer.headers["cache-control"] == kept
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == httpx2.codes.NOT_MODIFIED
    assert again.headers["cache-control"] == kept


async def test_scripts_are_compressed_once_for_who_takes_it(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    really = gzip.compress

    def compress(body: bytes, level: int) -> bytes:
        made.append(level)
        return really(body, level)

    monkeypatch.setattr(gzip, "compress", compress)
    path = "assets/index-Ii9G3Or1.js"
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    packed = [await client.get(path) for _ in range(3)]
    assert made == [9]
    assert "content-encoding" not in plain.headers
    assert {answer.headers["content-encoding"] for answer in packed} == {"gzip"}
    assert {answer.text for answer in (plain, *packed)} == {SCRIPT}
    assert int(packed[0].headers["content-length"]) < len(SCRIPT) / 10
    assert {answer.headers["vary"] for answer in (plain, *packed)} == {"Accept-Encoding"}
    assert {answer.headers["content-type"].partition(";")[0] for answer in (plain, *packed)} == {"text/javascript"}


async def test_a_changed_file_is_compressed_anew(client: httpx2.AsyncClient, folder: Path) -> None:
    first = await client.get("assets/report.js")
    (folder / "assets" / "report.js").write_text(SCRIPT.upper())
    second = await client.get("assets/report.js")
    assert second.text == first.text.upper()
    assert second.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", ["assets/small-AAAAAAAA.css", "assets/inter-Dx4kXJAl.woff2"])
async def test_what_would_not_gain_is_sent_as_it_is(client: httpx2.AsyncClient, path: str) -> None:
    assert "content-encoding" not in (await client.get(path)).headers


async def test_beyond_the_bound_files_are_sent_as_they_are(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMPRESSED_FILES_MAX", 1)
    assert "content-encoding" in (await client.get("assets/index-Ii9G3Or1.js")).headers
    assert "content-encoding" not in (await client.get("assets/report.js")).headers
    assert "content-encoding" in (await client.get("assets/index-Ii9G3Or1.js")).headers


@pytest.mark.parametrize(
    "path", ["../secret.txt", "%2e%2e/secret.txt", "assets/..%2f..%2fsecret.txt", "assets", "no.js"]
)
async def test_nothing_outside_is_given_out(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code in (httpx2.codes.NOT_FOUND, httpx2.codes.METHOD_NOT_ALLOWED)


async def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    app = Starlette(routes=[Mount("/", Built(tmp_path / "nowhere"))])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://feed") as client:
        assert (await client.get("index.html")).status_code == httpx2.codes.NOT_FOUND
