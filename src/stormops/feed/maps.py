"""The city's map layers as GeoJSON: made once from the pack, compressed once, revalidated by ETag."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from stormops.core.area import Areas
from stormops.core.network import City, Tree
from stormops.gis import basemap

PUBLIC_LAYERS = ("streets", "ground", "landmarks", "areas")
DESK_LAYERS = ("network", "devices")

FRESH_SECONDS = 300
"""How long a browser may use a layer without asking again; after that it revalidates."""


class Layer(NamedTuple):
    """One layer, compressed, with its entity tag."""

    gzipped: bytes
    etag: str


class MapLayers:
    """Layers by name; each is made at its first request, on a thread, and kept (they never change)."""

    def __init__(self, makers: Mapping[str, Callable[[], bytes]]) -> None:
        self._makers = makers
        self._made: dict[str, Layer] = {}
        self._making: dict[str, asyncio.Lock] = {name: asyncio.Lock() for name in makers}

    async def layer(self, name: str) -> Layer:
        """The layer. KeyError for an unknown name."""
        async with self._making[name]:
            made = self._made.get(name)
            if made is None:
                made = self._made[name] = await asyncio.to_thread(_make, self._makers[name])
            return made

    async def respond(self, request: Request, name: str, scope: str) -> Response:
        """The layer as an answer; `scope` is "public" or "private" (may a shared cache keep it)."""
        layer = await self.layer(name)
        headers = {
            "ETag": layer.etag,
            "Cache-Control": f"{scope}, max-age={FRESH_SECONDS}, must-revalidate",
            "Vary": "Accept-Encoding",
        }
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if layer.etag in known or "*" in known:
            return Response(None, 304, headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(layer.gzipped, 200, headers | {"Content-Encoding": "gzip"}, "application/geo+json")
        plain = await asyncio.to_thread(gzip.decompress, layer.gzipped)
        return Response(plain, 200, headers, "application/geo+json")


def layers_of(city: City, tree: Tree, areas: Areas) -> MapLayers:
    """The layers of one city."""
    return MapLayers(
        {
            "streets": lambda: basemap.streets(city),
            "ground": lambda: basemap.ground(city),
            "landmarks": lambda: basemap.landmarks(city),
            "areas": lambda: basemap.areas_geojson(areas, city),
            "network": lambda: basemap.network(city, tree),
            "devices": lambda: basemap.devices(city, tree),
        }
    )


def _make(maker: Callable[[], bytes]) -> Layer:
    body = maker()
    return Layer(gzip.compress(body, 6, mtime=0), f'"{hashlib.sha256(body).hexdigest()[:20]}"')
