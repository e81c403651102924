"""One small HTTP question to another process of this machine."""

from __future__ import annotations

import asyncio
import contextlib


async def get(host: str, port: int, path: str, bound: int, cookie: str = "") -> tuple[int, bytes]:
    """Status and body of at most `bound` bytes, head included. Raises OSError, and ValueError for what is no answer.

    HTTP/1.0: the answer ends with the connection, whatever its encoding would have been. The deadline is the caller's.
    """
    if any(mark in path + cookie for mark in "\r\n ") or not (path + cookie).isascii():
        raise ValueError("neither a path nor a cookie is written so")
    reader, writer = await asyncio.open_connection(host, port, limit=bound)
    try:
        sent = f"Cookie: {cookie}\r\n" if cookie else ""
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n{sent}\r\n".encode("ascii"))
        whole = await reader.read(bound)
        while more := await reader.read(bound):
            whole += more
            if len(whole) > bound:
                raise ValueError("the answer is too long")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    head, _, body = whole.partition(b"\r\n\r\n")
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/1."):
        raise ValueError("the answer is no HTTP")
    return int(rest.partition(b" ")[0]), body
