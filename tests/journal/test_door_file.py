from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.core.entry import ReportReceived, encode
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.door_file import HOLD_BACK_MS, DoorFile
from stormops.journal.door_files import DoorFiles
from stormops.journal.draft import WINDOW_MS
from stormops.journal.port import JournalUnavailable, Kept, KeptBundle, KeyReused, Offer
from stormops.journal.receipt import Minter

DAY_MS = 24 * 3600 * 1000
START_MS = 1_700_000_000_000


class Now:
    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms


def fact(receipt: str) -> ReportReceived:
    return ReportReceived(receipt=receipt, channel=Channel.API, report=Report(symptom=Symptom.TREE, account="1"))


def offer(sender: str = "", key: str = "", content: bytes = b"", *, safety: bool = False) -> Offer:
    return Offer(fact, sender, key, content, safety)


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def file(tmp_path: Path, now: Now) -> DoorFile:
    return DoorFile(tmp_path / "node-01.door", 1, now)


def commit(file: DoorFile, *offers: Offer) -> list[Kept | KeyReused]:
    """Each by itself, in one commit."""
    answers = [answer[0] if isinstance(answer, list) else answer for answer in file.commit([[o] for o in offers])]
    assert not any(isinstance(answer, KeptBundle) for answer in answers)
    return [answer for answer in answers if not isinstance(answer, KeptBundle)]


def kept(file: DoorFile, *offers: Offer) -> list[Kept]:
    answers = commit(file, *offers)
    assert all(isinstance(a, Kept) for a in answers)
    return [a for a in answers if isinstance(a, Kept)]


def test_the_same_key_of_the_same_sender_is_one_fact(file: DoorFile) -> None:
    (first,) = kept(file, offer("ann", "k1", b"lights out"))
    (again,) = kept(file, offer("ann", "k1", b"lights out"))
    assert again == Kept(first.receipt, 1, START_MS, repeated=True)
    assert kept(file, offer("ann", "k2", b"lights out"))[0].counter == 2
    file.close()


def test_twice_in_one_batch_is_one_fact(file: DoorFile) -> None:
    answers = kept(file, offer("ann", "k1"), offer("ann", "k1"), offer("ann", "k2"), offer("ann", "k1"))
    assert [a.counter for a in answers] == [1, 1, 2, 1]
    assert [a.repeated for a in answers] == [False, True, False, True]
    file.close()


def test_the_same_key_of_another_sender_is_another_fact(file: DoorFile) -> None:
    assert [a.counter for a in kept(file, offer("ann", "k1"), offer("bob", "k1"), offer("", "k1"))] == [1, 2, 3]
    file.close()


def test_facts_without_a_key_are_never_the_same(file: DoorFile) -> None:
    assert [a.counter for a in kept(file, offer("ann"), offer("ann"))] == [1, 2]
    file.close()


def test_the_same_key_for_something_else_is_refused_and_not_kept(file: DoorFile) -> None:
    (first,) = kept(file, offer("ann", "k1", b"lights out"))
    assert commit(file, offer("ann", "k1", b"wire down")) == [KeyReused(first.receipt)]
    in_one = commit(file, offer("bob", "k", b"1"), offer("bob", "k", b"2"), offer())
    assert [type(a) for a in in_one] == [Kept, KeyReused, Kept]
    assert [a.counter for a in in_one if isinstance(a, Kept)] == [2, 3]
    file.close()


def test_both_lanes_share_the_receipts_and_the_keys(file: DoorFile, now: Now, tmp_path: Path) -> None:
    first = kept(file, offer("ann", "1"), offer("ann", "2", safety=True), offer(), offer(safety=True))
    assert [a.counter for a in first] == [1, 2, 3, 4]
    assert kept(file, offer("ann", "2"), offer("ann", "1", safety=True)) == [
        first[1]._replace(repeated=True),
        first[0]._replace(repeated=True),
    ]
    file.close()
    again = DoorFile(tmp_path / "node-01.door", 1, now)
    more = kept(again, offer("ann", "2"), offer(safety=True), offer())
    assert [a.counter for a in more] == [2, 5, 6]
    news = DoorFiles(tmp_path).drain({})
    assert [n.counter for n in news] == [1, 2, 3, 1, 2, 3]
    receipts = [n.fact.receipt for n in news if isinstance(n.fact, ReportReceived)]
    assert receipts == [a.receipt for a in (first[1], first[3], more[1], first[0], first[2], more[2])]
    again.close()


@pytest.mark.parametrize("last_is_safety", [True, False])
def test_time_goes_on_from_the_newest_fact_of_both_lanes(
    file: DoorFile, now: Now, tmp_path: Path, *, last_is_safety: bool
) -> None:
    now.ms += 90 * 60_000  # wrong by an hour and a half, for one fact
    kept(file, offer(safety=not last_is_safety))
    now.ms = START_MS
    kept(file, offer(safety=last_is_safety))
    file.close()
    now.ms += 40 * 60_000
    again = DoorFile(tmp_path / "node-01.door", 1, now)
    assert kept(again, offer())[0].recorded_ms == START_MS + 40 * 60_000
    again.close()


def test_what_is_kept_together_is_kept_whole_or_not_at_all(file: DoorFile, tmp_path: Path) -> None:
    kept(file, offer("ann", "1", b"a"))
    together = [offer(), offer("ann", "2", b"b"), offer("ann", "2", b"b", safety=True), offer(safety=True)]
    refused = [offer("ann", "3"), offer(safety=True), offer("ann", "1", b"other")]
    first, no, last = file.commit([together, refused, [offer("ann", "3", b"c")]])
    assert isinstance(first, list)
    assert [(a.counter, a.repeated) for a in first] == [(2, False), (3, False), (3, True), (4, False)]
    assert isinstance(no, KeyReused)
    assert no.place == 2
    assert isinstance(last, list)
    assert [(a.counter, a.repeated) for a in last] == [(5, False)], "the key of what was refused stands for nothing"
    assert len(DoorFiles(tmp_path).drain({})) == 5
    file.close()


def test_a_draft_made_beforehand_is_what_is_written(file: DoorFile, tmp_path: Path) -> None:
    groups = [[offer("ann", "1", b"a")], [offer(), offer(safety=True)]]
    assert file.draft(groups) is None, "nothing is known of a file that is not open"
    file.open()
    draft = file.draft(groups)
    assert draft is not None
    assert file.commit(groups, draft) == draft.answers
    assert file.draft([[offer("ann", "1", b"a")]]) is None, "what the key stands for is on disk"
    assert [n.counter for n in DoorFiles(tmp_path).drain({})] == [1, 1, 2]
    file.close()


def test_a_draft_for_a_file_that_was_replaced_is_made_again(file: DoorFile, tmp_path: Path) -> None:
    groups = [[offer("ann", "1", b"a")]]
    kept(file, offer("ann", "0"))
    draft = file.draft(groups)
    assert draft is not None
    for path in tmp_path.glob("node-01.door*"):
        path.unlink()
    with pytest.raises(JournalUnavailable):
        file.probe()
    (answer,) = file.commit(groups, draft)
    assert answer != draft.answers[0]
    (there,) = [news.fact for news in DoorFiles(tmp_path).drain({})]
    assert isinstance(answer, list)
    assert isinstance(there, ReportReceived)
    assert (answer[0].counter, answer[0].receipt) == (1, there.receipt), "another door, another key of receipts"
    file.close()


def test_a_door_of_schema_1_goes_on_with_its_receipts_and_its_keys(now: Now, tmp_path: Path) -> None:
    """As an earlier version left it: a row for each fact and key, the first scheme of receipts, no safety lane."""
    secret = bytes(range(32))
    path = tmp_path / "node-01.door"
    receipts = [Minter(1, secret, 1).mint(i) for i in range(1, 4)]
    with sqlite3.connect(path) as raw:
        raw.executescript("""
            CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
            CREATE TABLE facts (counter INTEGER PRIMARY KEY, recorded_ms INTEGER NOT NULL, body BLOB NOT NULL);
            CREATE TABLE keys (counter INTEGER PRIMARY KEY, recorded_ms INTEGER NOT NULL, hash INTEGER NOT NULL,
                               content INTEGER NOT NULL);""")
        meta = [("door", "node-01.00c0ffee"), ("node", 1), ("receipt_key", secret), ("schema", 1)]
        raw.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        for i, receipt in enumerate(receipts, 1):
            raw.execute("INSERT INTO facts VALUES (?, ?, ?)", (i, START_MS, encode(fact(receipt))))

        def digest(text: bytes) -> int:
            return int.from_bytes(blake2b(text, key=secret, digest_size=8).digest(), "little") >> 1

        raw.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (2, START_MS, digest(b"ann\0k"), digest(b"\0a")))
    raw.close()
    file = DoorFile(path, 1, now)
    answers = kept(file, offer("ann", "k", b"a"), offer(safety=True), offer())
    assert [a.counter for a in answers] == [2, 4, 5]
    assert answers[0].receipt == receipts[1]
    assert [a.receipt for a in answers[1:]] == [Minter(1, secret, 1).mint(i) for i in (4, 5)]
    assert isinstance(commit(file, offer("ann", "k", b"b"))[0], KeyReused)
    file.close()
    news = DoorFiles(tmp_path).drain({})
    assert [(n.door, n.counter) for n in news] == [
        ("node-01.00c0ffee.safety", 1),
        *(("node-01.00c0ffee", i) for i in (1, 2, 3, 4)),
    ]


def test_after_seven_days_a_key_is_free_again(file: DoorFile, now: Now, tmp_path: Path) -> None:
    kept(file, offer("ann", "k1", b"a"))
    now.ms += WINDOW_MS
    assert kept(file, offer("ann", "k1", b"a"))[0].repeated
    now.ms += 1
    assert kept(file, offer("ann", "k1", b"b"))[0].counter == 2
    file.close()
    now.ms += 9 * DAY_MS
    again = DoorFile(tmp_path / "node-01.door", 1, now)
    kept(again, offer())
    again.close()
    third = DoorFile(tmp_path / "node-01.door", 1, now)
    third.open()
    with sqlite3.connect(tmp_path / "node-01.door") as raw:
        assert raw.execute("SELECT count(*) FROM key_rows").fetchone() == (0,), "old keys are removed"
    raw.close()
    third.close()


def test_keys_are_known_after_a_restart(file: DoorFile, now: Now, tmp_path: Path) -> None:
    kept(file, *(offer("ann", str(i), b"a") for i in range(100)))
    file.close()
    again = DoorFile(tmp_path / "node-01.door", 1, now)
    assert [a.counter for a in kept(again, offer("ann", "7", b"a"), offer("ann", "99", b"a"))] == [8, 100]
    assert isinstance(commit(again, offer("ann", "7", b"b"))[0], KeyReused)
    again.close()


def test_a_key_of_a_commit_that_failed_stands_for_nothing(file: DoorFile) -> None:
    file.open()
    assert file._connection is not None
    pages = file._connection.execute("PRAGMA page_count").fetchone()[0]
    file._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalUnavailable, match="full"):
        commit(file, *(offer("ann", str(i)) for i in range(5000)))
    (answer,) = kept(file, offer("ann", "499"))
    assert (answer.counter, answer.repeated) == (1, False)
    file.close()


def test_a_clock_set_back_a_little_stands_still_until_it_has_caught_up(file: DoorFile, now: Now) -> None:
    kept(file, offer())
    now.ms -= 5_000
    assert kept(file, offer())[0].recorded_ms == START_MS
    now.ms += 6_000
    assert kept(file, offer())[0].recorded_ms == START_MS + 1_000
    file.close()


def test_a_clock_that_was_far_ahead_does_not_hold_time_there(file: DoorFile, now: Now, tmp_path: Path) -> None:
    kept(file, offer("ann", "before", b"a"))
    now.ms += 365 * DAY_MS  # wrong by a year, for one fact
    assert kept(file, offer("ann", "ahead", b"a"))[0].recorded_ms == START_MS + 365 * DAY_MS
    now.ms = START_MS + 60_000
    assert kept(file, offer())[0].recorded_ms == START_MS + 60_000
    assert [a.counter for a in kept(file, offer("ann", "before", b"a"), offer("ann", "ahead", b"a"))] == [1, 2]
    file.close()
    again = DoorFile(tmp_path / "node-01.door", 1, now)
    assert kept(again, offer())[0].recorded_ms == START_MS + 60_000
    again.close()


def test_opening_with_a_clock_far_ahead_forgets_no_key(file: DoorFile, now: Now, tmp_path: Path) -> None:
    kept(file, offer("ann", "k", b"a"))
    file.close()
    now.ms += 365 * DAY_MS
    again = DoorFile(tmp_path / "node-01.door", 1, now)
    again.open()
    now.ms = START_MS + DAY_MS
    assert kept(again, offer("ann", "k", b"a"))[0].repeated
    again.close()


@pytest.mark.parametrize("back", [0, 1, HOLD_BACK_MS, HOLD_BACK_MS + 1, 100 * DAY_MS])
def test_whatever_the_clock_does_counters_rise_and_nothing_is_lost(
    file: DoorFile, now: Now, back: int, tmp_path: Path
) -> None:
    for _ in range(3):
        kept(file, offer())
        now.ms -= back
    assert [n.counter for n in DoorFiles(tmp_path).drain({})] == [1, 2, 3]
    file.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "1", "2"]), st.sampled_from([b"x", b"y"]))),
        max_size=6,
    )
)
def test_it_agrees_with_a_dictionary(
    batches: list[list[tuple[str, str, bytes]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = DoorFile(tmp_path_factory.mktemp("door") / "node-01.door", 1, Now())
    known: dict[tuple[str, str], tuple[int, bytes]] = {}
    counter = 0
    for batch in batches:
        for (sender, key, content), answer in zip(batch, commit(file, *(offer(*b) for b in batch)), strict=True):
            if key and (sender, key) in known:
                there, what = known[sender, key]
                assert isinstance(answer, Kept if what == content else KeyReused)
                assert not isinstance(answer, Kept) or (answer.counter, answer.repeated) == (there, True)
            else:
                counter += 1
                known[sender, key] = (counter, content)
                assert isinstance(answer, Kept)
                assert (answer.counter, answer.repeated) == (counter, False)
    file.close()
