from stormops.core.draft import Draft
from stormops.core.entry import Decided, IncidentChanged, IncidentOpened, Tick
from stormops.core.incident import incident_key
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Utility
from tests.core.world import START_MS, World


def test_what_is_decided_is_known_at_once_at_the_positions_that_follow() -> None:
    world = World()
    world.report(0)
    world.take_in()
    draft = Draft(world.situation, Tick(number=1, at_ms=START_MS))
    assert world.situation.position == 2
    draft.add(IncidentOpened(incident="E-0001", utility=Utility.ELECTRIC, since_ms=START_MS))
    incident = world.situation.incident("E-0001")
    assert incident is not None
    made = draft.close()
    assert made[0] == Tick(number=1, at_ms=START_MS)
    assert made[-1] == Decided(tick=1, through=1)
    assert world.situation.position == 1 + len(made)
    assert world.situation.through == 1
    assert draft.touched.incidents == {incident.key}


def test_reports_that_join_an_incident_make_one_fact() -> None:
    world = World()
    receipts = [int(world.report(premise)) for premise in (0, 1, 2)]
    world.take_in()
    draft = Draft(world.situation, Tick(number=1, at_ms=START_MS))
    for name in ("E-0002", "E-0001"):
        draft.add(IncidentOpened(incident=name, utility=Utility.ELECTRIC, since_ms=START_MS))
    for receipt, name in zip(receipts, ("E-0002", "E-0001", "E-0002"), strict=True):
        draft.join(incident_key(name) or -1, receipt)
    draft.settle()
    draft.settle()
    one, other = (fact for fact in draft.close() if isinstance(fact, IncidentChanged))
    assert (one.incident, one.receipts_added) == ("E-0001", [receipt_text(receipts[1])])
    assert (other.incident, other.receipts_added) == ("E-0002", [receipt_text(receipts[0]), receipt_text(receipts[2])])


def test_rows_given_are_those_of_the_receipts_of_the_fact() -> None:
    digests = []
    for as_rows in (False, True):
        world = World()
        receipts = [int(world.report(premise)) for premise in (0, 1, 2)]
        world.take_in()
        draft = Draft(world.situation, Tick(number=1, at_ms=START_MS))
        draft.add(IncidentOpened(incident="E-0001", utility=Utility.ELECTRIC, since_ms=START_MS))
        fact = IncidentChanged(incident="E-0001", receipts_added=[receipt_text(receipt) for receipt in receipts])
        rows = [world.situation.reports.row_of[receipt] for receipt in receipts]
        draft.add(fact, rows if as_rows else None)
        draft.close()
        digests.append(world.situation.digest())
        assert world.situation.incidents[incident_key("E-0001") or -1].reports == set(receipts)
    assert digests[0] == digests[1]
