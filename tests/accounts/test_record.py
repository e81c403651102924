from __future__ import annotations

import msgspec
import pytest

from stormops.accounts.record import MACHINE_OF, Amount, Day, Hash, Id, Payment, kind_name
from stormops.accounts.records_money import Deposit
from stormops.accounts.records_place import ServicePoint
from stormops.accounts.states_money import DEPOSIT


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Id, "a1", ["", "x" * 97]),
        (Day, "2026-03-05", ["2026-3-5", "5.3.2026", "2026-03-05T00:00"]),
        (Hash, "a" * 64, ["A" * 64, "a" * 63, ""]),
        (Amount, 0, [-1, 10**13 + 1]),
        (Payment, 1, [0, -1, 10**13 + 1]),
    ],
)
def test_what_is_given_has_its_form(kind: type, good: object, bad: list[object]) -> None:
    assert msgspec.convert(good, kind) == good
    for value in bad:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(value, kind)


def test_names_of_kinds_and_the_machines_they_live_by() -> None:
    assert kind_name(ServicePoint) == "service_point"
    assert MACHINE_OF[Deposit] is DEPOSIT
