"""The fold of sign-ups: who is signed up for what is a function of the journal, and stop ends everything."""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core import messages as limits
from stormops.core.messages import SignUp
from tests.core.storms import small_world
from tests.core.world import World

PHONE, OTHER = "8505550101", "8505550102"


def mine(world: World, phone: str = PHONE) -> list[SignUp]:
    messages = world.situation.messages
    numbers = messages.of_phone.get(limits.who_is(phone), [])
    return [messages.sign_ups[number] for number in numbers if number in messages.sign_ups]


def request(world: World, premise: int = 0, phone: str = PHONE, **place: str) -> None:
    where = place or {"premise": world.city.premises.id[premise]}
    world.say(facts.MessagesRequested(phone=phone, language="es", **where))


def yes(world: World, phone: str = PHONE, receipt: str = "", language: str = "") -> None:
    world.say(facts.MessagesConfirmed(phone=phone, language=language, receipt=receipt))


def stop(world: World, phone: str = PHONE, *, stopped: bool = True) -> None:
    world.say(facts.ContactPreference(phone=phone, stopped=stopped))


def test_a_request_is_nothing_until_its_phone_says_yes() -> None:
    world = small_world()
    request(world, 3)
    yes(world, OTHER)
    world.tick(0)
    assert not world.situation.messages.sign_ups
    assert not world.situation.messages.of_premise
    yes(world)
    world.tick(1)
    (one,) = mine(world)
    assert (one.premise, one.language) == (3, "es")
    assert list(world.situation.messages.of_premise) == [3]


def test_a_yes_counts_for_a_day() -> None:
    world = small_world()
    request(world)
    world.tick(0)
    world.tick(24 * 60)
    yes(world)
    world.tick(24 * 60 + 1)
    assert not mine(world)


def test_a_yes_without_a_request_is_about_the_own_report_once_it_is_known_where_that_is() -> None:
    world = small_world()
    receipt = world.report(-1)
    yes(world, receipt=receipt, language="ht")
    world.tick(0)
    assert [one.premise for one in mine(world)] == [-1]
    world.act(facts.ReportPlaced, receipt=receipt, premise=world.city.premises.id[9])
    world.tick(1)
    assert [(one.premise, one.language) for one in mine(world)] == [(9, "ht")]
    assert list(world.situation.messages.of_premise) == [9]


def test_a_report_of_water_signs_nobody_up_for_power() -> None:
    from stormops.core.report import Symptom

    world = small_world()
    yes(world, receipt=world.report(3, Symptom.WATER))
    world.tick(0)
    assert [one.premise for one in mine(world)] == [-1]


def test_the_same_place_twice_is_one_sign_up() -> None:
    world = small_world()
    receipt = world.report(3)
    for _ in range(2):
        request(world, 3)
        yes(world)
        world.tick(0)
    request(world, receipt=receipt)
    yes(world)
    world.tick(1)
    assert [one.premise for one in mine(world)] == [3]
    later = world.report(-1)
    request(world, receipt=later)
    yes(world)
    world.tick(2)
    world.act(facts.ReportPlaced, receipt=later, premise=world.city.premises.id[3])
    world.tick(3)
    assert [one.premise for one in mine(world)] == [3]


def test_stop_ends_everything_and_start_lets_sign_up_again() -> None:
    world = small_world()
    request(world, 3)
    yes(world)
    request(world, 4)
    world.tick(0)
    stop(world)
    world.take_in()
    messages = world.situation.messages
    for left in (messages.requests, messages.sign_ups, messages.due, messages.of_phone, messages.of_premise):
        assert not left
    request(world, 3)
    yes(world, receipt=world.report(2))
    world.tick(1)
    assert not mine(world)
    stop(world, stopped=False)
    request(world, 3)
    yes(world)
    world.tick(2)
    assert len(mine(world)) == 1


def test_a_sign_up_ends_a_week_after_the_last_message() -> None:
    world = small_world()
    request(world)
    yes(world)
    world.tick(0)
    world.tick(7 * 24 * 60 - 1)
    assert mine(world)
    world.tick(7 * 24 * 60)
    assert not world.situation.messages.of_phone


def test_past_the_bounds_nobody_new_is_signed_up_and_no_stop_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world = small_world()
    for premise in range(limits.PLACES_MAX + 2):
        request(world, premise)
    world.tick(0)
    assert len(world.situation.messages.requests) == limits.PLACES_MAX
    for number in range(limits.PHONES_MAX + 3):
        request(world, 40, phone=f"850555{number:04d}")
    world.tick(0.5)
    assert len(world.situation.messages.requests) == limits.PLACES_MAX + limits.PHONES_MAX
    for number in range(limits.PHONES_MAX):
        stop(world, f"850555{number:04d}")
    world.tick(0.6)
    monkeypatch.setattr(limits, "SIGNED_UP_MAX", limits.PLACES_MAX)
    request(world, phone=OTHER)
    world.tick(1)
    assert len(world.situation.messages.requests) == limits.PLACES_MAX
    monkeypatch.setattr(limits, "STOPPED_MAX", 1)
    for phone in (PHONE, PHONE, OTHER):
        stop(world, phone)
    world.tick(2)
    stop(world, stopped=False)
    request(world)
    world.tick(3)
    assert not world.situation.messages.requests


def test_a_number_that_the_provider_refuses_for_good_is_signed_up_no_more() -> None:
    world = small_world()
    request(world, 3)
    yes(world)
    world.tick(0)
    number = next(iter(world.situation.messages.sign_ups))
    world.say(facts.MessagesSettled(claim="c", numbers=[number, 999], outcomes="RR"))
    world.tick(1)
    assert not mine(world)


def test_no_phone_is_in_a_snapshot() -> None:
    world = small_world()
    request(world, 3)
    yes(world)
    stop(world, OTHER)
    world.tick(0)
    body = world.situation.snapshot()
    assert PHONE.encode() not in body
    assert OTHER.encode() not in body
