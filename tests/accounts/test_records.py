from __future__ import annotations

from typing import get_args, get_type_hints

import msgspec

from stormops.accounts.chart import CHART
from stormops.accounts.machines import MACHINES
from stormops.accounts.record import MACHINE_OF
from stormops.accounts.records import KINDS
from stormops.accounts.subledger import SUBLEDGERS


def metas(hint: object) -> list[msgspec.Meta]:
    found = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    return found + [meta for part in get_args(hint) for meta in metas(part)]


def test_every_reference_is_to_a_kind_that_there_is() -> None:
    named = 0
    for kind in KINDS.values():
        for hint in get_type_hints(kind, include_extras=True).values():
            for meta in metas(hint):
                if meta.extra and "refers" in meta.extra:
                    assert meta.extra["refers"] in KINDS
                    named += 1
    assert named > 30


def test_what_has_a_state_lives_by_a_machine_and_every_machine_has_its_kind() -> None:
    having = {kind for kind in KINDS.values() if "state" in kind.__struct_fields__}
    assert having == set(MACHINE_OF)
    assert {id(machine) for machine in MACHINE_OF.values()} == {
        id(machine) for name, machine in MACHINES.items() if name != "command"
    }


def test_each_control_account_sums_a_field_that_begins_at_nothing() -> None:
    assert set(SUBLEDGERS) == {code for code, row in CHART.items() if row.control}
    for kind, field in SUBLEDGERS.values():
        place = kind.__struct_fields__.index(field) - len(kind.__struct_fields__)
        assert kind.__struct_defaults__[place] == 0
