"""A secret that all doors of one data folder share, made on first need."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SECRET_BYTES = 32


def shared_secret(folder: Path, name: str = "senders.key") -> bytes:
    """The secret of this name, the same for every process however many ask first. Raises OSError."""
    path = folder / name
    try:
        return _whole(path)
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{name}.{secrets.token_hex(8)}"
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(SECRET_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(half, path)  # whole, and only if nobody was first
    except FileExistsError:
        pass
    finally:
        half.unlink()
    return _whole(path)


def _whole(path: Path) -> bytes:
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise OSError(f"{path.name} is damaged: it must hold {SECRET_BYTES} bytes")
    return secret
