import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from stormops.gis.importing import archive
from stormops.gis.importing.archive import is_archive, unpack
from stormops.gis.importing.refusal import ImportRefused


def tar(path: Path, members: list[tarfile.TarInfo], data: bytes = b"text") -> Path:
    mode: Any = f"w:{path.suffix[1:]}"  # typeshed knows the modes one by one
    with tarfile.open(path, mode) as out:
        for member in members:
            member.size = len(data) if member.isreg() else 0
            out.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["a.tar.xz", "a.tar.gz", "a.tar.bz2", "a.zip"])
def test_unpacks_wanted_files(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    if name.endswith("zip"):
        with zipfile.ZipFile(file, "w") as out:
            out.writestr("net/Master.dss", "text")
            out.writestr("net/run.py", "text")
    else:
        tar(file, [tarfile.TarInfo("net/Master.dss"), tarfile.TarInfo("net/run.py")])
    assert is_archive(file)
    unpack(file, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").rglob("*") if p.is_file()] == ["Master.dss"]
    assert (tmp_path / "out/net/Master.dss").read_text() == "text"


@pytest.mark.parametrize("name", ["../out.dss", "/etc/out.dss", "a/../../out.dss", "..\\out.dss", "C:\\out.dss"])
@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_refuses_to_leave_the_folder(tmp_path: Path, name: str, kind: str) -> None:
    file = tmp_path / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as out:
            out.writestr(name, "text")
    else:
        tar(file, [tarfile.TarInfo(name)])
    with pytest.raises(ImportRefused, match="leads out of the archive"):
        unpack(file, tmp_path / "in" / "out")
    assert not list(tmp_path.rglob("*.dss"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_refuses_links_and_devices(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("link.dss")
    member.type, member.linkname = kind, "/etc/hostname"
    with pytest.raises(ImportRefused, match="link or a device"):
        unpack(tar(tmp_path / "a.tar.gz", [member]), tmp_path / "out")


def test_refuses_a_link_in_a_zip(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.dss")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr(info, "/etc/hostname")
    with pytest.raises(ImportRefused, match="link or a device"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_refuses_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_BYTES_MAX", 2 << 20)
    zeros = b"\0" * (3 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("big.dss", zeros)
    skipped = tar(tmp_path / "a.tar.xz", [tarfile.TarInfo("passed-over.bin")], zeros)
    for file in (tmp_path / "a.zip", skipped):
        assert file.stat().st_size < 1 << 16
        with pytest.raises(ImportRefused, match="unpacks to more than 2 MiB"):
            unpack(file, tmp_path / "out")


def test_refuses_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBERS_MAX", 2)
    file = tar(tmp_path / "a.tar.gz", [tarfile.TarInfo(f"{i}.dss") for i in range(3)])
    with pytest.raises(ImportRefused, match="more than 2 members"):
        unpack(file, tmp_path / "out")


@pytest.mark.parametrize("name", ["a.tar.xz", "a.tar.gz", "a.zip", "a.tar"])
def test_refuses_what_is_no_archive(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is not an archive " * 50)
    with pytest.raises(ImportRefused, match="damaged"):
        unpack(tmp_path / name, tmp_path / "out")


def test_refuses_the_same_member_twice(tmp_path: Path) -> None:
    file = tar(tmp_path / "a.tar.gz", [tarfile.TarInfo("a.dss"), tarfile.TarInfo("a.dss")])
    with pytest.raises(ImportRefused, match="cannot be unpacked"):
        unpack(file, tmp_path / "out")
