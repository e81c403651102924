from stormops.accounts import chart
from stormops.accounts.chart import CHART, Kind, Side


def test_balances_stand_on_the_side_of_their_kind() -> None:
    for row in CHART.values():
        debit = row.kind in {Kind.ASSET, Kind.EXPENSE}
        contra = row.code == chart.ALLOWANCE
        assert row.normal is (Side.DEBIT if debit is not contra else Side.CREDIT), row


def test_what_customers_have_and_owe_is_kept_item_by_item() -> None:
    controls = {code for code, row in CHART.items() if row.control}
    assert controls == {"1020", "1100", "1110", "1120", "1150", "1155", "1200", "2100", "2110", "2150", "2160"}
    assert controls > chart.OWED


def test_a_charge_credits_revenue_a_tax_or_the_county() -> None:
    assert {"4010", chart.LATE_FEES, chart.TAXES, chart.FIRE} < chart.BILLABLE
    assert not chart.BILLABLE & {chart.CASH, chart.CREDITS, chart.BAD_DEBT}


def test_the_other_side() -> None:
    assert Side.DEBIT.other is Side.CREDIT
    assert Side.CREDIT.other is Side.DEBIT
