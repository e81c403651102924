from __future__ import annotations

from datetime import date

from stormops.counter.continuous import Asked, asked_of, run, watch_of
from tests.counter.conftest import API, Desk, billed, customer, opened

TODAY = date(2026, 7, 31)


def test_where_nothing_is_asked_it_is_the_last_month() -> None:
    asked = asked_of({}, TODAY)
    assert isinstance(asked, Asked)
    assert (asked.since, asked.until) == (date(2026, 7, 1), date(2026, 8, 1))
    assert asked_of({"seed": "x" * 65}, TODAY) == "continuous_wrong"
    assert asked_of({"of_ten_thousand": "10001"}, TODAY) == "continuous_wrong"
    assert asked_of({"since": "2026-08-01"}, TODAY) == "continuous_period"


async def test_what_is_doubtful_says_who_when_and_what(desk: Desk) -> None:
    await billed(desk)
    desk.clock[0] += 10 * 3_600_000  # eight in the evening
    await desk.do("cashier", "take_payment", account="a1", number="n1", cents=100, tender="bank")
    today = desk.clerk.today()
    found = run(desk.clerk, Asked(since=date(2026, 7, 1), until=date(2026, 9, 1), seed="s"))
    question = next(each for each in found.doubts if each.what == "take_payment")
    assert (question.rule, question.by) == ("after_hours", "cashier")
    same = (await desk.get("auditor", f"{API}/continuous?since=2026-07-01&until=2026-09-01&seed=s")).json()
    assert [each["about"] for each in same["doubts"]] == [each.about for each in found.doubts]
    before = run(desk.clerk, Asked(since=date(2026, 7, 1), until=today, seed="s", of_ten_thousand=10_000))
    assert question.about not in {event.key for event in before.sample}


async def test_after_a_storm_every_payment_that_stood_in_is_named(desk: Desk) -> None:
    await customer(desk)
    drawer = await opened(desk)
    paid = {"account": "a1", "number": "s1", "cents": 500, "tender": "cash", "drawer": drawer}
    receipt = (await desk.do("cashier", "stand_in_payment", **paid))["receipt"]
    day = desk.clerk.today()
    found = run(desk.clerk, Asked(since=day, until=date(2026, 8, 1), seed="s", of_ten_thousand=0))
    assert (found.stood_in, found.sample) == ([receipt], [])


async def test_the_citys_policy_says_what_is_late_round_and_much(desk: Desk) -> None:
    summer, winter = watch_of(desk.clerk, date(2026, 7, 1)), watch_of(desk.clerk, date(2026, 12, 1))
    assert summer is not None
    assert winter is not None
    assert (summer.offset_hours, winter.offset_hours) == (-4, -5)
    assert (summer.opens_hour, summer.round_to, summer.share_of_ten_thousand) == (7, 10_000, 5_000)
    assert watch_of(desk.clerk, date(2010, 1, 1)) is None
