"""Storms of random moves over the real deciding, and what must hold in them at any moment."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np

from stormops.core import entry as facts
from stormops.core.entry import AnyFact
from stormops.core.incident import UTILITIES, State
from stormops.core.network import City, EdgeKind, trace
from stormops.core.open_reports import OpenReport, Standing
from stormops.core.report import SYMPTOMS, Symptom
from stormops.core.situation import Situation
from stormops.core.topology import Switchgear
from tests.core.radial import radial_city
from tests.core.world import World

SYMPTOM_MIX = [Symptom.LIGHTS_OUT] * 8 + [Symptom.WATER] * 2 + list(Symptom)


def small_world() -> World:
    """Two feeders, 48 houses, one of which the network does not know and one without coordinates."""
    return World(_small_city(ties=False))


def tied_world() -> World:
    """The same with a switch in each trunk and a tie; one transformer is normally open, an island of the pack."""
    city = _small_city(ties=True)
    city.network.edge_open[city.network.edge_to == city.premises.bus[20]] = True
    return World(city)


def _small_city(*, ties: bool) -> City:
    city = radial_city(feeders=2, laterals=2, transformers=3, houses=4, ties=ties)
    city.premises.bus[5] = -1
    city.premises.lon[7] = float("nan")
    return city


def report(world: World, rng: Random) -> None:
    """Somebody calls."""
    world.report(rng.randrange(-1, 48), rng.choice(SYMPTOM_MIX), medical=rng.random() < 0.1)


def many(world: World, rng: Random) -> None:
    """Neighbours call."""
    first = rng.randrange(48)
    for premise in range(first, min(first + rng.randrange(2, 10), 48)):
        world.report(premise, rng.choice(SYMPTOM_MIX))


def tick(world: World, rng: Random) -> None:
    """What there is, is decided."""
    world.now_ms += rng.choice([0, 1, 1_000, 60_000])
    world.tick()


def hurry(world: World, rng: Random) -> None:
    """Who is behind decides, and puts explaining off."""
    world.now_ms += rng.choice([0, 1, 1_000, 60_000])
    world.tick(explain=False)


def repeat(world: World, rng: Random) -> None:
    """A key is sent again."""
    world.report(rng.randrange(48), key=f"k{rng.randrange(4)}")


def pause(world: World, rng: Random) -> None:
    """Time passes."""
    world.now_ms += rng.choice([600_000, 3_600_000, 86_400_000])
    world.tick()


def kill(world: World, _rng: Random) -> None:
    """The process is killed, and starts again."""
    world.take_in()
    world.start()


def meters(world: World, rng: Random) -> None:
    """Meters of neighbours say something, about now, about earlier, twice, or in the wrong order."""
    first = rng.randrange(48)
    many = [rng.choice([p, p, rng.randrange(-1, 48)]) for p in range(first, min(first + rng.randrange(1, 14), 48))]
    kind = rng.choice("GGGGFRRN")
    world.metered(
        [(p, rng.choice([kind] * 6 + list("GFRN")), rng.choice([0, 0, -1_000, -30_000, -3_600_000, 9])) for p in many]
    )


def switch(world: World, rng: Random) -> None:
    """Somebody opens or closes a device, mostly one of those that move many, mostly the way it can go."""
    situation = world.situation
    kinds = situation.tree.kind
    many = np.flatnonzero((kinds == EdgeKind.SWITCH) | (kinds == EdgeKind.BREAKER) | situation.switchgear.normally_open)
    row = int(rng.choice(many)) if rng.random() < 0.8 else rng.randrange(len(situation.device_ids))
    open_ = not situation.switchgear.is_open(situation.switches, row) if rng.random() < 0.8 else rng.random() < 0.5
    device = situation.device_ids[row] if rng.random() < 0.98 else "no-such"
    world.act(facts.SwitchOperated, device=device, open=open_)


def telemetry(world: World, rng: Random) -> None:
    """The control system says of some devices how they are, or were."""
    some = rng.sample(world.situation.device_ids, rng.randrange(1, 4))
    world.say(
        facts.DeviceStatesReceived(
            receipt=f"{world.counter + 1:014d}",
            partner="scada",
            devices=some,
            states="".join(rng.choice("OCCU") for _ in some),
            at_ms=[world.now_ms + rng.choice([0, 0, -1_000, -600_000]) for _ in some],
        )
    )


def act(world: World, rng: Random) -> None:
    """A desk action, mostly a sensible one."""
    names = [i.id for i in world.situation.incidents.values()] or ["E-0001"]
    name, other = rng.choice(names), rng.choice(names)
    receipts = [f"{r:014d}" for r in world.situation.reports.row_of] or ["00000000000001"]
    device = rng.choice([None, None, rng.choice(world.situation.device_ids), "no-such"])
    incident = world.situation.incident(name)
    if incident is not None and rng.random() < 0.5:
        covered = [
            world.situation.tree.path(world.situation.reports.premise[world.situation.reports.row_of[r]])
            for r in sorted(incident.reports)
        ]
        path = rng.choice(covered) if covered else []
        device = world.situation.device_ids[rng.choice(path)] if path else None
        receipts = [f"{r:014d}" for r in sorted(incident.reports)] or receipts
    late = world.now_ms + rng.choice([0, 0, -1, 5, -60_000])
    at = (late - 1_700_000_000_000) / 60_000
    match rng.choice(["confirm", "merge", "split", "cancel", "restore", "restore", "place", "withdraw"]):
        case "confirm":
            world.act(facts.IncidentConfirmed, at, incident=name, device=device)
        case "merge":
            world.act(facts.IncidentsMerged, at, into=name, incidents=[other, *rng.sample(names, 1)])
        case "split":
            some = rng.sample(receipts, rng.randrange(len(receipts)) or 1)
            world.act(facts.IncidentSplit, at, incident=name, receipts=some)
        case "cancel":
            world.act(facts.IncidentCancelled, at, incident=name)
        case "restore":
            world.act(facts.IncidentRestored, at, incident=name, device=device)
        case "place":
            premise = rng.choice([*world.city.premises.id, "nowhere"])
            world.act(facts.ReportPlaced, at, receipt=rng.choice(receipts), premise=premise)
        case "withdraw":
            world.act(facts.ReportWithdrawn, at, receipt=rng.choice(receipts))


def see(world: World, rng: Random) -> None:
    """The field speaks against what is predicted."""
    name = rng.choice([i.id for i in world.situation.incidents.values()] or ["E-0001"])
    incident = world.situation.incident(name)
    shown = world.situation.device_ids[incident.device] if incident is not None and incident.devices else "no-such"
    receipts = [f"{r:014d}" for r in sorted(incident.reports)] if incident is not None else []
    chance = rng.random()
    if chance < 0.2:
        world.act(facts.SightingRetracted, sighting=rng.choice([*world.situation.sightings.said, "no-such"]))
    elif chance < 0.6:
        world.act(facts.DeviceSeenClosed, incident=name, device=shown)
    else:
        world.act(facts.ServiceAlone, incident=name, receipt=rng.choice(receipts or ["00000000000001"]))


MOVES = {
    report: 8,
    many: 3,
    act: 4,
    see: 1,
    switch: 3,
    tick: 6,
    hurry: 2,
    meters: 3,
    repeat: 1,
    pause: 1,
    kill: 1,
    telemetry: 1,
}
"""What may happen, and how often."""


def move(world: World, rng: Random) -> None:
    """Something happens."""
    (what,) = rng.choices(list(MOVES), list(MOVES.values()))
    what(world, rng)


def consistent(world: World) -> None:
    """What must hold after every tick."""
    situation = world.situation
    reports = [r for r in (situation.reports.get(receipt) for receipt in situation.reports.row_of) if r is not None]
    _counts(situation, reports)
    for report in reports:
        incident = situation.incidents.get(report.incident)
        assert (report.incident >= 0) == (incident is not None)
        if incident is not None:
            assert report.receipt in incident.reports
        lost = SYMPTOMS[report.symptom].service_lost and report.standing is Standing.MATCHED
        if lost and not report.answered and (not situation.put_off or incident is not None):
            assert incident is not None, "a matched report of lost service belongs somewhere"
            assert incident.live
        if report.answered:
            assert incident is not None
        if not SYMPTOMS[report.symptom].service_lost and report.premise >= 0 and incident is None:
            assert situation.coverage.owner(UTILITIES.index(report.utility), report.premise) < 0
    for incident in situation.incidents.values():
        assert incident.customers_out <= incident.customers_out_max
        assert incident.live or incident.customers_out == 0
        assert incident.live or incident.answered == len(incident.reports)
        assert incident.held or incident.state in (State.PREDICTED, State.RESTORED, State.CANCELLED)
    if not situation.put_off:
        _explained(world, reports)
    _switched(situation)


def _switched(situation: Situation) -> None:
    """The tree is that of the switches; nobody whom an open device feeds is believed to have service."""
    city = situation.city
    traced = Switchgear(city.network, city.premises, trace(city.network, city.premises)).trace(situation.switches)
    for column in ("parent", "premise_device", "order", "first", "last", "dead", "loop_edges"):
        assert np.array_equal(getattr(traced, column), getattr(situation.tree, column)), column
    dead = np.flatnonzero(situation.tree.dead)
    for row, state in situation.switches.items():
        assert not state.opened or situation.tree.dead[situation.tree.below(row)].all()
    # Of a device that people confirmed open they may also say that some below it have service again: people win.
    back = [row for incident in situation.incidents.values() if incident.live for row in incident.back]
    dead = np.setdiff1d(dead, np.concatenate([dead[:0], *(situation.tree.below(row) for row in back)]))
    if len(dead):
        owners = situation.coverage.owners(0)
        assert owners is not None
        assert (owners[dead] >= 0).all()


def _counts(situation: Situation, reports: list[OpenReport]) -> None:
    totals = situation.totals
    assert totals.meters_off == sum(r.receipt < 0 and not r.answered for r in reports)
    for incident in situation.incidents.values():
        assert incident.meters == sum(receipt < 0 for receipt in incident.reports)
    told = situation.meters.told_ms
    assert {-r.receipt - 1 for r in reports if r.receipt < 0} <= set(np.flatnonzero(told).tolist())
    assert situation.meters.told == np.count_nonzero(told)
    assert (told == 0).all() or (situation.meters.on_ms[told > 0] < told[told > 0]).all()
    everything, reports = reports, [r for r in reports if r.receipt >= 0]
    asking = [r for r in reports if not r.answered]
    assert totals.open == len(asking)
    assert totals.safety_open == sum(r.safety for r in asking)
    assert totals.unmatched_open == sum(r.standing is Standing.UNMATCHED for r in reports)
    assert totals.shown == sum(r.shown for r in reports)
    assert totals.received == len(reports) + totals.duplicated + totals.repeated + len(situation.closed_reports)
    assert set(situation.safety) == {r.receipt for r in asking if r.safety}
    states = [clock.state for clock in situation.safety.values()]
    assert totals.safety_waiting == states.count("waiting")
    assert totals.safety_escalated == states.count("escalated")
    for incident in situation.incidents.values():
        mine = [r for r in everything if r.incident == incident.key]
        assert {r.receipt for r in mine} == incident.reports
        assert incident.answered == sum(r.answered for r in mine)
        assert incident.safety == sum(r.safety for r in mine)
        assert incident.medical == sum(r.medical for r in mine)
        assert incident.repeats == sum(r.repeats for r in mine)


def _explained(world: World, reports: list[OpenReport]) -> None:
    """Incidents that nobody holds are exactly the groups of the grouper."""
    situation = world.situation
    for evidence in (world.decider.network, *world.decider.clusters.values()):
        made: Counter[tuple[int, frozenset[int]]] = Counter()
        for group in evidence.grouper.groups():
            free = frozenset(
                r.premise
                for r in reports
                if r.premise in group.premises
                and r.receipt in evidence.at.get(r.premise, ())
                and not situation.incidents[r.incident].held
            )
            if free:
                made[group.device, free] += 1
        seen: Counter[tuple[int, frozenset[int]]] = Counter()
        for incident in situation.incidents.values():
            mine = frozenset(
                r.premise for r in reports if r.incident == incident.key and r.receipt in evidence.at.get(r.premise, ())
            )
            if mine and not incident.held:
                seen[incident.device, mine] += 1
        assert seen == made


def settled(world: World) -> None:
    """Another process, started now, goes on as this one does, and then has nothing to add: deciding twice is once."""
    while True:
        again = World(world.city, world.journal)
        assert again.situation.digest() == world.situation.digest()
        again.now_ms = world.now_ms = world.situation.at_ms
        made: list[AnyFact] = again.decide()
        world.epoch = world.journal.lead()
        if world.decider.next_due_ms() != world.now_ms:
            break
        assert made == world.tick()
    assert [fact for fact in made if not isinstance(fact, facts.Tick | facts.Decided)] == []
