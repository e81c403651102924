"""Who is taken on first."""

from __future__ import annotations

from typing import Any

from stormops.rehearsal.dispatcher import AT_ONCE_MAX, to_take_on


def danger(receipt: str, state: str, due_ms: int | None, received_ms: int = 0) -> tuple[str, dict[str, Any]]:
    value = {"receipt": receipt, "state": state, "due_ms": due_ms, "received_ms": received_ms}
    return f"safety/{receipt}", value


def test_the_first_due_is_taken_on_first_and_nobody_twice() -> None:
    view = dict([danger("c", "waiting", 9), danger("a", "escalated", 5), danger("b", "acknowledged", None)])
    view |= {"report/d": {"receipt": "d"}, "totals": {}}
    assert to_take_on(view) == ["a", "c"]


def test_a_round_is_bounded() -> None:
    view = dict(danger(f"{n:04d}", "waiting", 1_000 - n) for n in range(AT_ONCE_MAX + 5))
    assert len(to_take_on(view)) == AT_ONCE_MAX
    assert to_take_on(view)[0] == f"{AT_ONCE_MAX + 4:04d}"
