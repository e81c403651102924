"""Map layers: made once, compressed once, revalidated; and what is for staff stays with staff."""

from __future__ import annotations

import asyncio
import gzip

import httpx2
import msgspec
import pytest
from starlette.requests import Request

from stormops.feed.maps import DESK_LAYERS, PUBLIC_LAYERS, MapLayers
from tests.feed.served import Feed


@pytest.mark.parametrize("name", [*PUBLIC_LAYERS, *DESK_LAYERS])
def test_a_layer_is_geojson_with_a_tag_that_revalidates(feed: Feed, name: str) -> None:
    staff = name in DESK_LAYERS
    with feed.client(staff=staff) as client:
        first = client.get(f"/api/v1/map/{name}.geojson")
        plain = client.get(f"/api/v1/map/{name}.geojson", headers={"Accept-Encoding": "identity"})
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(f"/api/v1/map/{name}.geojson", headers={"If-None-Match": known})
            assert again.status_code == httpx2.codes.NOT_MODIFIED
            assert again.content == b""
        changed = client.get(f"/api/v1/map/{name}.geojson", headers={"If-None-Match": '"other"'})
    assert first.headers["content-type"] == "application/geo+json"
    assert first.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert first.content == plain.content == changed.content
    assert first.json()["type"] == "FeatureCollection"
    assert first.headers["cache-control"].startswith("private" if staff else "public")
    assert first.headers["vary"] == "Accept-Encoding"


def asking(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


async def test_a_layer_is_made_once_however_many_ask_at_once() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return msgspec.json.encode({"type": "FeatureCollection", "features": []})

    layers = MapLayers({"streets": make})
    answers = await asyncio.gather(
        *(layers.respond(asking(accept_encoding="gzip"), "streets", "public") for _ in "abc")
    )
    assert made == [1]
    assert len({gzip.decompress(bytes(answer.body)) for answer in answers}) == 1


async def test_an_unknown_layer_is_an_error() -> None:
    with pytest.raises(KeyError):
        await MapLayers({}).layer("secrets")
