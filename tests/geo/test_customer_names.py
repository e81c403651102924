from __future__ import annotations

from random import Random

from geo import customer_names


def test_names_are_many_and_the_same_for_a_seed() -> None:
    made = [customer_names.person(Random(seed), "ht") for seed in range(500)]
    assert made == [customer_names.person(Random(seed), "ht") for seed in range(500)]
    assert len(set(made)) > 450
    assert all(len(name.split()) == 2 for name in made)


def test_every_language_is_spoken() -> None:
    chance = Random(1)
    spoken = [customer_names.language(chance) for _ in range(2_000)]
    assert 0.65 < spoken.count("en") / 2_000 < 0.79
    assert min(spoken.count("es"), spoken.count("ht")) > 100


def test_a_firm_has_a_trade_and_an_owner_houses() -> None:
    assert customer_names.business(Random(1)).split()[-1] in customer_names.TRADES
    assert customer_names.owner(Random(1)).split()[-1] in customer_names.OWNERS
