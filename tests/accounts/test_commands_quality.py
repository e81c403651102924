from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.commands_quality import DrawReview, ScoreReview, SettleReview, sample
from stormops.accounts.commands_work import AddContact
from stormops.accounts.records_work import QaReview
from tests.accounts.world import World, city


def drawn(world: World) -> str:
    contact = world.do(AddContact(account="a1", text="power is out"), "ann")["contact"]
    review = DrawReview(contact=contact, form="storm 1", seed="s", of_ten_thousand=10_000)
    made = world.do(review, "quinn")["qa_review"]
    assert world.refused(review, "quinn") == "drawn_already"
    return made


def test_nobody_scores_their_own_contact_nor_settles_their_own_dispute() -> None:
    world = city()
    review = drawn(world)
    score = ScoreReview(review=review, points={"accurate ETR": 80, "hazard first": 100})
    assert world.refused(score, "ann") == "maker_is_checker"
    world.do(score, "quinn")
    assert world.refused(SettleReview(review=review, step="dispute", note="r"), "bob") == "not_maker"
    assert world.refused(SettleReview(review=review, step="dispute"), "ann") == "no_text"
    world.do(SettleReview(review=review, step="dispute", note="the ETR was the desk's"), "ann")
    for person in ("ann", "quinn"):
        assert world.refused(SettleReview(review=review, step="overturn", note="r"), person) == "maker_is_checker"
    world.do(SettleReview(review=review, step="overturn", note="so it was"), "max")
    world.do(score, "quinn")
    assert world.refused(SettleReview(review=review, step="score"), "max") == "illegal_step"
    world.do(SettleReview(review=review, step="accept"), "ann")
    assert world.get(QaReview, review).state == "accepted"


def test_a_critical_failure_is_explained() -> None:
    world = city()
    review = drawn(world)
    failed = ScoreReview(review=review, points={"hazard first": 0}, failures=("hazard not escalated",))
    assert world.refused(failed, "quinn") == "no_text"


def test_what_the_sample_did_not_draw_is_not_reviewed() -> None:
    world = city()
    contacts = [world.do(AddContact(account="a1", text="x"))["contact"] for _ in range(40)]
    some = sample(contacts, "s", 2_000)
    assert 0 < len(some) < 20
    for contact in contacts:
        command = DrawReview(contact=contact, form="f", seed="s", of_ten_thousand=2_000)
        if contact in some:
            world.do(command)
        else:
            assert world.refused(command) == "not_drawn"


def test_a_storm_suspends_scoring() -> None:
    world = city()
    review = drawn(world)
    world.level("qa_scoring", "suspend")
    assert world.refused(ScoreReview(review=review, points={"x": 1}), "quinn") == "suspended"


@given(st.lists(st.text(max_size=8), unique=True, max_size=30), st.text(max_size=5), st.integers(0, 10_000))
def test_a_sample_is_the_same_when_it_is_drawn_again(contacts: list[str], seed: str, share: int) -> None:
    some = sample(contacts, seed, share)
    assert sample(contacts[::-1], seed, share) == some[::-1]
    assert set(sample(contacts, seed, share // 2)) <= set(some)
    assert sample(contacts, seed, 10_000) == contacts
    assert sample(contacts, seed, 0) == []
