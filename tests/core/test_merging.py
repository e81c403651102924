from stormops.core import entry as facts
from stormops.core.incident import Incident
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Symptom
from tests.core.english import all_english
from tests.core.test_actions import refusal
from tests.core.world import World


def two_streets(world: World) -> tuple[Incident, Incident]:
    for premise in (0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45):
        world.report(premise, at=-30)
    world.tick(0)
    one, other = world.open()
    return one, other


def names(receipts: set[int]) -> list[str]:
    return [receipt_text(receipt) for receipt in sorted(receipts)]


def premises(world: World, incident: Incident) -> set[int]:
    return {world.situation.reports.premise[world.situation.reports.row_of[r]] for r in incident.reports}


def test_merged_incidents_are_one_that_covers_both_and_has_all_reports() -> None:
    world = World(None)
    one, other = two_streets(world)
    out = world.situation.customers_out
    world.act(facts.IncidentsMerged, into=other.id, incidents=[one.id])
    made = world.tick(1)
    assert facts.IncidentAbsorbed(incident=one.id, into=other.id, by="dora") in made
    assert world.open() == [other]
    assert (other.customers_out, len(other.reports), other.state) == (out, 16, "predicted")
    assert all_english(other.reasons) == ["Merged by dora: seen"]
    closed = world.situation.closed_incidents[one.key]
    assert (closed.outcome, closed.into) == ("absorbed", other.key)


def test_a_merged_incident_keeps_its_reports_and_takes_new_ones_below() -> None:
    world = World()
    one, other = two_streets(world)
    world.act(facts.IncidentsMerged, into=one.id, incidents=[other.id])
    world.tick(1)
    for premise in (1, 2, 25, 26):
        world.report(premise)
    world.tick(2)
    assert world.open() == [one]
    assert len(one.reports) == 20


def test_merging_a_confirmed_incident_confirms_the_whole() -> None:
    world = World()
    one, other = two_streets(world)
    world.act(facts.IncidentConfirmed, incident=other.id)
    world.act(facts.IncidentsMerged, into=one.id, incidents=[other.id])
    world.tick(1)
    assert (one.state, one.confirmed_by) == ("confirmed", "dora")


def test_what_is_back_of_a_merged_incident_stays_back() -> None:
    world = World()
    one, other = two_streets(world)
    world.act(facts.IncidentRestored, incident=other.id, device=world.device_name(24))
    world.tick(1)
    out = world.situation.customers_out
    world.act(facts.IncidentsMerged, into=one.id, incidents=[other.id])
    world.tick(2)
    assert world.situation.customers_out == out
    assert world.situation.coverage.owner(0, 24) == -1
    assert one.customers_out_max == out


def test_merging_an_outer_incident_into_an_inner_one_keeps_only_the_outer_device() -> None:
    world = World()
    one, _ = two_streets(world)
    world.act(facts.IncidentConfirmed, incident=one.id, device=world.device_name(0))
    world.tick(1)
    outer = next(i for i in world.open() if i.device == world.tree.path(24)[1] or i.device == world.tree.path(6)[1])
    world.act(facts.IncidentConfirmed, incident=outer.id, device=world.device_name(24, 2))
    world.tick(2)
    world.act(facts.IncidentsMerged, into=one.id, incidents=[outer.id])
    world.tick(3)
    assert one.devices == (world.tree.path(0)[2],)
    assert one.customers_out == len(world.tree.below(one.device))


def test_what_cannot_be_merged_is_refused_whole() -> None:
    world = World()
    one, other = two_streets(world)
    world.report(100, Symptom.WATER)
    world.tick(1)
    merge = facts.IncidentsMerged
    assert refusal(world, merge, into=one.id, incidents=[])[0] == "nothing_to_merge"
    assert refusal(world, merge, into=one.id, incidents=[one.id])[0] == "same_incident"
    assert refusal(world, merge, into=one.id, incidents=[other.id, "W-0001"])[0] == "other_utility"
    assert refusal(world, merge, into=one.id, incidents=[other.id, "E-0077"])[0] == "unknown_incident"
    assert refusal(world, merge, into="E-0077", incidents=[other.id])[0] == "unknown_incident"
    world.act(merge, into=one.id, incidents=[other.id, other.id])
    world.tick(2)
    code, text = refusal(world, merge, into=one.id, incidents=[other.id])
    assert (code, text) == ("incident_closed", f"{other.id} became part of {one.id}.")


def test_a_split_gives_each_part_the_extent_that_explains_it() -> None:
    world = World()
    for premise in (*range(0, 24, 2), *range(24, 48, 2), *range(48, 72, 2), *range(72, 96, 2), *range(96, 144, 2)):
        world.report(premise)
    world.tick(0)
    (incident,) = world.open()
    assert incident.device == world.tree.path(0)[2]
    first = {r for r in incident.reports if world.situation.reports.premise[world.situation.reports.row_of[r]] < 24}
    world.act(facts.IncidentSplit, incident=incident.id, receipts=names(first))
    world.tick(1)
    old, new = world.open()
    assert old is incident
    assert new.device == world.tree.path(0)[1]
    assert new.reports == first
    assert new.customers_out == 24
    assert old.device == world.tree.path(0)[2]
    assert old.customers_out == len(world.tree.below(old.device)) - 24
    assert old.held
    assert new.held
    world.report(1)
    world.report(25)
    world.tick(2)
    assert world.open() == [old, new]
    assert 1 in premises(world, new)
    assert 25 in premises(world, old)


def test_a_split_of_one_house_is_that_house() -> None:
    world = World()
    one, _ = two_streets(world)
    receipt = min(one.reports)
    world.act(facts.IncidentSplit, incident=one.id, receipts=names({receipt}))
    world.tick(1)
    new = world.open()[-1]
    assert (new.devices, new.premises, new.customers_out) == ((), {0}, 1)
    assert one.customers_out == 23


def test_a_confirmed_device_stays_where_it_is_when_reports_are_split_off() -> None:
    world = World()
    one, _ = two_streets(world)
    device = one.device
    world.act(facts.IncidentConfirmed, incident=one.id)
    world.tick(1)
    here = premises(world, one)
    assert here == {0, 3, 6, 9, 12, 15, 18, 21}
    some = {r for r in one.reports if world.situation.reports.premise[world.situation.reports.row_of[r]] in (0, 21)}
    world.act(facts.IncidentSplit, incident=one.id, receipts=names(some))
    world.tick(2)
    new = world.open()[-1]
    assert one.devices == (device,)
    assert one.state == "confirmed"
    assert set(new.devices) == {world.tree.path(0)[0], world.tree.path(21)[0]}
    assert (one.customers_out, new.customers_out) == (12, 12)


def test_a_cluster_splits_by_its_premises() -> None:
    world = World()
    for premise in range(8):
        world.report(premise, Symptom.WATER)
    world.tick(0)
    incident = world.open()[0]
    first = {r for r in incident.reports if world.situation.reports.premise[world.situation.reports.row_of[r]] < 3}
    world.act(facts.IncidentSplit, incident=incident.id, receipts=names(first))
    world.tick(1)
    old, new = world.open()
    assert new.premises == {0, 1, 2}
    assert not old.premises & new.premises
    for minute in (2, 3):
        world.tick(minute)
        assert premises(world, new) == {0, 1, 2}


def test_what_cannot_be_split_is_refused() -> None:
    world = World()
    one, other = two_streets(world)
    split = facts.IncidentSplit
    assert refusal(world, split, incident=one.id, receipts=[])[0] == "nothing_to_split"
    assert refusal(world, split, incident=one.id, receipts=names(one.reports))[0] == "nothing_to_split"
    assert refusal(world, split, incident=one.id, receipts=names(other.reports))[0] == "not_in_incident"
    assert refusal(world, split, incident=one.id, receipts=["rubbish"])[0] == "unknown_report"
    assert refusal(world, split, incident="E-0077", receipts=names(one.reports))[0] == "unknown_incident"
