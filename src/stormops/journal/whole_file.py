"""Small files that one process leaves for others: a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
from pathlib import Path


def leave(path: Path, body: bytes) -> None:
    """Put this file there as a whole. Raises OSError. It need not survive a power cut: its writer leaves it again."""
    made = path.with_suffix(f".{os.getpid()}.new")
    try:
        made.write_bytes(body)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


class LeftFile:
    """The reading side. It costs a `stat` while nothing has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0, 0)

    def changed(self) -> bytes | None:
        """What is there, when it is another file than was read last; else None. Raises OSError."""
        stat = self._path.stat()
        stamp = stat.st_mtime_ns, stat.st_size, stat.st_ino
        if stamp == self._stamp:
            return None
        body = self._path.read_bytes()
        self._stamp = stamp
        return body
