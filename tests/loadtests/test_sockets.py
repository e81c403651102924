"""What several processes of clients saw is put together as if one had seen it; and a real one sees what is sent."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from loadtests.open_loop import NoCompiler
from loadtests.sockets import HELLO, Seen, Sockets, build


def seen(events: list[list[float]], histogram: list[list[int]], closed: int = 0) -> dict[str, object]:
    return {"closed": closed, "events": events, "histogram": histogram}


def test_percentiles_and_events_are_of_all_together() -> None:
    both = Seen([seen([[7, 2, 3.5]], [[9, 2]], closed=1), seen([[7, 1, 5.0], [8, 1, 1.0]], [[49, 1], [9, 1]])])
    assert both.count("closed") == 1
    assert both.events() == {7: (3, 5.0), 8: (1, 1.0)}
    assert both.percentile(0.5) == 1.0
    assert both.percentile(1.0) == 5.0


ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


class Server(threading.Thread):
    """Refuses the first connection; of the second it keeps what was said, and answers in three pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.said = b""
        self.start()

    def run(self) -> None:
        refused, _ = self.listener.accept()
        refused.recv(4096)
        refused.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
        refused.close()
        taken, _ = self.listener.accept()
        taken.recv(4096)
        taken.sendall(ACCEPTED)
        self.said = taken.recv(4096)
        now = time.time_ns() // 1_000_000
        messages = [
            {"type": "snapshot", "n": 5, "view": {}},
            {"type": "changes", "from": 5, "n": 6, "at_ms": now, "set": {"x": "y" * 70_000}},
            {"type": "changes", "from": 7, "n": 8, "at_ms": now},
            {"type": "heartbeat", "n": 8, "at_ms": now},
        ]
        stream = b"".join(Frame(Opcode.TEXT, json.dumps(m).encode()).serialize(mask=False) for m in messages)
        for first in range(0, len(stream), len(stream) // 3):
            taken.sendall(stream[first : first + len(stream) // 3])
            time.sleep(0.02)
        time.sleep(1)
        taken.close()


def test_a_client_tries_again_and_counts_what_it_is_sent(tmp_path: Path) -> None:
    try:
        binary = build(tmp_path)
    except NoCompiler as why:
        pytest.skip(str(why))
    server = Server()
    port = server.listener.getsockname()[1]
    clients = Sockets(binary, port, "/", 1, mark='"at_ms":', nanoseconds=False, hello=HELLO)
    try:
        assert clients.wait_ready() == {"ready": 1, "failed": 0}
        assert clients.until(2) == 2
        time.sleep(0.1)
        told = clients.stop()
    finally:
        clients.kill()
        server.join()
        server.listener.close()
    assert server.said.endswith(HELLO.encode())
    counts = {what: told[what] for what in ("open", "changes", "snapshots", "heartbeats", "gaps", "closed")}
    assert counts == {"open": 1, "changes": 2, "snapshots": 1, "heartbeats": 1, "gaps": 1, "closed": 0}
    assert sum(count for _, count, _ in told["events"]) == 2
