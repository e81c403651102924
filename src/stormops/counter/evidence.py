"""Files of evidence: kept once, by the SHA-256 of what is in them; given back as they came, never shown as a page."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

FILE_BYTES_MAX = 8 * 1024 * 1024
"""A scanned lease or a photograph; a longer file is refused."""

NAME = re.compile(r"[0-9a-f]{64}")


class NoEvidence(Exception):
    """The file is empty or too long."""


class Files:
    """Evidence in a folder of its own. Raises OSError when the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, body: bytes) -> str:
        """Keep a file; gives its hash. Raises NoEvidence."""
        if not 0 < len(body) <= FILE_BYTES_MAX:
            raise NoEvidence(f"A file has up to {FILE_BYTES_MAX // 2**20} MiB, and something in it.")
        name = hashlib.sha256(body).hexdigest()
        place = self._place(name)
        if not place.exists():
            place.parent.mkdir(0o700, parents=True, exist_ok=True)
            draft, at = tempfile.mkstemp(dir=place.parent)
            with os.fdopen(draft, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(at).replace(place)
        return name

    def get(self, name: str) -> bytes | None:
        """A file that was kept here; None when it was not, or the name is none."""
        if not NAME.fullmatch(name):
            return None
        try:
            return self._place(name).read_bytes()
        except FileNotFoundError:
            return None

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / name
