"""The built dashboards' files: kept for ever where their name carries their hash, compressed once."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HASHED = re.compile(r"assets/.*-[\w-]{8,}\.\w+")
"""Names that the build gave a hash of the content: such a file never changes."""

COMPRESSIBLE = frozenset({".css", ".html", ".js", ".json", ".mjs", ".svg"})
GZIP_BYTES_LEAST = 2048

COMPRESSED_FILES_MAX = 200
"""Compressed files kept in memory, several times what a build has; beyond, files are sent as they are."""


class Built(StaticFiles):
    """Static files of one folder, which may not be there."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.config_checked = True  # a folder that is not there is an empty one: the pages say how to build it
        self._compressed: dict[str, bytes] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept; compressed for who takes that."""
        response = await super().get_response(path, scope)
        hashed = HASHED.fullmatch(path.replace("\\", "/")) is not None
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if not isinstance(response, FileResponse) or Path(path).suffix not in COMPRESSIBLE:
            return response
        response.headers["Vary"] = "Accept-Encoding"
        if "gzip" not in accepted or scope["method"] != "GET" or "range" in Headers(scope=scope):
            return response
        return await self._compress(response)

    async def _compress(self, response: FileResponse) -> Response:
        """The same answer, compressed at most once for each version of the file (its entity tag)."""
        key = f"{response.path}{response.headers['etag']}"
        body = self._compressed.get(key)
        if body is None:
            plain = await asyncio.to_thread(Path(response.path).read_bytes)
            if len(plain) < GZIP_BYTES_LEAST or len(self._compressed) >= COMPRESSED_FILES_MAX:
                return response
            body = self._compressed[key] = await asyncio.to_thread(gzip.compress, plain, 9)
        kept = ("cache-control", "vary", "etag", "last-modified")
        headers = {name: response.headers[name] for name in kept} | {"Content-Encoding": "gzip"}
        return Response(body, 200, headers, response.media_type)
