"""Exact keys to premises."""

from __future__ import annotations

import pytest

from stormops.core.matching_keys import Keys
from tests.core.matching_city import make_city


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys(make_city().premises)


@pytest.mark.parametrize(
    ("field", "value", "rows"),
    [
        ("account", "a1007", [0]),
        ("account", " A-100 7", [0]),
        ("account", "A-1009", [2, 3]),
        ("account", "A-10", []),
        ("account", "", []),
        ("account", "---", []),
        ("phone", "+1 (850) 555-0101", [0]),
        ("phone", "8505550103", [2, 3]),
        ("phone", "0101", []),
        ("meter", "m-1", [0]),
        ("service_point", "E-P0", [0]),
        ("service_point", " w-p1 ", [1]),
        ("service_point", "G-P0", []),
        ("service_point", "P0", []),
        ("service_point", "X-P0", []),
        ("service_point", "E-P9999", []),
    ],
)
def test_rows_of_a_key(keys: Keys, field: str, value: str, rows: list[int]) -> None:
    assert keys.rows(field, value) == rows
