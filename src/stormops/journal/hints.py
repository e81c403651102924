"""Wake-up calls between processes: promptness and nothing else.

Everybody who waits for one also looks by himself now and then, so a hint may be lost, late or
doubled, and Redis (or Valkey) may be away for days. The only owner of redis for this purpose.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any

from stormops.journal.port import Hints

CHANNEL = "stormops:wake:"
"""Prefix of the pub/sub channel of a topic."""

CONNECT_SECONDS_MAX = 0.5
ANSWER_SECONDS_MAX = 1.0
RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Waits between two attempts to reach a Redis that is away; the last is repeated."""

TOPICS_MAX = 16
"""Topics of one process; another is a bug. Calls for one topic that are not sent yet are one call."""

HEARD_MAX = 10_000
"""Waiting messages read at once; what is left is heard at the next `wait`."""


class NullHints:
    """No Redis: nobody is woken, everybody looks by himself at his own pace."""

    def __init__(self) -> None:
        self._ended = Event()

    def wake(self, topic: str) -> None:
        """See `port.Hints.wake`."""

    def wait(self, topic: str, timeout_s: float) -> bool:  # noqa: ARG002
        """See `port.Hints.wait`: always the time-out, unless closed."""
        self._ended.wait(timeout_s)
        return False

    def close(self) -> None:
        """End every `wait`."""
        self._ended.set()


def _nothing(reachable: bool) -> None:
    """The default of `changed`."""


class RedisHints:
    """Hints over the pub/sub of a Redis or Valkey by URL. Never raises because it is away.

    `wake` only leaves a note for a thread of its own, so it costs the caller nothing. `wait` may be
    called from several threads, for one topic from one at a time. `changed(reachable)` is called
    when Redis goes away or comes back.
    """

    def __init__(self, url: str, changed: Callable[[bool], object] = _nothing) -> None:
        self._url = url
        self._changed = changed
        self._lock = Lock()
        self._reachable = True
        self._ended = Event()
        self._pending: set[str] = set()
        self._noted = Event()
        self._speaker: Thread | None = None
        self._ears: dict[str, _Ear] = {}

    def wake(self, topic: str) -> None:
        """See `port.Hints.wake`."""
        with self._lock:
            self._pending.add(topic)
            if len(self._pending) > TOPICS_MAX:
                raise ValueError(f"more than {TOPICS_MAX} topics")
            if self._speaker is None:
                self._speaker = Thread(target=self._speak, name="hints", daemon=True)
                self._speaker.start()
        self._noted.set()

    def wait(self, topic: str, timeout_s: float) -> bool:
        """See `port.Hints.wait`. True as well when Redis has just been reached: a call may have been missed."""
        with self._lock:
            ear = self._ears.setdefault(topic, _Ear(self._url, topic))
            ear.busy = True
        try:
            return self._wait(ear, time.monotonic() + timeout_s)
        finally:
            with self._lock:
                ear.busy = False
                if self._ended.is_set():
                    ear.drop()

    def _wait(self, ear: _Ear, deadline: float) -> bool:
        while not self._ended.is_set() and (left := deadline - time.monotonic()) > 0:
            pause = ear.away_seconds()
            if pause > 0:
                self._ended.wait(min(pause, left))
                continue
            heard = ear.listen(left)
            self._note_reachable(ear.reachable)
            if heard:
                return True
        return False

    def close(self) -> None:
        """End the thread, and every `wait` by its time-out at the latest."""
        self._ended.set()
        self._noted.set()
        if self._speaker is not None:
            self._speaker.join()
        with self._lock:
            for ear in self._ears.values():
                if not ear.busy:
                    ear.drop()

    def _speak(self) -> None:
        client, failures = None, 0
        while self._noted.wait() and not self._ended.is_set():
            self._noted.clear()
            with self._lock:
                topics, self._pending = self._pending, set()
            try:
                client = client or _client(self._url)
                for topic in topics:
                    client.publish(CHANNEL + topic, b"")
                failures = 0
            except _errors():
                failures += 1
                self._ended.wait(_pause(failures))  # what is noted meanwhile goes out together afterwards
            self._note_reachable(not failures)
        if client is not None:
            client.close()

    def _note_reachable(self, reachable: bool) -> None:
        with self._lock:
            changed, self._reachable = reachable != self._reachable, reachable
        if changed:
            self._changed(reachable)


class _Ear:
    """One subscription, made again whenever it breaks."""

    def __init__(self, url: str, topic: str) -> None:
        self._url = url
        self._topic = topic
        self.busy = False  # somebody waits; guarded by the lock of the hints
        self._subscription: Any = None
        self._failures = 0
        self._next = 0.0

    @property
    def reachable(self) -> bool:
        return self._failures == 0

    def away_seconds(self) -> float:
        """How long until the next attempt may be made; 0 or less when it may be made now."""
        return self._next - time.monotonic() if self._failures else 0.0

    def listen(self, timeout_s: float) -> bool:
        """Whether a call came within the time-out, or the subscription was only made now."""
        try:
            if self._subscription is None:
                subscription = _client(self._url).pubsub()
                subscription.subscribe(CHANNEL + self._topic)
                if subscription.get_message(timeout=ANSWER_SECONDS_MAX) is None:
                    subscription.close()
                    raise TimeoutError("no confirmation")  # from it on nothing is missed
                self._subscription, self._failures = subscription, 0
                return True
            heard = self._subscription.get_message(timeout=timeout_s) is not None
            for _ in range(HEARD_MAX if heard else 0):  # many calls are one
                if self._subscription.get_message(timeout=0) is None:
                    break
        except _errors():
            self.drop()
            self._failures += 1
            self._next = time.monotonic() + _pause(self._failures)
            return False
        return heard

    def drop(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None


def _client(url: str) -> Any:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS_MAX,
        socket_timeout=ANSWER_SECONDS_MAX,
        retry=Retry(NoBackoff(), 0),  # the waits are ours
    )


def _errors() -> tuple[type[Exception], ...]:
    import redis

    return (redis.RedisError, OSError)


def _pause(failures: int) -> float:
    return RETRY_SECONDS[min(failures, len(RETRY_SECONDS)) - 1]


async def woken(hints: Hints, topic: str, timeout_s: float) -> bool:
    """`Hints.wait` for asyncio: waits on a thread, the event loop goes on."""
    return await asyncio.to_thread(hints.wait, topic, timeout_s)
