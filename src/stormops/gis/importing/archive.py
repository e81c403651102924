"""Archives (tar, zip), unpacked with suspicion: bounded, inside their folder, text files only."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from stormops.gis.importing.refusal import ImportRefused

MEMBERS_MAX = 50_000
"""Files and folders in one archive; the largest network known to us has 697."""

UNPACKED_BYTES_MAX = 2 * 1024**3
"""Bytes of an archive after unpacking."""

WANTED = (".dss", ".txt", ".csv", ".gz")
"""Endings of files that an importer reads; others are passed over (a script in an archive stays there)."""

_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
_CHUNK = 1 << 20


def is_archive(file: Path) -> bool:
    """Whether the file's name says that it is an archive."""
    return file.name.lower().endswith(_ENDINGS)


def unpack(file: Path, folder: Path) -> None:
    """Unpack the wanted members into the folder. Raises ImportRefused on a damaged or hostile archive."""
    try:
        members = _zip_members(file) if file.name.lower().endswith(".zip") else _tar_members(file)
        total = 0
        for count, (name, stream) in enumerate(members, 1):
            if count > MEMBERS_MAX:
                raise ImportRefused(file, f"has more than {MEMBERS_MAX} members")
            inside = _inside(file, name)
            if stream is None or inside.suffix.lower() not in WANTED:
                continue
            total += _copy(stream, folder / inside, file, UNPACKED_BYTES_MAX - total)
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError) as error:
        raise ImportRefused(file, f"the archive is damaged ({error})") from error
    except (OSError, NotImplementedError, RuntimeError) as error:  # encrypted or exotic zip; a full disk
        raise ImportRefused(file, f"cannot be unpacked ({error})") from error


def _tar_members(file: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Name and stream of each member (None for a folder), in the archive's order."""
    size = 0
    with tarfile.open(file, "r|*") as tar:
        for member in tar:
            if not (member.isreg() or member.isdir()):
                raise ImportRefused(file, f"member {member.name!r} is a link or a device, not a file")
            # Skipping a member still unpacks it, so its size counts before it is passed over.
            size += member.size
            if size > UNPACKED_BYTES_MAX:
                raise ImportRefused(file, f"unpacks to more than {UNPACKED_BYTES_MAX >> 20} MiB")
            yield member.name, tar.extractfile(member) if member.isreg() else None


def _zip_members(file: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Name and stream of each member (None for a folder), in the archive's order."""
    with zipfile.ZipFile(file) as whole:
        for info in whole.infolist():
            kind = (info.external_attr >> 16) & 0o170000
            if kind not in (0, 0o100000, 0o040000):
                raise ImportRefused(file, f"member {info.filename!r} is a link or a device, not a file")
            if info.is_dir():
                yield info.filename, None
                continue
            with whole.open(info) as stream:
                yield info.filename, stream


def _inside(file: Path, name: str) -> PurePosixPath:
    """The member's path below the folder. Raises ImportRefused when it leads out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise ImportRefused(file, f"member {name!r} leads out of the archive")
    return path


def _copy(stream: IO[bytes], target: Path, file: Path, room: int) -> int:
    """Copy a member and give its bytes. The bound holds for what comes out, whatever the archive declares."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("xb") as out:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > room:
                raise ImportRefused(file, f"unpacks to more than {UNPACKED_BYTES_MAX >> 20} MiB")
            out.write(chunk)
    return written
