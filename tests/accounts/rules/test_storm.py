"""Late fees and cuts run when the account's queue is empty and the mode has ended plus a grace."""

from __future__ import annotations

from datetime import date

import pytest

from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.storm import Action, Held, may_run
from tests.accounts.policies import PACKS, one, proved, refused

CITY = PACKS["palmetto"]
ENDED = date(2026, 7, 27)


@pytest.mark.parametrize(
    ("action", "first"),
    [
        ("late_fee", date(2026, 7, 31)),
        ("cut", date(2026, 8, 2)),
        ("placement", date(2026, 8, 27)),
        ("refund", date(2026, 7, 28)),
    ],
)
def test_an_action_runs_again_after_its_grace(action: Action, first: date) -> None:
    held = Held(action=action, mode_on=False, mode_ended=ENDED)
    assert refused(may_run(CITY, date.fromordinal(first.toordinal() - 1), held)) == "grace"
    assert proved(may_run(CITY, first, held)).value == first


def test_nothing_runs_in_storm_mode_nor_before_the_accounts_queue_is_posted() -> None:
    day = date(2026, 12, 1)
    assert refused(may_run(CITY, day, Held(action="cut", mode_on=True))) == "storm_mode"
    assert refused(may_run(CITY, day, Held(action="cut", mode_on=False, mode_ended=ENDED, queued=1))) == (
        "queue_not_empty"
    )
    assert proved(may_run(CITY, day, Held(action="cut", mode_on=False))).value == day


def test_an_action_that_the_city_does_not_hold_runs() -> None:
    packs = one("storm_hold", grace_days={"cut": 1})
    assert proved(may_run(packs["test"], ENDED, Held(action="refund", mode_on=True)), packs).value == ENDED
    with pytest.raises(PolicyError, match="grace_days"):
        one("storm_hold", grace_days={"cut": -1})
    with pytest.raises(PolicyError, match="dance"):
        one("storm_hold", grace_days={"dance": 1})
