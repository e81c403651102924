from stormops.accounts.chart import Side
from stormops.accounts.ledger import Line
from stormops.accounts.subledger import change


def test_a_line_on_the_normal_side_adds() -> None:
    assert change(Line("1100", Side.DEBIT, 5, "electric", item="r")) == 5
    assert change(Line("1100", Side.CREDIT, 5, "electric", item="r")) == -5
    assert change(Line("2100", Side.CREDIT, 5, "electric", item="d")) == 5
    assert change(Line("2100", Side.DEBIT, 5, "electric", item="d")) == -5
