"""What is true of a place, what is news to somebody, and that a snapshot keeps it all."""

from __future__ import annotations

import itertools

import pytest

from stormops.core import entry as facts
from stormops.core.messages import COUNTED_HOURS, HOUR_MS, OUT, Fate, Kind, Messages, SignUp, news, truth, who_is
from tests.core.storms import small_world
from tests.core.world import World


def at(world: World, premise: int, told: str = "", since_ms: int = 0) -> Kind:
    return truth(world.situation, SignUp(1, premise, 0, "en", 0, told=told, since_ms=since_ms))


def out(world: World) -> str:
    """Four neighbours below one transformer are out."""
    for premise in range(4):
        world.report(premise)
    world.tick(0)
    (incident,) = world.open()
    return incident.id


def test_a_predicted_outage_is_assumed_until_a_person_confirms_it() -> None:
    world = small_world()
    name = out(world)
    assert (at(world, 0), at(world, 30), at(world, -1)) == (Kind.ASSUMED, Kind.UNKNOWN, Kind.UNKNOWN)
    world.act(facts.IncidentConfirmed, incident=name)
    world.tick(1)
    assert at(world, 0) is Kind.CONFIRMED


@pytest.mark.parametrize(
    ("action", "after"), [(facts.IncidentRestored, Kind.RESTORED), (facts.IncidentCancelled, Kind.CLEARED)]
)
@pytest.mark.parametrize("later", [2, 90], ids=["still here", "closed"])
def test_an_end_is_told_to_who_was_told_of_the_outage(action: type[facts.Action], after: Kind, later: float) -> None:
    world = small_world()
    name = out(world)
    since_ms = world.open()[0].since_ms
    world.act(action, 1, incident=name)
    world.tick(later)
    assert at(world, 0, "assumed", since_ms) is after
    assert at(world, 0) is Kind.UNKNOWN
    assert at(world, 0, "restored") is Kind.RESTORED
    assert at(world, 0, "assumed", world.now_ms + 1) is Kind.CLEARED, "another outage than the one that ended"


def test_a_meter_that_says_off_after_the_restoration_speaks_against_it_at_once() -> None:
    world = small_world()
    name = out(world)
    since_ms = world.open()[0].since_ms
    world.act(facts.IncidentRestored, 1, incident=name)
    world.tick(2)
    world.metered([(0, "G", 0)], 3)
    world.take_in()
    assert at(world, 0, "assumed", since_ms) is Kind.UNKNOWN
    assert at(world, 1, "assumed", since_ms) is Kind.RESTORED


def test_news_is_never_the_same_twice_and_never_less_than_was_said() -> None:
    for told, now in itertools.product(Kind, Kind):
        if news(told, now):
            assert told != now
            assert now not in (Kind.UNKNOWN, Kind.ASK)
            assert (now in OUT) or told in OUT
            assert (told, now) != (Kind.CONFIRMED, Kind.ASSUMED)
    assert news("", Kind.ASSUMED)
    assert news("assumed", Kind.CONFIRMED)
    assert news("restored", Kind.ASSUMED)
    assert not news("", Kind.RESTORED)


def test_what_became_of_messages_is_counted_for_a_day_by_the_hour() -> None:
    messages = Messages()
    for hour in range(30):
        messages.expire(hour * HOUR_MS)
        messages.ended(Fate.SENT)
        messages.ended(Fate.LATE)
    assert messages.lately() == {"sent": 24, "refused": 0, "unclear": 0, "late": 24, "overtaken": 0}
    assert len(messages.fates) == COUNTED_HOURS
    messages.expire(100 * HOUR_MS)
    assert not any(messages.lately().values())
    assert not messages.fates


def test_a_hash_says_nothing_and_fits_a_column() -> None:
    assert who_is("8505550101") != who_is("8505550102")
    assert all(0 <= who_is(f"850555{n:04d}") < 2**63 for n in range(500))


def test_what_a_snapshot_keeps_comes_back_in_its_order() -> None:
    messages = Messages()
    for number, who in ((1, 7), (2, 7), (3, 8)):
        messages.request(number, SignUp(who, number, number * 10, "en", number))
        messages.asked(who, number)
    messages.sign_up(2, messages.requests[2])
    messages.sign_up(9, SignUp(5, 2, 0, "ht", 4))
    messages.sign_up(2, messages.sign_ups[2]._replace(at_ms=9, told="assumed"))
    messages.stop(99)
    messages.expire(5)
    messages.ended(Fate.SENT)
    again = Messages.load(messages.state())
    for name, value in vars(messages).items():
        other = vars(again)[name]
        if name.startswith("of_"):
            assert {key: sorted(numbers) for key, numbers in other.items()} == {k: sorted(n) for k, n in value.items()}
        else:
            assert other == value
    assert list(again.sign_ups) == [9, 2]
    assert again.state() == messages.state()
