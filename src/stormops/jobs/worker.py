"""The worker process: puts due reports into RQ and runs RQ's queue; without Redis it does them itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError
from rq.job import Job

from stormops.jobs import tasks
from stormops.jobs.dues import Dues
from stormops.journal.port import JournalUnavailable
from stormops.telemetry import Log, Metrics

QUEUE = "stormops"

LOOK_SECONDS = 0.5
"""Between two looks for what is due."""

READY_SECONDS = 30
"""The worker is ready while it has looked within this time (a look may write a report itself)."""

RESULT_SECONDS = 3600
"""How long RQ keeps a finished job, and its id stays taken."""

FAILED_SECONDS = 60
"""How long RQ keeps a failed job: then it is due again."""

TROUBLE_SECONDS = 5.0
"""Pause after a look that the disk refused."""

JOB_SECONDS_MAX = 300
"""A job that takes longer is stopped and stays in RQ's failed list."""

AWAY = (RedisAway, RedisSlow)


class Worker:
    """Sees to it that every due report is written. `connection` None = no Redis: all is done here."""

    def __init__(
        self,
        dues: Dues,
        write: Callable[[str], str],
        *,
        now_ms: Callable[[], int],
        connection: Redis | None,
        log: Log,
        metrics: Metrics,
    ) -> None:
        self._dues = dues
        self._write = write
        self._now_ms = now_ms
        self._connection = connection
        self._queue = Queue(QUEUE, connection=connection) if connection is not None else None
        self._log = log
        self._metrics = metrics
        self._doing = threading.Lock()
        self._looked = float("-inf")

    @property
    def ready(self) -> bool:
        """Whether it looks for what is due."""
        return time.monotonic() - self._looked < READY_SECONDS

    def look(self) -> None:
        """One look: every due report is in RQ's queue afterwards, or written."""
        self._looked = time.monotonic()
        for due, why in self._dues.find(self._now_ms()).items():
            try:
                if self._queue is None:
                    self.do(due, why)
                else:
                    self._enqueue(self._queue, due, why)
            except AWAY:
                self._log.warning("hints_unavailable")
                self.do(due, why)

    def _enqueue(self, queue: Queue, due: str, why: str) -> None:
        try:
            queue.enqueue(
                tasks.situation_report,
                due,
                why,
                job_id=due,
                unique=True,
                result_ttl=RESULT_SECONDS,
                failure_ttl=FAILED_SECONDS,
                job_timeout=JOB_SECONDS_MAX,
            )
        except DuplicateJobError:
            return  # it waits in the queue, or failed less than a minute ago

    def do(self, due: str, why: str) -> None:
        """Write one due report in this process, once."""
        with self._doing:
            if due in self._dues.find(self._now_ms()):
                name = self._write(why)
                self._dues.done(due)
                self._metrics.count("jobs_reports_total")
                self._log.info("situation_report_written", name=name)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop: RQ's queue in this (the main) thread, the looking in another."""
        tasks.install(self.do)
        looking = threading.Thread(target=self._look_on, args=(stop,), name="dues", daemon=True)
        looking.start()
        while not stop.is_set():
            if self._connection is None:
                stop.wait(LOOK_SECONDS)
                continue
            try:
                # Returns when a signal asks the process to stop; RQ handles signals itself.
                worker = SimpleWorker([QUEUE], connection=self._connection, exception_handlers=[self._job_failed])
                worker.work(logging_level="CRITICAL")  # a failed job is said by us, without its message
                stop.set()
            except AWAY:
                stop.wait(LOOK_SECONDS)

    def _look_on(self, stop: threading.Event) -> None:
        while not stop.is_set():
            pause = LOOK_SECONDS
            try:
                self.look()
            except (OSError, JournalUnavailable) as error:
                self._log.failed("job_failed", error)
                pause = TROUBLE_SECONDS
            stop.wait(pause)

    def _job_failed(self, _job: Job, _kind: type[BaseException], error: BaseException, _where: object) -> bool:
        """RQ tells of a job that raised; True = RQ files it as failed."""
        self._log.failed("job_failed", error)
        return True
