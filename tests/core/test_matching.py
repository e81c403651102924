"""The matcher as the rest of the platform uses it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.matching import Matched, Matcher, NotMatched
from stormops.core.matching_answer import BAR, CANDIDATES, WORST
from stormops.core.report import Report, Symptom
from tests.core.english import all_english, english
from tests.core.matching_city import HOUSES, House, degrees, make_city, point, report, row

MATCHER = Matcher(make_city())
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("said", "premise", "rule"),
    [
        ({"service_point": "E-P0"}, 0, "service_point"),
        ({"meter": "m1"}, 0, "meter"),
        ({"account": "a 100 7"}, 0, "account"),
        ({"phone": "(850) 555-0102"}, 1, "phone"),
        ({"address": "103 palmeto"}, 1, "address"),
        ({"address": "200 Garden Blvd"}, row("200", "Garden Blvd", "Apt 1"), "address_building"),
        ({"landmark": "alder hospital general"}, row("1", "Hospital Dr"), "landmark"),
        ({"address": "Palmetto Ave & N Main St"}, 0, "intersection"),
        (point(30, 22), 1, "coordinates"),
        (point(800, 1), row("200", "Garden Blvd", "Apt 1"), "coordinates_building"),
    ],
)
def test_every_rule(said: dict[str, Any], premise: int, rule: str) -> None:
    answer = MATCHER.match(report(**said))
    assert isinstance(answer, Matched)
    assert (answer.premise, answer.rule) == (premise, rule)
    assert answer.reasons


@pytest.mark.parametrize("field", ["service_point", "meter", "account", "phone", "landmark"])
def test_what_is_not_known_is_said_to_be(field: str) -> None:
    answer = MATCHER.match(report(**{field: "0000000"}))
    assert isinstance(answer, NotMatched)
    assert (english(answer.why), answer.candidates) == (f"{field.replace('_', ' ')} is not known", [])


def test_a_point_out_of_reach_names_the_nearest() -> None:
    answer = MATCHER.match(report(**point(2300, 100)))
    assert isinstance(answer, NotMatched)
    assert english(answer.why) == "no premise within 60 m of the point"
    assert answer.candidates[0].premise == row("15", "Brook Ln")
    assert all_english(answer.candidates[0].reasons) == ["100 m from the point"]


def test_a_point_between_two_transformers_is_not_guessed() -> None:
    matcher = Matcher(
        make_city([House(0, 0, "1", "A"), House(60, 0, "2", "A", transformer=1), House(500, 0, "3", "A")])
    )
    answer = matcher.match(report(**point(30.5, 0)))
    assert isinstance(answer, NotMatched)
    assert english(answer.why) == "several houses are equally near to the point"
    assert [c.premise for c in answer.candidates] == [1, 0]
    near = matcher.match(report(**point(20, 0)))
    assert isinstance(near, Matched)


def test_a_point_costs_by_its_distance() -> None:
    answers = [MATCHER.match(report(**point(400, -metres))) for metres in (0, 10, 55)]
    assert [a.penalty for a in answers if isinstance(a, Matched)] == pytest.approx([0, 300, 1650], abs=15)


reports = st.builds(
    Report,
    symptom=st.just(Symptom.LIGHTS_OUT),
    account=st.none() | st.sampled_from(["A1007", "A1009", "", "zz"]),
    phone=st.none() | st.sampled_from(["8505550101", "8505550103", "1"]),
    address=st.none()
    | st.sampled_from([f"{h.number} {h.street} {h.unit}" for h in HOUSES])
    | st.text(max_size=60)
    | st.builds("{} {}".format, st.integers(0, 500), st.sampled_from(["Palmeto", "Oak St, Birch", "Main", "& Oak"])),
    landmark=st.none() | st.sampled_from(["Palmetto Park", "Alder General Hospital"]) | st.text(max_size=30),
)
with_points = st.builds(
    lambda one, at: one if at is None else Report(**{f: getattr(one, f) for f in one.__struct_fields__} | point(*at)),
    reports,
    st.none() | st.tuples(st.floats(-100, 5100), st.floats(-300, 300)),
)


@given(st.lists(with_points, max_size=8))
@settings(max_examples=120, deadline=None)
def test_many_at_once_are_each_one(some: list[Report]) -> None:
    """Batches give the single answers, every answer keeps the contract, and asking again changes nothing."""
    answers = MATCHER.match_many(some)
    assert answers == [MATCHER.match(one) for one in some]
    for answer in answers:
        if isinstance(answer, Matched):
            assert 0 <= answer.premise < len(HOUSES)
            assert 0 <= answer.penalty <= BAR
            assert answer.reasons
        else:
            assert answer.why
            assert len(answer.candidates) <= CANDIDATES
            assert answer.candidates == sorted(answer.candidates, key=lambda c: (c.penalty, c.premise))
            assert all(0 <= c.penalty <= WORST and c.reasons for c in answer.candidates)


HOSTILE = [
    "'; DROP TABLE premises; --",
    "\u202e12 Oak St\u202c",
    "١٢ شارع النخيل",
    "🏠" * 100,
    "A" * 200,
    "1 " * 100,
    "12 " + "St " * 66,
    "12 " + "Oak & " * 30,
    "12," * 66,
    "#" * 200,
    "-" * 200,
    "1/2" * 66,
    "12 " + "N S E W " * 24,
    "\x00\x01\x02\x7f" * 50,
    "12 " + "Alder " * 33,
    "APT " * 50,
    "99999999999999999999 Oak St",
    "12 Oak St" + "\n" * 190,
    "%s%n{}{0}" * 20,
    "12 " + "PALMETTO" * 24,
    "\ufdfa" * 200,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_take_no_longer_than_a_blink(text: str) -> None:
    best = 1.0
    for _ in range(3):
        start = time.process_time()
        answer = MATCHER.match_address(text)
        best = min(best, time.process_time() - start)
        MATCHER.match(report(account=text[:200], phone=text[:200], meter=text[:200], landmark=text[:200]))
    assert best < 0.05
    assert isinstance(answer, NotMatched | Matched)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    MATCHER.match_address(text)
    MATCHER.match_address(f"12 {text}")
    MATCHER.match(report(landmark=text, account=text, service_point=text))


@given(st.integers(0, len(HOUSES) - 1), st.floats(-30, 30), st.floats(-30, 30))
@settings(max_examples=60, deadline=None)
def test_nearest_of_the_matcher(premise: int, dx: float, dy: float) -> None:
    house = HOUSES[premise]
    if np.isnan(house.x):
        return
    lon, lat = degrees(house.x + dx, house.y + dy)
    found, metres = MATCHER.nearest(lon, lat)
    rows, away = MATCHER.nearest_many(np.array([lon]), np.array([lat]))
    assert (found, pytest.approx(metres, abs=1e-6)) == (rows[0], away[0])
    assert metres <= np.hypot(dx, dy) + 0.1


def test_an_empty_city_matches_nothing() -> None:
    matcher = Matcher(make_city([]))
    for said in ({"address": "12 Oak St"}, {"phone": "8505550101"}, {"landmark": "Palmetto Park"}, point(0, 0)):
        assert isinstance(matcher.match(report(**said)), NotMatched)
    assert matcher.match_many([]) == []


def test_the_answer_depends_on_no_hash_order() -> None:
    """The same questions in processes with other hash seeds give the same answers, to the letter."""
    code = (
        "from stormops.core.matching import Matcher\n"
        "from tests.core.matching_city import make_city, HOUSES\n"
        "m = Matcher(make_city())\n"
        "texts = [f'{h.number} {h.street} {h.unit}' for h in HOUSES]\n"
        "texts += ['12 main', '12 oak', '15 brokk', 'palm & main']\n"
        "print([m.match_address(t[:k] + t[k + 1:]) for t in texts for k in (0, 4, 6, 99)])\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    }
    assert len(seen) == 1
