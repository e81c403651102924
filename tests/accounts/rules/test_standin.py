"""Oracle case 99; bar B8: above a stand-in limit everything is refused, with the reason."""

from __future__ import annotations

import pytest

from stormops.accounts.rules.standin import StandIn, within
from tests.accounts.policies import PACKS, TODAY, proved, refused

CITY = PACKS["palmetto"]


def test_case_99_one_extension_for_an_account_in_an_event() -> None:
    first = StandIn(role="clerk", amount=200_00)
    assert proved(within(CITY, TODAY, first, "extension")).value
    second = StandIn(role="clerk", amount=200_00, account_uses=1)
    assert refused(within(CITY, TODAY, second, "extension")) == "account_limit"


@pytest.mark.parametrize(
    ("action", "use", "code"),
    [
        ("extension", StandIn(role="clerk", amount=300_01), "amount_limit"),
        ("extension", StandIn(role="clerk", desk_shift_uses=60), "desk_limit"),
        ("payment", StandIn(role="clerk", amount=500_00, shift_amount=9_500_01), "shift_amount_limit"),
        ("energise", StandIn(role="clerk", amount=1_00), "role"),
        ("permit_owed", StandIn(role="inspector", person_day_uses=20), "person_limit"),
        ("write_off", StandIn(role="director"), "no_policy"),
    ],
)
def test_above_a_limit_it_is_refused(action: str, use: StandIn, code: str) -> None:
    assert refused(within(CITY, TODAY, use, action)) == code


@pytest.mark.parametrize(
    ("action", "use"),
    [
        ("extension", StandIn(role="clerk", amount=300_00, desk_shift_uses=59)),
        ("payment", StandIn(role="clerk", amount=500_00, shift_amount=9_500_00)),
        ("energise", StandIn(role="supervisor", amount=5_000_00)),
        ("permit_owed", StandIn(role="inspector", person_day_uses=19)),
    ],
)
def test_at_a_limit_it_is_within(action: str, use: StandIn) -> None:
    assert proved(within(CITY, TODAY, use, action)).value
