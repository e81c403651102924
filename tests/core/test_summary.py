import numpy as np
import pytest

from stormops.core.summary import Touched, pack_closed, unpack_closed


@pytest.mark.parametrize("position", [0, 1, 999_999_999])
@pytest.mark.parametrize("key", [-1, 0, 4, 2**31 - 1])
def test_a_closed_report_is_one_number_of_63_bits(position: int, key: int) -> None:
    packed = pack_closed(position, key)
    assert unpack_closed(packed) == (position, key)
    assert 0 <= packed < 2**63


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
