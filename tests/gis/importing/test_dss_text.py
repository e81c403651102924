from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.gis.importing.dss_text import Command, Scripts, Word, items, words
from stormops.gis.importing.refusal import ImportRefused

Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("New Line.a bus1=x.1.2", [("", "New"), ("", "Line.a"), ("bus1", "x.1.2")]),
        ("New Line.l(r:a-b) Units=km", [("", "New"), ("", "Line.l(r:a-b)"), ("units", "km")]),
        ("~ kvs=(7.2, 0.12) kVAs=[10 20]", [("", "~"), ("kvs", "7.2, 0.12"), ("kvas", "10 20")]),
        ("x { a b } 'c d' \"e f\"", [("", "x"), ("", "a b"), ("", "c d"), ("", "e f")]),
        ("kW= 0.69    pf = 0.97", [("kw", "0.69"), ("pf", "0.97")]),
        ("a, b\t,c", [("", "a"), ("", "b"), ("", "c")]),
        ("R1=1 2 // no", [("r1", "1"), ("", "2")]),
        ("R1=1!no", [("r1", "1")]),
        ("name='a!b//c' d ! e", [("name", "a!b//c"), ("", "d")]),
        ("%loadloss=.5", [("%loadloss", ".5")]),
        ("code=1P_UG_AL_1/0", [("code", "1P_UG_AL_1/0")]),
        ("monitoredobj=Line.fuse(r:a-b)u_1", [("monitoredobj", "Line.fuse(r:a-b)u_1")]),
        ("x=(1.05 0.8 3 * -", [("x", "1.05 0.8 3 * -")]),
        ("(a b) c", [("", "a b"), ("", "c")]),
        ("= = a", [("", "a")]),
        ("   ", []),
        ("! all", []),
    ],
)
def test_words(line: str, found: list[tuple[str, str]]) -> None:
    assert words(line) == [Word(*one) for one in found]


def test_items() -> None:
    assert items("7.2, 0.12  0.12") == ["7.2", "0.12", "0.12"]


@given(st.text(max_size=80))
def test_any_line_splits(line: str) -> None:
    for word in words(line):
        assert word.name == word.name.lower()


def run(master: Path, root: Path | None = None) -> list[Command]:
    return list(Scripts(root or master.parent, frozenset({"line"})).commands(master))


def test_follows_files_in_any_case_relative_to_the_one_that_says_so(write: Write) -> None:
    write("Parts/Lines.DSS", "New Line.a\nRedirect deep/more.dss\n")
    write("Parts/Deep/More.dss", "Redirect ../Side.dss")
    write("Parts/side.dss", "New Line.b")
    got = run(write("Master.dss", "Compile (parts\\lines.dss)\nSolve"))
    assert [(c.verb, c.file.name, c.row) for c in got] == [
        ("new", "Lines.DSS", 1),
        ("new", "side.dss", 1),
        ("solve", "Master.dss", 2),
    ]


def test_comments_blocks_and_continuations(write: Write) -> None:
    got = run(write("m.dss", "! c\n// c\n\n/* block\nNew Line.no\n*/\nNew Line.a\n~ bus1=b\nMore bus2=c\n~kv=7 x\n"))
    assert [(c.row, c.verb, c.words) for c in got] == [
        (7, "new", [Word("", "Line.a")]),
        (8, "more", [Word("bus1", "b")]),
        (9, "more", [Word("bus2", "c")]),
        (10, "more", [Word("kv", "7"), Word("", "x")]),
    ]


def test_other_classes_are_not_split(write: Write) -> None:
    (got,) = run(write("m.dss", 'New object="LineCode.x" rmatrix=(1 2 | 3)'))
    assert got.words == [Word("", "linecode.")]


def test_bytes_of_other_encodings_are_taken(tmp_path: Path) -> None:
    (tmp_path / "m.dss").write_bytes(b"! caf\xe9\nNew Line.a bus1=x\0\n")
    (got,) = run(tmp_path / "m.dss")
    assert got.words == [Word("", "Line.a"), Word("bus1", "x")]


@pytest.mark.parametrize(
    "name",
    ["../secret.dss", "/etc/hostname", "..\\..\\secret.dss", "link.dss", "C:\\master.dss", "sub/../../secret.dss"],
)
def test_never_leaves_the_folder(tmp_path: Path, write: Write, name: str) -> None:
    write("secret.dss", "New Line.secret")
    write("net/sub/x.dss", "")
    (tmp_path / "net/link.dss").symlink_to(tmp_path / "secret.dss")
    with pytest.raises(ImportRefused, match=r"outside the network's folder|does not exist") as refused:
        run(write("net/Master.dss", f"\nRedirect {name}"))
    assert refused.value.row == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Redirect none.dss", "does not exist: 'none.dss'"),
        ("Redirect", "names no file"),
        ("Compile m.dss", "in a ring"),
    ],
)
def test_refuses_what_it_cannot_follow(write: Write, text: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        run(write("m.dss", text))
