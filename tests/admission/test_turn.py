"""Requests without a task, tried with raw sockets against a real server."""

from __future__ import annotations

import json
import socket
import time

import pytest

from stormops.admission import protocol
from stormops.admission.turn import Answer
from tests.admission import listening
from tests.admission.listening import REPORT, Served, answer, closed_after, until

served = listening.served


SWIFT = b"POST /swift HTTP/1.1\r\nHost: x\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: %d\r\n%s\r\n%s"


def swift(body: bytes, more: bytes = b"") -> bytes:
    return SWIFT % (len(body), more, body)


def answers(made: socket.socket, count: int) -> list[tuple[int, dict[str, str], bytes]]:
    """Some answers, one after the other."""
    file = made.makefile("rb")
    found = []
    for _ in range(count):
        status = int(file.readline().split()[1])
        headers = {}
        while (line := file.readline()) not in {b"\r\n", b""}:
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        found.append((status, headers, file.read(int(headers["content-length"]))))
    return found


def test_without_a_task_the_answer_is_the_same(served: Served) -> None:
    with served.connected() as made:
        for body in (b"one", b""):
            made.sendall(swift(body))
            status, headers, said = answer(made)
            assert (status, headers["x-said"], said) == (202, "so", body)
            assert "date" in headers
        made.sendall(swift(b"last", b"Connection: close\r\n"))
        status, headers, said = answer(made)
        assert (status, headers["connection"], said) == (202, "close", b"last")
        assert closed_after(made) < 0.5
    assert served.swift.seen[0] == ({b"host": b"x", b"x-two": b"a", b"content-length": b"3"}, b"one")
    assert served.behind.ran == []
    assert served.admission.gate.in_flight == 0


@pytest.mark.parametrize("cut", [1, 30, 70, -4, -1])
def test_a_request_in_pieces_needs_no_task_either(served: Served, cut: int) -> None:
    whole = swift(b"in pieces")
    with served.connected() as made:
        for _ in range(2):
            made.sendall(whole[:cut])
            time.sleep(0.03)
            made.sendall(whole[cut:])
            assert answer(made)[::2] == (202, b"in pieces")
    assert served.behind.ran == []


@pytest.mark.parametrize(
    "head",
    [
        b"POST /swift HTTP/1.1\r\nExpect: 100-continue\r\n",
        b"POST /swift HTTP/1.0\r\nConnection: keep-alive\r\n",
        b"PUT /swift HTTP/1.1\r\n",
        b"POST /swift?a=b HTTP/1.1\r\n",
        b"POST /swif%74 HTTP/1.1\r\n",
    ],
)
def test_what_is_out_of_the_ordinary_goes_by_a_task(served: Served, head: bytes) -> None:
    with served.connected() as made:
        made.sendall(head + b"Host: x\r\nContent-Length: 2\r\n\r\nab")
        assert b"HTTP/1.1 200" in made.recv(4096)
    assert served.swift.seen == []
    assert len(served.behind.ran) == 1


def test_a_chunked_body_is_a_body(served: Served) -> None:
    with served.connected() as made:
        made.sendall(
            b"POST /swift HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
        )
        assert answer(made)[::2] == (202, b"abc")


def test_a_large_body_and_a_slow_one_go_by_a_task(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    large = b"x" * (2 * protocol.TURN_BYTES_MAX)
    with served.connected() as made:
        made.sendall(swift(large))
        assert answer(made)[::2] == (200, large)
        monkeypatch.setattr(protocol, "TURN_SECONDS_MAX", 0.05)
        made.sendall(swift(b"ab")[:-1])
        until(lambda: len(served.behind.ran) == 2)
        made.sendall(b"b")
        assert answer(made)[::2] == (200, b"ab")
        made.sendall(swift(b"quick"))
        assert answer(made)[::2] == (202, b"quick")


def test_what_is_sent_in_a_row_is_answered_in_its_order(served: Served) -> None:
    with served.connected() as made:
        made.sendall(b"".join(swift(b"%d" % i) for i in range(5)))
        assert [body for _, _, body in answers(made, 5)] == [b"%d" % i for i in range(5)]
        served.swift.held = []
        made.sendall(swift(b"waits") + swift(b"second") + b"GET /r HTTP/1.1\r\nHost: x\r\n\r\n" + swift(b"last"))
        until(lambda: len(served.swift.held or []) == 1)
        time.sleep(0.05)
        assert served.behind.ran == [], "nobody overtakes"
        served.swift.let_go()
        assert [body for _, _, body in answers(made, 4)] == [b"waits", b"second", b"", b"last"]


def test_a_client_that_has_gone_is_not_told_and_holds_no_place(served: Served) -> None:
    served.swift.held = []
    gate = served.admission.gate
    gate.limit.value = 50
    with served.connected() as gone, served.connected() as stays:
        gone.sendall(swift(b"gone"))
        until(lambda: gate.in_flight == 1)
        stays.sendall(swift(b"stays"))
        until(lambda: gate.in_flight == 2)
        gone.close()
        time.sleep(0.05)
        served.swift.let_go()
        assert answer(stays)[::2] == (202, b"stays")
    until(lambda: gate.in_flight == 0)


def test_a_bug_that_nobody_answered_is_500_and_one_after_the_answer_is_only_logged(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def silent(*_: object) -> None:
        raise ZeroDivisionError

    def talks(_: object, __: object, body: bytes, said: Answer) -> None:
        said(202, b"", body)
        raise ZeroDivisionError

    with served.connected() as made:
        for endpoint, status in ((silent, 500), (talks, 202)):
            monkeypatch.setattr(served.swift, "at_once", endpoint)
            made.sendall(swift(b"ab"))
            assert answer(made)[0] == status
    until(lambda: caplog.text.count("swift endpoint") == 2)
    assert served.admission.gate.in_flight == 0


def test_a_bug_is_answered_and_logged_and_holds_no_place(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with served.connected() as made:
        made.sendall(swift(b"broken"))
        assert answer(made)[::2] == (500, b"a bug")
        made.sendall(swift(b"whole"))
        assert answer(made)[0] == 202
    assert served.admission.gate.in_flight == 0
    assert "swift endpoint" in caplog.text


def test_between_requests_a_connection_is_kept_a_while_and_no_longer(served: Served) -> None:
    with served.connected() as made, served.connected() as by_task:
        made.sendall(swift(b"a"))
        by_task.sendall(REPORT % (1, b"a"))
        assert (answer(made)[0], answer(by_task)[0]) == (202, 200)
        assert 0.6 < closed_after(made) < 2.5
        assert closed_after(by_task) < 1.0


def test_a_crowd_is_shed_or_waits_without_tasks(served: Served) -> None:
    gate = served.admission.gate
    batch = b"POST /api/v1/reports/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n%s"
    served.swift.held = []
    with served.connected() as first, served.connected() as second, served.connected("127.0.0.8") as third:
        first.sendall(batch % b"11")
        until(lambda: gate.in_flight == 1)
        gate.limit.value = 0.5
        second.sendall(batch % b"22")
        until(lambda: gate.waiting == 1)
        served.admission.routes.find(
            {"type": "http", "method": "POST", "path": "/api/v1/reports/batch"}
        ).estimate.work_s = 9
        third.sendall(batch % b"33")
        status, headers, body = answer(third)
        assert (status, headers["admission"], json.loads(body)["code"]) == (503, "shed", "shed_full")
        assert [body for _, body in served.swift.seen] == [b"11"], "neither who waits nor who was shed was begun"
        gate.limit.value = 50
        served.swift.let_go()
        assert answer(first)[::2] == (202, b"11")
        until(lambda: len(served.swift.held or []) == 1)
        served.swift.let_go()
        assert answer(second)[::2] == (202, b"22")
        third.sendall(batch % b"33")  # the connection of who was shed is as good as before
        until(lambda: len(served.swift.held or []) == 1)
        served.swift.let_go()
        assert answer(third)[::2] == (202, b"33")
    assert gate.in_flight == gate.waiting == 0


def test_in_a_crowd_nobody_works_for_who_has_gone(served: Served) -> None:
    gate = served.admission.gate
    batch = b"POST /api/v1/reports/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n%s"
    served.swift.held = []
    with served.connected() as first:
        first.sendall(batch % b"11")
        until(lambda: gate.in_flight == 1)
        gate.limit.value = 0.5
        with served.connected("127.0.0.9") as gone:
            gone.sendall(batch % b"22")
            until(lambda: gate.waiting == 1)
        gate.limit.value = 50
        served.swift.let_go()
        assert answer(first)[::2] == (202, b"11")
        until(lambda: gate.waiting == gate.in_flight == 0)
    assert [body for _, body in served.swift.seen] == [b"11"]


def test_who_is_being_answered_when_the_server_stops_is_answered_and_let_go(served: Served) -> None:
    served.swift.held = []
    with served.connected() as made, served.connected() as idle:
        idle.sendall(REPORT % (1, b"a"))
        assert answer(idle)[0] == 200
        made.sendall(swift(b"late"))
        until(lambda: len(served.swift.held or []) == 1)
        served.server.should_exit = True
        assert closed_after(idle) < 2.0
        served.swift.let_go()
        status, headers, body = answer(made)
        assert (status, headers["connection"], body) == (202, "close", b"late")
        assert closed_after(made) < 0.5
