from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from stormops.accounts.commands_billing import RecordRead
from stormops.accounts.records_place import Outage, Read, ReadEstimate
from tests.accounts.asking.paper import Paper, paper
from tests.accounts.world import HASH


def ms(day: int, hour: float = 0) -> int:
    """A moment of August 2026."""
    return int((datetime(2026, 8, day, tzinfo=UTC).timestamp() + hour * 3600) * 1000)


def month() -> Paper:
    """The electric meter went from 100 to 1,100 in the thirty days to 31 July; today is 30 August."""
    world = paper()
    world.later(29)
    return world


ASKED = {"point": "sp-electric", "day": "2026-08-30"}
"""Thirty days later: 1,000 units more."""


def test_a_read_is_estimated_by_the_use_before_it() -> None:
    command = month().command("estimate_read", **ASKED)
    assert (command.register, command.kind, command.hours_out) == (2_100, "estimated", 0)
    assert command.decision["rule"] == "estimates.allowed"


def test_no_use_is_estimated_for_the_hours_of_a_verified_outage() -> None:
    world = month()
    three_days = {"out_since": ms(10), "out_until": ms(13)}
    command = world.command("estimate_read", **ASKED, **three_days, evidence=[HASH])
    assert (command.register, command.kind, command.hours_out) == (2_000, "storm", 72)
    assert [each["rule"] for each in command.decision["decisions"]] == ["estimates.allowed", "estimates.gap"]
    half = world.command("estimate_read", **ASKED, out_since=ms(10, 0.5), out_until=ms(11), evidence=[HASH])
    assert (half.register, half.hours_out) == (2_067, 24)  # 23.5 hours at 1,000 of 720
    assert world.refused(world.command("estimate_read", **ASKED, **three_days)) == "no_evidence"


def test_outages_that_the_platform_knows_are_chosen_and_count_once_where_they_overlap() -> None:
    world = month()
    world.outages = (
        Outage(ms(10), ms(12), "E-0001"),
        Outage(ms(11), ms(13), "E-0002"),
        Outage(ms(20), ms(21), "E-0003"),
    )
    two = world.command("estimate_read", **ASKED, incidents=["E-0002", "E-0001", "E-0001"])
    assert (two.register, two.hours_out, [each.incident for each in two.outages]) == (2_000, 72, ["E-0002", "E-0001"])
    world.do(two)  # what the platform knows needs no file
    typed = {"out_since": ms(20), "out_until": ms(21)}
    more = world.command("estimate_read", **ASKED, incidents=["E-0001"], **typed, evidence=[HASH])
    assert (more.hours_out, more.outages[-1]) == (72, Outage(ms(20), ms(21)))
    assert world.refused(replace(more, evidence=())) == "no_evidence"
    assert world.no("estimate_read", **ASKED, incidents=["E-0009"]) == "unknown_outage"


def test_an_outage_counts_between_the_reads_only_and_one_that_lasted_all_the_time_is_no_estimate() -> None:
    world = month()
    world.outages = (
        Outage(ms(1) - 3 * 86_400_000, ms(2), "E-0001"),  # it began before the read of 31 July
        Outage(ms(1) - 3 * 86_400_000, ms(15), "E-0002"),
        Outage(ms(14), ms(31), "E-0003"),
    )
    early = world.command("estimate_read", **ASKED, incidents=["E-0001"])
    assert early.hours_out == 48  # from the read of 31 July to 2 August
    assert world.no("estimate_read", **ASKED, incidents=["E-0002", "E-0003"]) == "outage_verified"


def test_why_and_how_is_kept_with_the_read() -> None:
    world = month()
    world.outages = (Outage(ms(10), ms(13), "E-0001"),)
    command = world.command("estimate_read", **ASKED, incidents=["E-0001"])
    read = world.do(command)["read"]
    kept = world.get(ReadEstimate, read)
    assert (kept.cause, kept.hours_out, kept.outages) == ("storm", 72, world.outages)
    assert msgspec.json.encode(kept.decision) == msgspec.json.encode(command.decision)
    assert world.get(Read, read).register == 2_000


def test_what_cannot_or_may_not_be_estimated_is_refused() -> None:
    world = month()
    assert world.no("estimate_read", **ASKED, out_since=ms(10)) == "no_outage"
    assert world.no("estimate_read", **ASKED, out_since=ms(10), out_until=ms(10)) == "no_outage"
    assert world.no("estimate_read", **ASKED, out_since=ms(1), out_until=ms(1, 45 * 24 + 1)) == "outage_too_long"
    whole = {"out_since": ms(1) - 86_400_000, "out_until": ms(30, 1)}
    assert world.no("estimate_read", **ASKED, **whole) == "outage_verified"
    assert world.no("estimate_read", **ASKED | {"day": "2026-07-31"}) == "no_read"


def test_a_read_of_the_same_day_takes_the_estimates_place_and_it_counts_no_more() -> None:
    world = month()
    world.do(world.command("estimate_read", **ASKED))
    world.later(1)
    world.do(RecordRead(point="sp-electric", day="2026-08-30", register=1_500, kind="actual"))
    world.later(29)
    command = world.command("estimate_read", point="sp-electric", day="2026-09-29")
    assert command.register == 2_200  # 1,400 units of sixty days before, thirty on from the read, not the estimate
    assert "with this one" in command.decision["formula"][0]["formula"]
    assert command.decision["result"]["counted"] == 1


def test_one_estimate_too_many_is_somebodys_exception() -> None:
    world = month()
    for number in range(4):
        day = world.day.replace(month=4 + number, day=2)
        world.put(Read(id=f"e{number}", point="sp-electric", day=day, register=10 + number, kind="estimated"))
    command = world.command("estimate_read", **ASKED)
    assert command.decision["result"]["exception"] is True
