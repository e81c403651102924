from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stormops.command import app

SAYS = CliRunner()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["city", "show", "nowhere"], "no city pack 'nowhere'"),
        (["city", "generate", "--name", "../away", "--packs", "PLACE"], "is no name for a city"),
        (["city", "import", "../away", "--packs", "PLACE"], "is no name for a city"),
        (["city", "import", "x", "--packs", "PLACE", "--addresses", "PLACE/missing.csv"], "nothing was written"),
        (["city", "generate", "--customers", "200", "--packs", "PLACE/file"], "cannot write packs in"),
        (["staff", "add", "Bad Name", "--data", "PLACE"], "begins with a letter"),
        (["staff", "add", "bob", "--role", "king", "--data", "PLACE"], "choose one of viewer"),
        (["staff", "add", "bob", "--data", "PLACE/file"], "cannot keep accounts in"),
        (["partner", "add", "Bad Name", "--may", "meters", "--data", "PLACE"], "small letters, digits and hyphens"),
        (["partner", "add", "bob", "--may", "everything", "--data", "PLACE"], "say what it may send"),
        (["partner", "add", "bob", "--may", "meters", "--data", "PLACE/file/data"], "cannot keep partners in"),
        (["up", "--city", "nowhere"], "no city pack 'nowhere'"),
        (["accounts", "generate", "--city", "nowhere"], "no city pack 'nowhere'"),
        (["accounts", "bill", "--as", "x", "--until", "y", "--cycle", "9", "--of", "8", "--password", "z"], "8 cycles"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_code_2(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = SAYS.invoke(app, [part.replace("PLACE", str(tmp_path)) for part in arguments], env={"COLUMNS": "400"})
    assert done.exit_code == 2, done.output
    said = " ".join(done.output.split())
    assert said.startswith("stormops: ")
    assert sentence in said
    assert not list(tmp_path.rglob("pack.json"))


def test_an_account_is_made_and_its_password_printed_once(tmp_path: Path) -> None:
    done = SAYS.invoke(app, ["staff", "add", "ann", "--role", "viewer", "--data", str(tmp_path / "data")])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("ann (viewer): ")
    assert len(done.output.split()[-1]) >= 12
    assert (tmp_path / "data" / "staff.sqlite").stat().st_mode & 0o077 == 0


def test_a_partner_is_made_and_its_token_printed_once(tmp_path: Path) -> None:
    done = SAYS.invoke(app, ["partner", "add", "head-end", "--may", "meters", "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert len(done.output.strip()) >= 43
    assert done.output.strip() not in (tmp_path / "secrets.toml").read_text()


def test_the_public_maps_rung_is_set_by_hand(tmp_path: Path) -> None:
    for rung in ("static", "auto"):
        done = SAYS.invoke(app, ["public-refresh", rung, "--data", str(tmp_path)])
        assert done.exit_code == 0
        assert (tmp_path / "public-refresh").read_text() == f"{rung}\n"
    assert SAYS.invoke(app, ["public-refresh", "hourly", "--data", str(tmp_path)]).exit_code == 2
    assert SAYS.invoke(app, ["public-refresh", "live", "--data", str(tmp_path / "none")]).exit_code == 2
