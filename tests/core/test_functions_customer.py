"""What a storm does to customer and transit duties, as the degraded-mode table has it."""

import pytest

from stormops.core.functions_customer import ACCOUNTS, TRANSIT
from stormops.core.levels import Level, Mode

ROWS = {function.name: function for function in (*ACCOUNTS, *TRANSIT)}


@pytest.mark.parametrize(
    ("level", "names"),
    [
        ("hold", "disconnect agency_placement late_fee loan_default"),
        ("full", "contact_update refund_hardship escalation_safety bankruptcy_notice mass_waiver reconnect"),
        ("snapshot", "account_review billing_history multi_unit_roster loan_balance policy_lookup"),
        ("stand_in", "meter_release deposit_recovery cash_payment payment_arrangement pass_sale"),
        ("suspend", "deposit_review rebate_payment loan_disbursement refund_issue qa_scoring ad_hoc_report"),
        ("queue", "service_start service_stop adjustment balance_transfer refund_request paratransit_application"),
        ("lean", "route_information trip_planner provisional_address"),
    ],
)
def test_in_a_storm(level: str, names: str) -> None:
    assert {name: ROWS[name].levels[Mode.STORM.rank] for name in names.split()} == dict.fromkeys(
        names.split(), Level(level)
    )


def test_a_watch_changes_nothing_for_the_customer() -> None:
    assert {function.levels[Mode.WATCH.rank] for function in ROWS.values()} == {Level.FULL}


def test_a_card_is_not_taken_where_the_processor_cannot_be_asked() -> None:
    assert ROWS["card_payment"].levels[Mode.ISLAND.rank] is Level.SUSPEND
