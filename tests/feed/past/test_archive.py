"""What a desk is shown of the past is what was shown live, whichever way it came there."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.feed.past import archive as module
from stormops.feed.past.archive import EPOCH, NOT_FOUND, OK, Archive, Ask
from stormops.feed.past.moments import changes_before, next_change
from stormops.journal.snapshots import MemorySnapshots
from tests.feed.past.history import History, history
from tests.feed.past.in_place import archive_of


def told(archive: Archive, ask: Ask) -> Any:
    answer = archive.ask(ask)
    assert answer.status == OK
    return msgspec.json.decode(gzip.decompress(answer.body) if answer.gzipped else answer.body)


class Desk:
    """A browser's replica, by the same rules (`dashboards/src/feed.ts`)."""

    def __init__(self) -> None:
        self.n, self.at_ms = -1, 0
        self.view: dict[str, Any] = {}

    def take(self, message: Any) -> None:
        if message["type"] == "snapshot":
            assert message["epoch"] == EPOCH
            self.view = dict(message["view"])
        else:
            assert message["from"] == self.n
            self.view |= message["set"]
            for key in message["unset"]:
                del self.view[key]
        self.n, self.at_ms = message["n"], message["at_ms"]


def same(desk: Desk, recorded: History) -> None:
    at_ms, values = recorded.live[desk.n]
    assert desk.view == {key: msgspec.json.decode(value) for key, value in values.items()}
    assert desk.at_ms == at_ms


MOVES = st.lists(
    st.tuples(st.sampled_from(["n", "moment", "next", "previous", "idle", "incident", "forget"]), st.floats(0, 1)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, keyframes=st.booleans(), seed=st.sampled_from([5, 6]))
def test_the_view_of_the_past_is_the_view_that_was_live(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, float]], keyframes: bool, seed: int
) -> None:
    recorded = history(seed)
    file = tmp_path_factory.getbasetemp() / "no such folder" / "marks"
    archive = archive_of(recorded.day, file, [recorded.keyframes, MemorySnapshots()] if keyframes else ())
    positions, desk = recorded.positions, Desk()
    desk.take(told(archive, Ask(kind="n", n=positions[len(positions) // 2])))
    same(desk, recorded)
    for kind, share in moves:
        n = positions[min(len(positions) - 1, int(share * len(positions)))]
        if kind == "idle":
            archive.idle(lambda: False)
        elif kind == "forget":
            desk.n = -1
        elif kind == "incident":
            archive.ask(Ask(kind="incident", n=n, name="E-0001"))
        elif kind == "n":
            desk.take(told(archive, Ask(kind="n", n=n, known=desk.n)))
        elif kind == "moment":
            desk.take(told(archive, Ask(kind="moment", at_ms=recorded.live[n][0], known=desk.n)))
            assert desk.n == n
        else:
            at = desk.n if desk.n >= 0 else n
            answer = archive.ask(Ask(kind=kind, n=at, known=desk.n))  # type: ignore[arg-type]
            journal = recorded.day.journal
            expected = next_change(journal, at) if kind == "next" else next(iter(changes_before(journal, at, 1)), None)
            if expected is None:
                assert answer.status == NOT_FOUND
                continue
            desk.take(told(archive, Ask(kind=kind, n=at, known=desk.n)))  # type: ignore[arg-type]
            assert desk.n == expected
        if desk.n >= 0:
            same(desk, recorded)


def test_every_position_of_the_journal_shows_what_was_shown_last(tmp_path: Path) -> None:
    recorded = history()
    archive, positions = archive_of(recorded.day, tmp_path / "marks"), recorded.positions
    facts = [entry.fact for entry in recorded.day.journal.read(0, 100_000)]
    for n in range(1, min(400, positions[-1] + 1)):
        shown = told(archive, Ask(kind="n", n=n))
        before = max((p for p in positions if p <= n), default=0)
        if shown["n"] == n and n not in recorded.live:  # news that no tick has decided on: known, and no more
            assert not any(type(facts[at - 1]).__name__ == "Tick" for at in range(before + 1, n + 1))
        elif shown["n"]:
            assert before <= shown["n"] <= n
    assert told(archive, Ask(kind="n", n=positions[-1] + 1_000))["n"] == positions[-1], "the newest there is"


def test_steps_back_are_worked_out_beforehand_and_cost_no_fold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = history()
    archive = archive_of(recorded.day, tmp_path / "marks")
    n = told(archive, Ask(kind="n", n=recorded.positions[-1]))["n"]
    desk = Desk()
    desk.take(told(archive, Ask(kind="n", n=n)))
    with monkeypatch.context() as still:
        still.setattr(Archive, "_worked_out", lambda *_: pytest.fail("it was folded"))
        for _ in range(module.LOOK_BEHIND):
            desk.take(told(archive, Ask(kind="previous", n=desk.n, known=desk.n)))
            same(desk, recorded)
    archive.idle(lambda: False)  # and so is what comes before
    with monkeypatch.context() as still:
        still.setattr(Archive, "_worked_out", lambda *_: pytest.fail("it was folded"))
        for _ in range(module.AHEAD):
            desk.take(told(archive, Ask(kind="previous", n=desk.n, known=desk.n)))
            same(desk, recorded)


def test_work_ahead_gives_way_and_goes_on_later(tmp_path: Path) -> None:
    recorded = history()
    archive = archive_of(recorded.day, tmp_path / "marks")
    n = recorded.positions[-1]
    for _ in range(module.LOOK_BEHIND + 1):
        n = told(archive, Ask(kind="previous", n=n))["n"]
    asked = itertools.chain([False, True], itertools.repeat(False))
    archive.idle(lambda: next(asked))
    desk = Desk()
    for _ in range(3):
        archive.idle(lambda: False)
        desk.take(told(archive, Ask(kind="previous", n=n)))
        same(desk, recorded)
        n = desk.n


def test_details_are_those_of_that_position(tmp_path: Path) -> None:
    recorded = history()
    archive, day = archive_of(recorded.day, tmp_path / "marks"), recorded.day
    seen = 0
    for n in recorded.positions[::4]:
        view = {key: msgspec.json.decode(value) for key, value in recorded.live[n][1].items()}
        for key in [key for key in view if key.startswith("incident/")][:3]:
            detail = told(archive, Ask(kind="incident", n=n, name=view[key]["id"]))
            assert detail["n"] == n
            assert detail["incident"] == view[key]
            for report in detail["reports"][:2]:
                number = int(report["receipt"].replace("-", ""))
                again = told(archive, Ask(kind="report", n=n, receipt=number))
                assert again["n"] == n
                assert (again["incident"], again["said"]) == (view[key]["id"], report["said"])
            seen += 1
    assert seen > 10
    premise = day.city.premises.id[0]
    for kind in ("customer", "premise"):
        assert told(archive, Ask(kind=kind, n=recorded.positions[0], name=premise))["premise"] == premise
        assert archive.ask(Ask(kind=kind, n=5, name="nowhere")).status == NOT_FOUND
    assert archive.ask(Ask(kind="incident", n=1, name="E-0001")).status == NOT_FOUND, "it was not there yet"


def test_marks_come_with_the_first_question_and_are_remembered(tmp_path: Path) -> None:
    recorded = history()
    file = tmp_path / "past" / "marks"
    marks = told(archive_of(recorded.day, file), Ask(kind="marks"))
    assert marks["whole"]
    assert marks["through"] == recorded.positions[-1]
    assert file.exists()
    assert told(archive_of(recorded.day, file), Ask(kind="marks")) == marks


def test_outages_of_a_premise_are_those_of_the_incidents_that_covered_it(tmp_path: Path) -> None:
    recorded = history()
    archive = archive_of(recorded.day, tmp_path / "marks", [recorded.keyframes])
    situation, city = recorded.day.situation, recorded.day.city
    verified = {one.id: one for one in situation.incidents.values() if one.confirmed_by and one.live}
    assert verified
    seen = set()
    for row, name in enumerate(city.premises.id):
        found = told(archive, Ask(kind="outages", name=name))
        going = {each["incident"] for each in found["outages"] if each["confirmed"] and not each["until_ms"]}
        for utility in range(4):
            owner = situation.incidents.get(situation.coverage.owner(utility, row))
            if owner is not None and owner.id in verified:
                assert owner.id in going
                seen.add(owner.id)
    assert seen
    assert archive.ask(Ask(kind="outages", name="nowhere")).status == NOT_FOUND
