from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stormops import supervisor as module
from stormops.child import MISCONFIGURED, ONE_THREAD
from stormops.settings import Settings
from stormops.supervisor import Child, Supervisor, SupervisorError, listen
from stormops.telemetry import Log

FREE: dict[str, Any] = {
    f"{name}_port": 0
    for name in ("intake", "feed", "intake_staff", "feed_staff", "counter", "counter_own", "metrics", "worker", "relay")
}
SLEEPER = [sys.executable, "-c", "import time; time.sleep(120)"]
ECHO = """
import os, socket
s = socket.socket(fileno=int(os.environ["STORMOPS_INTAKE_FD"]))
while True:
    c, _ = s.accept(); c.sendall(str(os.getpid()).encode()); c.close()
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


async def until(condition: object, seconds: float = 10) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.01)


def made(data: Path, commands: dict[str, list[str]]) -> Supervisor:
    settings = Settings(data=data, redis_url="redis://127.0.0.1:1", **FREE)
    return Supervisor(settings, Log("test", "error"), commands)


async def test_a_killed_child_is_started_again_and_stopping_leaves_nobody(tmp_path: Path) -> None:
    supervisor = made(tmp_path, {"a": SLEEPER, "b": SLEEPER})
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(supervisor.pids) == 2)
    first = supervisor.pids
    os.kill(first["a"], signal.SIGKILL)
    await until(lambda: supervisor.pids["a"] != first["a"])
    assert json.loads((tmp_path / "processes.json").read_text())["pids"]["b"] == first["b"]
    last = supervisor.pids
    supervisor.stop()
    await running
    assert not any(alive(pid) for pid in (*first.values(), *last.values()))


async def test_children_are_of_our_session_and_out_of_the_terminals_reach(tmp_path: Path) -> None:
    supervisor = made(tmp_path, {"a": SLEEPER, "b": SLEEPER})
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(supervisor.pids) == 2)
    for pid in supervisor.pids.values():
        assert os.getsid(pid) == os.getsid(0)
        assert os.getpgid(pid) == pid
    supervisor.stop()
    await running


def test_a_child_is_told_of_its_sockets_and_to_sum_on_one_core() -> None:
    assert Child("feed", [], {"feed_fd": 7}).environment == {"STORMOPS_FEED_FD": "7", **ONE_THREAD}


async def test_callers_wait_while_a_process_restarts(tmp_path: Path) -> None:
    supervisor = made(tmp_path, {"intake": [sys.executable, "-c", ECHO]})
    running = asyncio.create_task(supervisor.run())
    await until(lambda: bool(supervisor.pids))

    async def ask() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", supervisor.settings.intake_port)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return int(answer)

    first = await ask()
    os.kill(first, signal.SIGKILL)
    await until(lambda: not alive(first))  # what a dying process has already accepted is lost with it
    assert await ask() != first
    supervisor.stop()
    await running


async def test_who_says_that_its_settings_are_wrong_is_not_started_over_and_over(tmp_path: Path) -> None:
    tried = tmp_path / "tried"
    wrong = [sys.executable, "-c", f"open({str(tried)!r}, 'a').write('.'); raise SystemExit({MISCONFIGURED})"]
    dies = [sys.executable, "-c", "raise SystemExit(1)"]
    supervisor = made(tmp_path, {"wrong": wrong, "dies": dies})
    running = asyncio.create_task(supervisor.run())
    await until(lambda: tried.exists() and "dies" in supervisor.pids)
    seen = {supervisor.pids["dies"]}
    while len(seen) < 4:  # the other was started three times more
        await asyncio.sleep(0.01)
        seen.add(supervisor.pids["dies"])
    supervisor.stop()
    await running
    assert tried.read_text() == "."


LISTENER = """
import os, select, socket
both = [socket.socket(fileno=int(os.environ[f"STORMOPS_{name}_FD"])) for name in ("FEED", "FEED_STAFF")]
while True:
    for s in select.select(both, [], [])[0]:
        c, _ = s.accept(); c.sendall(f"{os.getpid()} {os.environ['STORMOPS_FEED_EPOCH']}".encode()); c.close()
"""


async def test_feeds_share_a_port_and_an_epoch_and_who_is_dealt_to_a_dead_one_waits(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, feed_processes=3, redis_url="redis://127.0.0.1:1", **FREE)
    supervisor = Supervisor(settings, Log("test", "error"), {"feed": [sys.executable, "-c", LISTENER]})
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(supervisor.pids) == 3)
    assert set(supervisor.pids) == {"feed", "feed-2", "feed-3"}

    async def ask(port: int) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = (await asyncio.wait_for(reader.read(), 10)).decode().split()
        writer.close()
        return int(answer[0]), answer[1]

    ports = supervisor.settings.feed_port, supervisor.settings.feed_staff_port
    epochs = set()
    for port in ports:
        said = [await ask(port) for _ in range(100)]
        assert {pid for pid, _ in said} == set(supervisor.pids.values())
        epochs |= {epoch for _, epoch in said}
    assert len(epochs) == 1
    first = supervisor.pids["feed-2"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pids["feed-2"] != first)
    for port in ports:
        said = [await ask(port) for _ in range(100)]
        assert {pid for pid, _ in said} == set(supervisor.pids.values())
    supervisor.stop()
    await running


STAFFS_ALONE = """
import os, socket
s = socket.socket(fileno=int(os.environ["STORMOPS_FEED_STAFF_FD"]))
while True:
    c, _ = s.accept(); c.sendall(b"staff"); c.close()
"""


async def test_invariant_8_staff_are_answered_while_the_publics_queue_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process takes nobody of the public: what comes beyond the queue's bound finds no way in, but staff do."""
    monkeypatch.setattr(module, "BACKLOG", 4)
    supervisor = made(tmp_path, {"feed": [sys.executable, "-c", STAFFS_ALONE]})
    running = asyncio.create_task(supervisor.run())
    host, where = "127.0.0.1", supervisor.settings
    waiting = [
        await asyncio.open_connection(host, where.feed_port) for _ in range(5)
    ]  # Linux takes one more than asked
    beyond = asyncio.create_task(asyncio.open_connection(host, where.feed_port))
    for _ in range(20):
        reader, writer = await asyncio.open_connection(host, where.feed_staff_port)
        assert await reader.read() == b"staff"
        writer.close()
    assert not beyond.done()
    beyond.cancel()
    for _, writer in waiting:
        writer.close()
    supervisor.stop()
    await running


def test_without_ports_of_their_own_staff_are_told_the_publics_addresses(tmp_path: Path) -> None:
    ports = FREE | {"intake_staff_port": -1, "feed_staff_port": -1}
    supervisor = Supervisor(Settings(data=tmp_path, redis_url="redis://127.0.0.1:1", **ports), Log("test", "error"), {})
    supervisor._owned.close()
    where = supervisor.settings
    assert (where.intake_staff_url, where.feed_staff_url) == (where.intake_url, where.feed_url)


def test_a_port_of_somebody_else_is_not_shared(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = FREE | {"feed_port": taken.getsockname()[1]}
        settings = Settings(data=tmp_path, feed_processes=2, **ports)
        with pytest.raises(SupervisorError, match="cannot listen"):
            Supervisor(settings, Log("test", "error"))


def test_a_relay_runs_where_machines_share_a_journal_and_only_there(tmp_path: Path) -> None:
    def names(url: str, feed: str = "") -> set[str]:
        settings = Settings(
            data=tmp_path / str(len(url)),
            redis_url="redis://127.0.0.1:1",
            journal_url=url,
            transit_alerts_url=feed,
            **FREE,
        )
        supervisor = Supervisor(settings, Log("test", "error"))
        supervisor._owned.close()
        return {child.name for child in supervisor._children}

    assert names("") == {"intake", "operations", "feed", "worker", "counter"}
    assert names("postgresql://nobody@127.0.0.1:1/none") == names("") | {"relay"}
    assert names("", "http://127.0.0.1:1/alerts.pb") == names("") | {"transit"}


def test_a_counter_runs_where_the_city_names_its_policy_and_only_there(tmp_path: Path) -> None:
    city = tmp_path / "city.toml"
    city.write_text('name = "x"\ntitle = "X"\n')
    settings = Settings(
        data=tmp_path / "data",
        city_file=city,
        redis_url="redis://127.0.0.1:1",
        intake_port=0,
        feed_port=0,
        metrics_port=0,
        worker_port=0,
        counter_port=0,
    )
    supervisor = Supervisor(settings, Log("test", "error"))
    supervisor._owned.close()
    assert "counter" not in {child.name for child in supervisor._children}
    assert supervisor.settings.counter_fd == -1


@pytest.mark.parametrize("own", [0, -1])
def test_customers_have_a_listening_socket_of_their_own_unless_there_are_none(tmp_path: Path, own: int) -> None:
    ports = FREE | {"counter_port": 0, "counter_own_port": own}
    supervisor = Supervisor(Settings(data=tmp_path, redis_url="redis://127.0.0.1:1", **ports), Log("test", "error"))
    supervisor._owned.close()
    (counter,) = (child for child in supervisor._children if child.name == "counter")
    assert set(counter.sockets) == {"counter_fd"} | ({"counter_own_fd"} if own == 0 else set())
    assert (supervisor.settings.counter_own_port > 0) == (own == 0)


def test_a_city_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SupervisorError, match=r"no\.toml"):
        Supervisor(Settings(data=tmp_path, city_file=tmp_path / "no.toml"), Log("test", "error"))


def test_a_shared_journal_without_its_driver_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SupervisorError, match="psycopg"):
        Supervisor(Settings(data=tmp_path, journal_url="postgresql://nobody@127.0.0.1:1/none"), Log("test", "error"))


async def test_children_die_with_the_supervisor(tmp_path: Path) -> None:
    program = f"""
import asyncio
from functools import partial
from pathlib import Path
from stormops.settings import Settings
from stormops.supervisor import Supervisor
from stormops.telemetry import Log
s = Settings(data=Path({str(tmp_path)!r}), **{FREE!r})
asyncio.run(Supervisor(s, Log("test", "error"), {{"a": {SLEEPER!r}}}).run())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    note = tmp_path / "processes.json"
    # The embedded Redis must not outlive it either, where this machine has one.
    await until(lambda: note.exists() and "a" in json.loads(note.read_text())["pids"])
    pids = json.loads(note.read_text())["pids"]
    parent.kill()
    await parent.wait()
    await until(lambda: not any(alive(pid) for pid in pids.values() if pid != parent.pid))


def test_a_taken_port_is_said_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SupervisorError, match=r"cannot listen .*STORMOPS_INTAKE_PORT"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_what_is_refused_leaves_no_folder_of_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(data=tmp_path / "data", **FREE | {"intake_port": taken.getsockname()[1]})
        with pytest.raises(SupervisorError):
            Supervisor(settings, Log("test", "error"))
    assert list(tmp_path.glob("stormops-*")) == []


async def test_a_data_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SupervisorError, match=r"cannot keep data in .*file"):
        made(tmp_path / "file", {})


async def test_what_children_write_is_for_this_account_only(tmp_path: Path) -> None:
    wrote = tmp_path / "data" / "wrote"
    code = f"import pathlib, time; pathlib.Path({str(wrote)!r}).write_text('x'); time.sleep(120)"
    parent = made(tmp_path / "data", {"a": [sys.executable, "-c", code]})
    running = asyncio.create_task(parent.run())
    await until(wrote.exists)
    parent.stop()
    await running
    assert wrote.stat().st_mode & 0o077 == 0
    assert wrote.parent.stat().st_mode & 0o077 == 0


async def test_a_data_folder_has_one_supervisor(tmp_path: Path) -> None:
    first = made(tmp_path, {"a": SLEEPER})
    running = asyncio.create_task(first.run())
    await until(lambda: "a" in first.pids)
    with pytest.raises(SupervisorError, match="another Stormops runs on"):
        made(tmp_path, {"a": SLEEPER})
    first.stop()
    await running
    second = made(tmp_path, {"a": SLEEPER})
    second.stop()
    await second.run()
