"""The matching benchmark: its accuracy bars on a sample, and that spoiling and matching share nothing."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stormops.core.matching import Matched, Matcher, NotMatched
from stormops.core.sentence import say
from tests.bench import corrupter, matching
from tests.bench.bars import Bars
from tests.bench.corrupter import WAYS, Address
from tests.bench.matching_sets import Asker, Query
from tests.core.matching_city import make_city

ROOT = Path(__file__).parents[2]
MATCHER_FILES = sorted(
    path for pattern in ("matching*.py", "address*.py") for path in (ROOT / "src/stormops/core").glob(pattern)
)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_spoiling_and_matching_share_no_table() -> None:
    """Neither imports the other, nor anything of this project that the other could import."""
    ours = {
        name
        for name in _imported(ROOT / "tests/bench/corrupter.py")
        if name.split(".")[0] in ("stormops", "tests", "geo")
    }
    assert ours == set()
    assert len(MATCHER_FILES) > 10
    for path in MATCHER_FILES:
        assert not any("corrupter" in name or name.startswith("tests") for name in _imported(path)), path


def _missed(bars: Bars) -> Bars:
    return {name: bar for name, bar in bars.items() if not bar[2]}


def test_accuracy_bars_on_a_small_demo_city(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = matching.demo(8_000)
    monkeypatch.setattr(matching, "demo", lambda: small)
    monkeypatch.setattr(matching, "chittenden", lambda: None)
    bars = matching.run(count=400, seed=7, misses_file=None, timed=False)
    assert _missed(bars) == {}
    assert "demo spoilt wrong %" in bars
    assert "Chittenden is absent" in capsys.readouterr().out


@pytest.mark.shared
def test_accuracy_bars_on_real_addresses(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (shared / "addresses-chittenden").is_dir()
    small = matching.demo(8_000)
    monkeypatch.setattr(matching, "demo", lambda: small)
    bars = matching.run(count=400, seed=7, misses_file=None, timed=False)
    assert _missed(bars) == {}
    assert "chittenden spoilt wrong %" in bars


@pytest.mark.parametrize("way", WAYS)
def test_every_way_spoils(way: str) -> None:
    """Each way changes what is said, keeps the digits of the house number, and is the same for the same seed."""
    address = Address("1207", "North Palmetto Ridge Street", "Apt 4", "South Alder", "FL", "34301")
    if way == "direction added":
        address = replace(address, street="Palmetto Ridge Street")
    spoil = WAYS[way][1]
    texts = set()
    for seed in range(30):
        spoilt = spoil(address, random.Random(seed))
        assert spoilt is not None
        assert spoilt == spoil(address, random.Random(seed))
        assert "1207" in spoilt.number
        texts.add(spoilt.text(random.Random(1)))
    assert any(text != address.text(random.Random(1)) for text in texts)


def test_ways_that_do_not_apply() -> None:
    bare = Address("5", "Oak")
    rng = random.Random(1)
    for way in (corrupter.drop_suffix, corrupter.wrong_suffix, corrupter.drop_direction, corrupter.drop_unit):
        assert way(bare, rng) is None
    assert corrupter.transpose_digits(Address("77", "Oak"), rng) is None
    assert corrupter.transpose_digits(Address("12", "Oak"), rng) == Address("21", "Oak")


def test_grading_is_honest() -> None:
    """A wrong house, a wrong unit and a match for what does not exist are wrong; silence about it is right."""
    asker = Asker(make_city(), "FL")
    home = ("101", "PALMETTO AVE", "ALDER")
    right, wrong = Matched(0, 0, "address", []), Matched(1, 0, "address", [])
    assert asker._verdict(Query("", home, "", []), right) == "right"
    assert asker._verdict(Query("", home, "", []), wrong) == "wrong"
    assert asker._verdict(Query("", home, "APT 9", []), right) == "wrong"
    assert asker._verdict(Query("", home, "", []), NotMatched(say("nothing_said"), [])) == "unmatched"
    assert asker._verdict(Query("", None, "", []), right) == "wrong"
    assert asker._verdict(Query("", None, "", []), NotMatched(say("nothing_said"), [])) == "right"


def test_a_guesser_fails_the_bars() -> None:
    """The bars can be missed: a matcher of another city gives wrong or no answers."""
    asker = Asker(make_city(), "FL")
    tally = asker.grade(Matcher(make_city([])), asker.well_formed(50, random.Random(1)))
    assert (tally.right, tally.unmatched) == (0, 50)
