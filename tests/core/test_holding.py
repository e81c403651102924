from stormops.core.holding import ancestors, below, live_incident, lost_service, topmost
from stormops.core.incident import Incident, Step
from stormops.core.network import trace
from stormops.core.report import Symptom
from stormops.core.sentence import say
from tests.core.radial import radial_city
from tests.core.world import World

CITY = radial_city()
TREE = trace(CITY.network, CITY.premises)
TRANSFORMER, FUSE, BREAKER = TREE.path(0)
OTHER_TRANSFORMER, OTHER_FUSE, _ = TREE.path(30)


def test_above_and_below_in_the_tree() -> None:
    assert ancestors(TREE, TRANSFORMER) == [FUSE, BREAKER]
    assert ancestors(TREE, BREAKER) == []
    assert below(TREE, FUSE, ()) == set(range(24))
    assert below(TREE, FUSE, (TRANSFORMER,)) == set(range(6, 24))
    assert below(TREE, TRANSFORMER, (BREAKER,)) == set()


def test_the_topmost_of_some_devices() -> None:
    assert topmost(TREE, [TRANSFORMER, OTHER_FUSE, FUSE, TRANSFORMER]) == (OTHER_FUSE, FUSE)
    assert topmost(TREE, [OTHER_TRANSFORMER, BREAKER]) == (BREAKER,)
    assert topmost(TREE, []) == ()


def test_only_matched_unanswered_reports_of_lost_service_count() -> None:
    world = World()
    receipts = [int(world.report(p, s)) for p, s in ((0, Symptom.LIGHTS_OUT), (1, Symptom.TREE), (2, Symptom.PARTIAL))]
    receipts.append(int(world.report(-1, address="nowhere near")))
    world.tick(0)
    assert [r.premise for r in lost_service(world.decider, [*receipts, 99])] == [0, 2]


def test_an_incident_is_named_with_the_reason_when_it_cannot_step() -> None:
    world = World()
    world.report(0)
    world.tick(0)
    assert isinstance(live_incident(world.decider, "E-0001", Step.CONFIRM), Incident)
    no_more = say("no_more_steps", incident="E-0001", state="predicted")
    assert live_incident(world.decider, "E-0001", Step.CLOSE) == ("wrong_state", no_more)
    unknown = say("no_incident", incident="W-0001")
    assert live_incident(world.decider, "W-0001", Step.CONFIRM) == ("unknown_incident", unknown)
