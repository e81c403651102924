import itertools

import numpy as np
import pytest

from stormops.core.summary import (
    ClosedReport,
    Touched,
    closed_columns,
    closed_of_columns,
    pack_closed,
    unpack_closed,
)

POSITIONS, KEYS, PREMISES = (0, 1, 999_999_999, 2**31 - 1), (-1, 0, 4, 2**32 - 2), (-1, 0, 249_999, 2**31 - 2)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("premise", PREMISES)
def test_a_closed_report_is_one_number(position: int, key: int, premise: int) -> None:
    closed = ClosedReport(position, key, premise)
    assert unpack_closed(pack_closed(closed)) == closed


def test_closed_reports_come_back_from_their_columns_in_whatever_order_they_came() -> None:
    every = [ClosedReport(*one) for one in itertools.product(POSITIONS, KEYS, PREMISES)]
    closed = {99_999_999_999_999 - row: pack_closed(one) for row, one in enumerate(every)}
    columns = closed_columns(closed)
    assert columns == closed_columns(dict(sorted(closed.items())))
    assert closed_of_columns(*columns) == closed
    assert closed_of_columns(*closed_columns({})) == {}


def test_touched_premises_are_told_once_and_in_order() -> None:
    one, other = Touched(), Touched()
    assert one.premises.tolist() == []
    one.reach(np.array([5, 3], np.int32))
    other.reach(np.array([3, 9], np.int32))
    other.reach(np.empty(0, np.int32))
    other.incidents.add(4)
    other.receipts.add(7)
    other.refusals = True
    one.add(other)
    assert one.premises.tolist() == [3, 5, 9]
    assert (one.incidents, one.receipts, one.refusals, one.city) == ({4}, {7}, True, False)
