from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts import audit
from stormops.accounts.audit import FIRST, AuditEvent

EVENT = AuditEvent("k1", "add_note", "f" * 64, 5, "ann", "phone", "north", 3, "normal", 7, "done")


def chain(count: int) -> list[tuple[AuditEvent, str]]:
    events, sealed = [], FIRST
    for number in range(count):
        event = replace(EVENT, key=f"k{number}")
        sealed = audit.seal(sealed, event)
        events.append((event, sealed))
    return events


def test_a_chain_holds() -> None:
    assert audit.broken([]) is None
    assert audit.broken(chain(5)) is None


def test_every_change_breaks_it_where_it_was_made() -> None:
    events = chain(5)
    for field, value in (("actor", "bob"), ("outcome", "own_account"), ("evidence", ("e" * 64,)), ("as_of", 8)):
        event, sealed = events[2]
        assert audit.broken([*events[:2], (replace(event, **{field: value}), sealed), *events[3:]]) == 2


def test_a_gap_and_another_order_break_it() -> None:
    events = chain(5)
    assert audit.broken(events[:2] + events[3:]) == 2
    assert audit.broken(events[1:]) == 0
    assert audit.broken([events[0], events[2], events[1]]) == 1
    assert audit.broken(events[:3]) is None, "that the end is missing only the count tells"
