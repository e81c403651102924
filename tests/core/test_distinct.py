from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.distinct import distinct


@given(st.lists(st.integers(-5, 5)), st.sampled_from([np.int32, np.int64]))
def test_each_once_ascending_and_of_the_same_type(values: list[int], kind: type[np.int32 | np.int64]) -> None:
    given_ = np.array(values, kind)
    found = distinct(given_)
    assert found.tolist() == sorted(set(values))
    assert found.dtype == kind
    assert given_.tolist() == values
