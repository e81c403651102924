from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, SimpleWorker

from stormops.core.entry import Tick
from stormops.jobs import tasks
from stormops.jobs.dues import Dues
from stormops.jobs.worker import QUEUE, Worker
from stormops.journal.memory import MemoryJournal
from stormops.supervisor import redis_child
from stormops.telemetry import Log, Metrics

NOW = 3_600_000 * 1000


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A real server: the one that the platform itself would start."""
    found = redis_child(tmp_path / "data", tmp_path)
    assert found is not None, "this machine has no Redis server and the wheel's does not run"
    child, url = found
    with subprocess.Popen(child.command, stdout=subprocess.DEVNULL) as process:
        connection = Redis.from_url(url)
        deadline = time.monotonic() + 10
        while not (tmp_path / "redis.sock").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield connection
        connection.close()
        process.terminate()


class Made:
    """A worker that notes what it wrote."""

    def __init__(self, folder: Path, connection: Redis | None) -> None:
        journal = MemoryJournal()
        journal.append_facts(1, [Tick(number=1, at_ms=NOW)], NOW, journal.lead())
        self.written: list[str] = []
        dues = Dues(journal, folder / "reports", 3_600_000)
        log, metrics = Log("test", "error"), Metrics()
        self.worker = Worker(dues, self._write, now_ms=lambda: NOW, connection=connection, log=log, metrics=metrics)

    refusals = 0

    def _write(self, why: str) -> str:
        if self.refusals:
            self.refusals -= 1
            raise OSError(28, "No space left on device")
        self.written.append(why)
        return "name"


def test_a_due_report_goes_through_rq_once_however_often_it_is_seen(redis: Redis, tmp_path: Path) -> None:
    made = Made(tmp_path, redis)
    tasks.install(made.worker.do)
    for _ in range(3):
        made.worker.look()
    assert made.written == []
    assert Queue(QUEUE, connection=redis).count == 1
    SimpleWorker([QUEUE], connection=redis).work(burst=True, logging_level="ERROR")
    assert made.written == ["scheduled"]
    made.worker.look()
    assert Queue(QUEUE, connection=redis).count == 0


def test_a_flushed_redis_costs_promptness_and_nothing_else(redis: Redis, tmp_path: Path) -> None:
    made = Made(tmp_path, redis)
    tasks.install(made.worker.do)
    made.worker.look()
    redis.flushall()
    made.worker.look()
    SimpleWorker([QUEUE], connection=redis).work(burst=True, logging_level="ERROR")
    assert made.written == ["scheduled"]


@pytest.mark.parametrize("connection", [None, Redis(host="127.0.0.1", port=1)], ids=["none", "unreachable"])
def test_without_redis_the_worker_does_it_itself(connection: Redis | None, tmp_path: Path) -> None:
    made = Made(tmp_path, connection)
    stop = threading.Event()
    looking = threading.Thread(target=made.worker.run, args=(stop,))
    looking.start()
    deadline = time.monotonic() + 10
    while not made.written and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    looking.join(10)
    assert made.written == ["scheduled"]


@pytest.mark.parametrize("through_rq", [True, False])
def test_a_refusing_disk_is_told_and_tried_again(
    *, through_rq: bool, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stormops.jobs.worker.TROUBLE_SECONDS", 0.01)
    monkeypatch.setattr("stormops.jobs.worker.FAILED_SECONDS", 1)
    made = Made(tmp_path, request.getfixturevalue("redis") if through_rq else None)
    made.refusals = 1
    said = list[str]()
    monkeypatch.setattr(made.worker._log, "failed", lambda event, _: said.append(event))
    stop = threading.Event()
    if through_rq:
        tasks.install(made.worker.do)
        worker = SimpleWorker([QUEUE], connection=made.worker._connection, exception_handlers=[made.worker._job_failed])
        deadline = time.monotonic() + 10
        while not made.written and time.monotonic() < deadline:
            made.worker.look()
            worker.work(burst=True, logging_level="CRITICAL")
            time.sleep(0.05)
    else:
        looking = threading.Thread(target=made.worker.run, args=(stop,))
        looking.start()
        deadline = time.monotonic() + 10
        while not made.written and time.monotonic() < deadline:
            time.sleep(0.01)
        stop.set()
        looking.join(10)
    assert made.written == ["scheduled"]
    assert said == ["job_failed"]
