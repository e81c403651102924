"""Bounds of connections, tried with raw sockets against a real server."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from stormops.admission import protocol
from stormops.admission.asgi import LOOK_SECONDS
from stormops.admission.protocol import HEAD_BYTES_MAX
from stormops.admission.queue import Lane
from stormops.core.mode import Mode
from tests.admission import listening
from tests.admission.listening import LARGE, REPORT, Served, answer, closed_after, until

served = listening.served


def test_a_request_is_answered_and_its_connection_stays(served: Served) -> None:
    with served.connected() as made:
        for _ in range(3):
            made.sendall(REPORT % (4, b"abcd"))
            assert answer(made)[::2] == (200, b"abcd")


def test_what_is_at_hand_needs_no_handler(served: Served) -> None:
    with served.connected() as made:
        for _ in range(3):
            made.sendall(b"GET /hand HTTP/1.1\r\nHost: x\r\n\r\n")
            status, headers, body = answer(made)
            assert (status, body) == (200, b"ready")
            assert "date" in headers
            made.sendall(b'GET /hand HTTP/1.1\r\nIf-None-Match: "it"\r\n\r\n')
            assert answer(made)[0] == 304
        made.sendall(REPORT % (4, b"abcd"))  # and the connection goes on with anything else
        assert answer(made)[::2] == (200, b"abcd")
        made.sendall(b"GET /hand HTTP/1.1\r\n\r\n")
        assert answer(made)[2] == b"ready"
    assert served.behind.ran == ["/api/v1/reports"]


def test_a_large_answer_at_hand_comes_whole_and_the_connection_goes_on(served: Served) -> None:
    with served.connected() as made:
        for _ in range(2):
            made.sendall(b"GET /large HTTP/1.1\r\n\r\n")
            assert answer(made)[2] == bytes(LARGE)
    assert served.behind.ran == []


@pytest.mark.parametrize(
    "asked",
    [
        b"POST /hand HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET /hand HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET /hand HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"HEAD /hand HTTP/1.1\r\n\r\n",
    ],
)
def test_all_but_a_plain_get_goes_the_usual_way(served: Served, asked: bytes) -> None:
    with served.connected() as made:
        made.sendall(asked)
        assert answer(made)[0] == 200
    assert served.behind.ran == ["/hand"]


def test_answers_come_in_the_order_of_the_questions(served: Served) -> None:
    """One that is at hand does not overtake one that is being worked on."""
    with served.connected() as made:
        made.sendall(b"GET /hand HTTP/1.1\r\n\r\n" * 2 + b"GET /text HTTP/1.1\r\n\r\nGET /hand HTTP/1.1\r\n\r\n")
        until(lambda: served.behind.ran == ["/text"])
        served.behind.go.set()
        until(lambda: served.behind.ran == ["/text", "/hand"])
        said = b""
        while said.count(b"HTTP/1.1 200 OK") < 4:
            said += made.recv(4096)
    assert said.count(b"ready") == 2
    assert said.index(b"ready") < said.index(b"content-length: 0")


def test_a_slow_head_is_cut_off_however_it_drips(served: Served) -> None:
    with served.connected() as silent, served.connected() as dripping:
        threading.Timer(0.15, lambda: dripping.sendall(b"X-A: b\r\n")).start()
        dripping.sendall(b"GET /r HTTP/1.1\r\n")
        assert closed_after(dripping) < 1.0
        assert closed_after(silent) < 1.0
    with served.connected() as again:  # a second request's head, too
        again.sendall(REPORT % (1, b"a"))
        assert answer(again)[0] == 200
        again.sendall(b"GET /r HT")
        assert 0.1 < closed_after(again) < 1.0


def test_a_body_that_never_ends_is_cut_off(served: Served) -> None:
    with served.connected() as made:
        made.sendall(REPORT % (10, b"abc"))
        assert 0.4 < closed_after(made) < 2.0


@pytest.mark.parametrize(
    "head",
    [
        b"X-Big: " + b"a" * HEAD_BYTES_MAX + b"\r\n",
        b"".join(b"X-%d: a\r\n" % n for n in range(150)),
    ],
)
def test_a_large_head_is_431(served: Served, head: bytes) -> None:
    with served.connected() as made:
        made.sendall(b"GET /r HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n")
        status, headers, body = answer(made)
        assert (status, json.loads(body)["code"], headers["connection"]) == (431, "head_too_large", "close")
    with served.connected() as unended:
        unended.sendall(b"GET /r HTTP/1.1\r\nX: " + b"a" * 2 * HEAD_BYTES_MAX)
        assert answer(unended)[0] == 431
    assert served.behind.ran == []


def test_nonsense_is_400(served: Served) -> None:
    with served.connected() as made:
        made.sendall(b"\x16\x03\x01\x02\x00 no http\r\n\r\n")
        assert answer(made)[0] == 400


def test_connections_of_one_address_are_bounded_and_others_come_in(served: Served) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(served.connected())
        with served.connected() as one_more:
            assert closed_after(one_more) < 0.25
        with served.connected("127.0.0.9") as other:
            other.sendall(REPORT % (1, b"a"))
            assert answer(other)[0] == 200


def test_what_is_sent_in_a_row_without_waiting_is_refused_once(served: Served) -> None:
    served.admission._mode = lambda: Mode.SURGE
    time.sleep(LOOK_SECONDS)
    with served.connected() as made:
        # The first waits for its body, so that all others stand behind it; then all would be refused at once.
        made.sendall(REPORT % (4, b"ab"))
        with contextlib.suppress(ConnectionError):
            made.sendall(b"cd" + b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 3000)
        said = b""
        with contextlib.suppress(ConnectionError):
            while part := made.recv(65536):
                said += part
        assert (said.count(b"HTTP/1.1 200"), said.count(b"HTTP/1.1 503")) == (1, 1)
    with served.connected() as another:
        another.sendall(REPORT % (1, b"a"))
        assert answer(another)[0] == 200


def test_in_a_crowd_refusals_are_made_at_the_socket_and_danger_is_let_through(served: Served) -> None:
    gate, slow = served.admission.gate, b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n"
    report = served.admission.routes.find({"type": "http", "method": "POST", "path": "/api/v1/reports"})
    report.estimate.work_s = 5.0  # more than may wait together with anything
    ordinary, danger = b'{"symptom":"lights_out"}', b'{"symptom":"wire_down"}'
    with served.connected() as made, served.connected("127.0.0.8") as other, served.connected("127.0.0.9") as first:
        first.sendall(slow)
        until(lambda: gate.in_flight == 1)
        gate.limit.value = 0.5
        other.sendall(REPORT % (len(danger), danger))
        until(lambda: gate.queue.waiting(Lane.SAFETY) == 1)
        for _ in range(2):
            made.sendall(REPORT % (len(ordinary), ordinary))
            status, headers, body = answer(made)
            assert (status, headers["admission"], json.loads(body)["code"]) == (503, "shed", "shed_full")
        gate.limit.value = 50
        served.behind.go.set()
        assert answer(other)[::2] == (200, danger)
    assert served.behind.ran == ["/text", "/api/v1/reports"]


TEXT = b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n"


@contextlib.contextmanager
def crowded(served: Served) -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    """Three connections: one request runs, one waits, and there is no room for the third's."""
    gate = served.admission.gate
    function = served.admission.routes.find({"type": "http", "method": "GET", "path": "/text"})
    function.estimate.work_s = 0.2
    with contextlib.ExitStack() as stack:
        first, waits, made = (stack.enter_context(served.connected(f"127.0.0.{n}")) for n in (7, 8, 9))
        first.sendall(TEXT)
        until(lambda: gate.in_flight == 1)
        gate.limit.value = 0.5
        waits.sendall(TEXT)
        until(lambda: gate.waiting == 1)
        yield first, waits, made


def test_in_a_crowd_reads_are_refused_unparsed_and_the_connection_goes_on(served: Served) -> None:
    with crowded(served) as (first, waits, made):
        for _ in range(3):
            made.sendall(TEXT)
            status, headers, body = answer(made)
            assert (status, headers["admission"], json.loads(body)["code"]) == (503, "shed", "shed_full")
        made.sendall(TEXT[:10])  # half a head: the usual way, with its bounds
        assert 0.1 < closed_after(made) < 1.0
        served.admission.gate.limit.value = 50
        served.behind.go.set()
        assert answer(waits)[0] == answer(first)[0] == 200
        waits.sendall(TEXT)
        assert answer(waits)[0] == 200
    assert served.behind.ran == ["/text"] * 3


def test_a_swamped_process_keeps_no_connection_too_many_with_who_is_refused(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = served.admission.gate
    with crowded(served) as (first, waits, made):
        gate._seen_at = float("inf")  # it does not look again
        gate.swamped = True
        made.sendall(TEXT)
        assert "connection" not in answer(made)[1]
        monkeypatch.setattr(protocol, "SWAMPED_CONNECTIONS", 2)
        made.sendall(TEXT)
        status, headers, body = answer(made)
        assert (status, headers["connection"], json.loads(body)["code"]) == (503, "close", "shed_full")
        assert closed_after(made) < 1.0
        gate.limit.value = 50
        served.behind.go.set()
        assert answer(waits)[0] == answer(first)[0] == 200


def test_nobody_works_for_who_has_gone(served: Served) -> None:
    gate, text = served.admission.gate, b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n"
    desk = b"GET /api/v1/config HTTP/1.1\r\nHost: x\r\n\r\n"
    with contextlib.ExitStack() as stack:
        first, patient = (stack.enter_context(served.connected(f"127.0.0.{n}")) for n in (7, 8))
        first.sendall(text)
        until(lambda: gate.in_flight == 1)
        gate.limit.value = 0.5
        patient.sendall(desk)
        until(lambda: gate.waiting == 1)
        with served.connected("127.0.0.9") as gone:
            gone.sendall(desk)
            until(lambda: gate.waiting == 2)
        gate.limit.value = 50
        served.behind.go.set()
        assert answer(patient)[0] == answer(first)[0] == 200
        until(lambda: gate.in_flight == 0)
        first.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer(first)[0] == 200
    assert served.behind.ran == ["/text", "/api/v1/config", "/metrics"]
    served.admission._look(0.0)
    assert b'reason="gone"} 1.0' in served.admission._metrics.page()[0]  # type: ignore[attr-defined]


def test_what_comes_of_who_has_gone_already_is_not_begun(served: Served) -> None:
    """The request and its client's end lie in the kernel together: that is how an overload leaves them."""
    gate = served.admission.gate
    with served.connected("127.0.0.7") as first, contextlib.ExitStack() as stack:
        first.sendall(b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: gate.in_flight == 1)
        gate.limit.value = 0.5
        waits = stack.enter_context(served.connected("127.0.0.8"))
        waits.sendall(b"GET /api/v1/config HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: gate.waiting == 1)
        made = stack.enter_context(served.connected("127.0.0.9"))
        made.sendall(b"GET /api/v1/config HTTP/1.1\r\n")
        time.sleep(0.05)
        # The loop is held, so that it finds the rest and the end at once.
        held = threading.Event()
        served.loop.call_soon_threadsafe(held.wait, 2)
        made.sendall(b"Host: x\r\n\r\n")
        made.close()
        held.set()
        time.sleep(0.05)
        assert gate.waiting == 1
        gate.limit.value = 50
        served.behind.go.set()
        assert answer(waits)[0] == 200
    assert served.behind.ran == ["/text", "/api/v1/config"]


UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def test_invariant_8_sockets_and_requests_together_leave_descriptors_for_the_rest(served: Served) -> None:
    served.keeper.held_most = 2
    with served.connected() as socket, served.connected() as asking:
        socket.sendall(UPGRADE)
        assert answer(socket)[0] == 101
        asking.sendall(REPORT % (4, b"abcd"))
        assert answer(asking)[2] == b"abcd"
        with served.connected() as third:
            assert closed_after(third) < 1.0
        socket.close()
        until(lambda: len(served.server.server_state.connections) == 1)
        with served.connected() as fourth:
            fourth.sendall(REPORT % (4, b"abcd"))
            assert answer(fourth)[2] == b"abcd"


def test_staff_have_a_listener_of_their_own(served: Served) -> None:
    with served.connected() as public, served.connected(staff=True) as staff:
        for made, path, status in ((public, b"/staff", 200), (staff, b"/staff", 200), (public, b"/hand", 200)):
            made.sendall(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path)
            assert answer(made)[0] == status
        assert served.behind.ran == ["/staff"], "it is at hand for staff alone"
        until(lambda: [len(served.keeper.open), len(served.keeper_of_staff.open)] == [1, 1])
    until(lambda: not served.keeper.open and not served.keeper_of_staff.open)
    assert not served.keeper.by_address
    assert not served.keeper_of_staff.by_address


def test_invariant_8_the_publics_connections_leave_places_to_staff(served: Served) -> None:
    served.keeper.connections_most = 3
    with contextlib.ExitStack() as stack:
        for number in range(3):
            stack.enter_context(served.connected(f"127.0.0.{number + 1}"))
        until(lambda: len(served.keeper.open) == 3)
        assert closed_after(stack.enter_context(served.connected("127.0.0.9"))) < 5
        staff = stack.enter_context(served.connected(staff=True))
        staff.sendall(b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer(staff)[0] == 200


def test_a_full_queue_of_the_public_does_not_hold_staff_up(served: Served) -> None:
    """What the public has waiting in the kernel is taken one by one, and in each turn one of staff's as well."""
    go = threading.Event()
    served.loop.call_soon_threadsafe(go.wait)
    asked = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"
    with contextlib.ExitStack() as stack:
        for number in range(400):
            made = stack.enter_context(served.connected(f"127.0.1.{number % 200 + 1}"))
            made.sendall(asked % b"/public")
        staff = [stack.enter_context(served.connected(staff=True)) for _ in range(3)]
        for made in staff:
            made.sendall(asked % b"/desk")
        go.set()
        assert [answer(made)[0] for made in staff] == [200] * 3
        until(lambda: len(served.behind.ran) == 403)
    before = [
        served.behind.ran[:place].count("/public") for place, path in enumerate(served.behind.ran) if path == "/desk"
    ]
    assert max(before) < 40, "staff's came last, behind 400 of the public"
