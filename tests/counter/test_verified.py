"""A read is estimated for outages that the platform knows of the meter's address, and the bill says why."""

from __future__ import annotations

from stormops.accounts.records_place import Outage
from tests.counter.conftest import API, LEASE, Desk, billed
from tests.counter.test_doing import form, through

DAY = 86_400_000


async def month_without_a_read(desk: Desk) -> tuple[str, str, int]:
    """A billed customer, thirty days on: the meter, the day, and the moment; the platform knows of two outages."""
    await billed(desk)
    point = (await desk.get("billing", f"{API}/accounts/a1")).json()["agreements"][0]["point"]
    desk.later(30)
    now = desk.clock[0]
    desk.past["P-a1"] = [
        Outage(now - 10 * DAY, now - 7 * DAY, "E-0042"),
        Outage(now - 20 * DAY, now - 19 * DAY, "E-0007"),
        Outage(now - 20 * DAY, now - 19 * DAY, "W-0001"),  # of water
    ]
    return point, desk.clerk.today().isoformat(), now


async def test_outages_of_the_address_are_offered_and_chosen_and_the_bill_says_why(desk: Desk) -> None:
    point, day, _ = await month_without_a_read(desk)
    offered = await form(desk, "billing", "estimate_read", f"?point={point}")
    assert 'name="incidents" value="E-0042"' in offered
    assert 'value="E-0007"' in offered
    assert "W-0001" not in offered
    preview, done = await through(
        desk, "billing", "estimate_read", {"point": point, "day": day, "incidents": ["E-0042", "E-0007"]}
    )
    assert "E-0042: " in preview
    assert f"/counter/do/record_read?point={point}&amp;day={day}" in done  # the read itself takes its place
    assert "takes its place" in done
    since = "2026-07-31"
    bill = await desk.do("billing", "post_bill", account="a1", since=since, until=day, due=day)
    for language, words in (
        ("en", ("Reads that were estimated", "hours without service: ")),
        ("es", ("Lecturas estimadas", "horas sin servicio: ")),
        ("ht", ("Lekti yo te estime", "èdtan san sèvis: ")),
    ):
        page = (await desk.get("billing", f"/counter/bills/{bill['bill']}?lang={language}")).text
        assert all(word in page for word in (*words, "E-0042", "E-0007", "estimates.gap")), language
    why = (await desk.get("billing", f"{API}/bills/{bill['bill']}")).json()["decisions"]
    assert "estimates.gap" in [each["kept"]["rule"] for each in why]


async def test_the_command_takes_its_times_from_the_platform_and_what_is_not_known_is_typed(desk: Desk) -> None:
    point, day, now = await month_without_a_read(desk)
    ask = {"point": point, "day": day}
    assert await desk.refused("billing", "estimate_read", **ask, incidents=["E-0099"]) == "unknown_outage"
    assert await desk.refused("billing", "estimate_read", **ask, incidents=["W-0001"]) == "unknown_outage"
    would = await desk.preview("billing", "estimate_read", **ask, incidents=["E-0042"])
    assert would["command"]["outages"][0]["since_ms"] == now - 10 * DAY
    desk.past.clear()  # feed is away
    page = await form(desk, "billing", "estimate_read", f"?point={point}")
    assert "None is known here. Type it below" in page
    typed = {"out_since": now - 10 * DAY, "out_until": now - 7 * DAY}
    assert await desk.refused("billing", "estimate_read", **ask, **typed) == "no_evidence"
    await desk.do("billing", "estimate_read", **ask, **typed, evidence=[LEASE])


async def test_a_read_of_the_same_day_takes_its_place_before_the_bill_and_not_in_one_that_was_sent(desk: Desk) -> None:
    point, day, _ = await month_without_a_read(desk)
    await desk.do("billing", "estimate_read", point=point, day=day)
    bill = await desk.do("billing", "post_bill", account="a1", since="2026-07-31", until=day, due=day)
    await desk.do("billing", "record_read", point=point, day=day, register=2_500, kind="actual")
    page = (await desk.get("billing", f"/counter/bills/{bill['bill']}")).text
    assert "Reads that were estimated" in page
    assert "The meter was not read" in page
