from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.bulkhead import Bulkhead
from stormops.admission.gate import PARKED_SECONDS, Gate, Reason, Served, Ticket
from stormops.admission.limit import Gradient2
from stormops.admission.queue import Lane
from tests.admission.simulation import Fifo, FixedLimit, Gated, simulate


@pytest.mark.parametrize("load", [2.0, 10.0])
def test_the_reference_simulation_fifo_collapses_and_the_gate_does_not(load: float) -> None:
    fifo, bounded, gated = (simulate(server, load, seconds=15) for server in (Fifo(), Fifo(100), Gated()))
    assert fifo.goodput < 0.2
    assert bounded.goodput > 0.95
    assert bounded.good[Lane.P0] < 1.1 / load
    assert gated.goodput >= 0.95
    assert gated.good[Lane.P0] >= (0.99 if load < 10 else 0.97)
    assert gated.good[Lane.P1] > gated.good[Lane.P3]
    assert gated.p0_p99_s < 0.35


def test_p0_is_served_whole_until_it_alone_is_as_large_as_the_capacity() -> None:
    """At 10 times P0 alone offers what the workers can do, 1 % more or less as chance has it in a run."""
    assert simulate(Gated(), 9.0, seconds=15).good[Lane.P0] >= 0.99
    outcome = simulate(Gated(), 10.0, seconds=15)
    assert outcome.good[Lane.P0] >= 0.97
    assert outcome.goodput >= 0.95


def test_in_a_busy_process_slow_handlers_keep_their_places_for_longer() -> None:
    gate = Gate(limit=FixedLimit(2), cpu=iter([n * 0.3 for n in range(1, 99)]).__next__)
    slow = Served("slow", Lane.P0)
    for at in (0.0, 0.0):
        assert gate.enter(slow, Lane.P0, at)
    for at in (0.3, 0.6, 0.9):
        gate.refuses(slow, Lane.P0, at)
        assert gate.parked == 0
    gate.refuses(slow, Lane.P0, 1.1)
    assert gate.parked == 2


def test_below_capacity_nobody_is_refused() -> None:
    assert min(simulate(Gated(), 0.8).good.values()) > 0.99


class Door:
    """A gate with fixed places, and what became of who waited."""

    def __init__(self, places: float = 4) -> None:
        self.gate = Gate(limit=FixedLimit(places))
        self.woken: list[tuple[str, Reason | None]] = []

    def come(self, served: Served, now: float, lane: int | None = None) -> Ticket | Reason:
        lane = served.lane if lane is None else lane
        ticket = self.gate.enter(served, lane, now)
        return ticket or self.gate.offer(served, lane, now, lambda t, r: self.woken.append((t.served.name, r)))


P0, P1, P3 = Lane.P0, Lane.P1, Lane.P3


def test_lower_classes_can_never_hold_every_place() -> None:
    door, low, high = Door(8), Served("low", P3), Served("high", P0)
    for _ in range(20):
        door.come(low, 0.0)
    assert door.gate.in_flight == 4
    ticket = door.come(high, 0.0)
    assert isinstance(ticket, Ticket)
    assert ticket.started


def test_who_waits_too_long_is_told_and_not_started() -> None:
    door, some = Door(2), Served("some", P1)
    first = [door.come(some, 0.0) for _ in range(2)]
    late = door.come(some, 0.0)
    assert isinstance(late, Ticket)
    assert not late.started
    assert isinstance(first[0], Ticket)
    door.gate.leave(first[0], 0.19)
    assert door.woken == [("some", None)]
    door.come(some, 0.19)
    door.gate.tick(0.19 + 1.2)
    assert ("some", "late") in door.woken or door.gate.parked


def test_a_handler_that_waits_for_something_else_gives_its_place_back() -> None:
    door, slow, quick = Door(4), Served("slow", P0), Served("quick", P0)
    held = [door.come(slow, 0.0) for _ in range(4)]
    waiting = door.come(quick, 0.1)
    assert isinstance(waiting, Ticket)
    assert not waiting.started
    door.gate.tick(PARKED_SECONDS + 0.01)
    assert waiting.started
    assert door.gate.parked == 4
    for one in held:
        assert isinstance(one, Ticket)
        door.gate.leave(one, 9.0)
    door.gate.leave(waiting, 9.0)
    assert (door.gate.parked, door.gate.in_flight) == (0, 0)


def test_a_full_bulkhead_holds_up_its_own_and_nobody_else() -> None:
    door, search, other = Door(50), Served("search", P1), Served("other", P3)
    search.bulkhead = Bulkhead(2, 3)
    tickets = [door.come(search, 0.0) for _ in range(5)]
    assert [isinstance(one, Ticket) and one.started for one in tickets] == [True, True, False, False, False]
    assert door.come(search, 0.0) == "bulkhead"
    ticket = door.come(other, 0.0)
    assert isinstance(ticket, Ticket)
    assert ticket.started
    assert isinstance(tickets[0], Ticket)
    door.gate.leave(tickets[0], 0.01)
    assert door.woken == [("search", None)]
    door.gate.tick(5.0)
    assert door.woken[1:] == [("search", "late")] * 2


def test_safety_puts_an_ordinary_report_out_and_not_the_other_way() -> None:
    door, report = Door(1), Served("report", P0)
    report.estimate.work_s = 0.125
    for _ in range(3):
        door.come(report, 0.0)
    assert door.come(report, 0.0) == "full"
    assert isinstance(door.come(report, 0.0, Lane.SAFETY), Ticket)
    assert ("report", "evicted") in door.woken


def test_a_client_that_went_is_not_served() -> None:
    door, some = Door(1), Served("some", P0)
    first, second = door.come(some, 0.0), door.come(some, 0.0)
    assert isinstance(first, Ticket)
    assert isinstance(second, Ticket)
    door.gate.give_up(second, 0.01)
    door.gate.leave(first, 0.02)
    assert (door.woken, door.gate.in_flight, door.gate.waiting) == ([], 0, 0)


@given(st.lists(st.tuples(st.sampled_from(Lane), st.floats(0, 0.3), st.booleans()), max_size=200))
def test_everybody_gets_exactly_one_answer(steps: list[tuple[Lane, float, bool]]) -> None:
    door, now, running = Door(6), 0.0, []
    kinds = {lane: Served(lane.name, lane) for lane in Lane}
    kinds[Lane.P1].bulkhead = Bulkhead(2, 5)
    asked = answers = 0
    for lane, pause, leaves in steps:
        now += pause
        asked += 1

        def wake(ticket: Ticket, reason: Reason | None) -> None:
            nonlocal answers
            answers += 1
            if reason is None:
                running.append(ticket)

        ticket = door.gate.enter(kinds[lane], lane, now)
        if ticket is not None:
            answers += 1
            running.append(ticket)
        elif isinstance(door.gate.offer(kinds[lane], lane, now, wake), str):
            answers += 1
        if leaves and running:
            door.gate.leave(running.pop(0), now)
        assert asked == answers + door.gate.waiting
    while running:
        door.gate.leave(running.pop(), now)
    door.gate.tick(now + 100)
    assert (asked, door.gate.waiting, door.gate.in_flight - len(running), door.gate.parked) == (answers, 0, 0, 0)


def test_an_idle_process_does_not_refuse_because_its_disk_is_slow() -> None:
    """500 reports/s, each commit takes 70 ms whatever is in it: all must be taken, though nothing computes."""
    gate, now, used = Gate(cpu=lambda: now * 0.05), 0.0, Served("report", Lane.P0)
    running: list[Ticket] = []
    refused = 0

    def wake(ticket: Ticket, reason: Reason | None) -> None:
        nonlocal refused
        refused += reason is not None
        if reason is None:
            running.append(ticket)

    for step in range(8000):
        now = step / 1000
        if step % 2 == 0:
            ticket = gate.enter(used, Lane.P0, now)
            if ticket is not None:
                running.append(ticket)
            elif not isinstance(gate.offer(used, Lane.P0, now, wake), Ticket):
                refused += 1
        if step % 70 == 0:
            for one in [one for one in running if now - one.entered_at > 0]:
                running.remove(one)
                gate.leave(one, now)
        if step == 2000:
            refused = 0
    assert refused == 0


def test_a_function_that_waits_holds_no_place_and_its_work_is_its_own_steps() -> None:
    """Calls: each waits for look-ups nearly all its time, in a process that others keep busy."""
    gate = Gate(limit=FixedLimit(2), cpu=iter(range(1, 999)).__next__)  # a whole core all the time
    calls, reports = Served("calls", Lane.P0, waits=True), Served("reports", Lane.P0)
    calls.bulkhead = Bulkhead(30, 4)
    tickets = []
    for _ in range(30):
        ticket = gate.enter(calls, Lane.P0, 1.0)
        assert ticket is not None
        tickets.append(ticket)
    assert (gate.in_flight, gate.parked) == (0, 30)
    assert gate.enter(calls, Lane.P0, 1.0) is None  # its bulkhead is what bounds it
    assert gate.enter(reports, Lane.P0, 1.0) is not None
    for ticket in tickets:
        ticket.spent_s = 0.0002
        gate.leave(ticket, 3.0)
    assert (gate.in_flight, gate.parked, calls.bulkhead.used) == (1, 0, 0)
    assert calls.estimate.work_s < 0.0008
    before = calls.estimate.work_s
    gone = gate.enter(calls, Lane.P0, 4.0)
    assert gone is not None
    gate.give_up(gone, 9.0)
    assert calls.estimate.work_s == before


def test_a_process_that_waits_for_its_core_is_not_idle() -> None:
    """It gets half of what it asks for: letting in more would only make all wait longer."""
    cpu, demand = itertools.count(0.12, 0.12), itertools.count(0.3, 0.3)
    gate = Gate(limit=FixedLimit(2), cpu=cpu.__next__, demand=demand.__next__)
    slow = Served("slow", Lane.P0)
    for _ in range(2):
        assert gate.enter(slow, Lane.P0, 0.0)
    for at in (0.3, 0.6, 0.9):
        assert gate.refuses(Served("other", Lane.P0), Lane.P0, at) is None  # it may wait
        assert gate.parked == 0
    gate.refuses(slow, Lane.P0, 1.1)
    assert gate.parked == 2


def test_one_slow_commit_shrinks_the_limit_once_however_many_it_answers() -> None:
    gate, report = Gate(limit=Gradient2(300), cpu=itertools.count(0, 1000).__next__), Served("report", Lane.P0)

    def commit(begins: float, takes_s: float) -> None:
        report.estimate.work_s = 0.0001
        tickets = [gate.enter(report, Lane.P0, begins) for _ in range(200)]
        for number, ticket in enumerate(tickets):
            assert ticket is not None
            gate.leave(ticket, begins + takes_s + number / 1e6)

    for turn in range(50):
        commit(float(turn), 0.010)
    before = gate.limit.value
    commit(100.0, 0.100)
    assert 0.85 * before < gate.limit.value < before
    commit(101.0, 0.200)
    assert 0.7 * before < gate.limit.value < 0.95 * before


def test_a_process_that_mostly_refuses_is_swamped_and_lets_fewer_wait() -> None:
    gate, report = Gate(limit=FixedLimit(0), cpu=itertools.count(0, 1000).__next__), Served("report", Lane.P0)
    report.estimate.work_s = 0.0101

    def waiting(now: float) -> int:
        before = gate.queue.length
        while not isinstance(gate.offer(report, Lane.P0, now, lambda *_: None), str):
            pass
        count = gate.queue.length - before
        gate.queue.expire(float("inf"))
        return count

    running = Served("text", Lane.P2)
    gate._start(Ticket(running, Lane.P2, 1.0), 1.0)
    assert (waiting(1.3), gate.swamped) == (24, False)
    for refusal in range(30):
        gate.refused(1.3 + refusal / 100, 1.3 + (refusal + 1) / 100)
    assert (waiting(1.8), gate.swamped) == (9, True)  # it has .4 of its time for them
    assert (waiting(1.95), gate.swamped) == (24, False)
