"""What the platform itself does in each mode."""

from stormops.core.functions import PLATFORM
from stormops.core.levels import Criticality, Level


def test_what_takes_reports_is_never_less_than_full() -> None:
    takes = {"report", "safety_report", "desk_report", "telephony", "open311", "meters", "partners"}
    rows = {function.name: function for function in PLATFORM}
    assert {name for name in takes if set(rows[name].levels) != {Level.FULL}} == set()


def test_what_people_decide_and_what_asks_for_health_come_first() -> None:
    first = {function.name for function in PLATFORM if function.criticality is Criticality.P0}
    assert first >= {"report", "safety_report", "desk_report", "desk_actions", "mode_switch", "health"}
    assert first.isdisjoint({"meters", "partners", "sign_in", "public_live", "exports"})
