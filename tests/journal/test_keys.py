from __future__ import annotations

import sqlite3

from stormops.journal.keys import Keys
from stormops.journal.rows import KeyRow, put_keys


def test_invariant_8_at_the_bound_the_oldest_are_forgotten_first() -> None:
    keys = Keys(most=100)
    keys.add((key, key) for key in range(1, 1001))
    assert 50 <= len(keys) <= 100
    assert all(keys.get(key) == key for key in range(951, 1001))
    assert keys.get(1) is None


def test_only_what_is_new_is_loaded() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE key_rows (counter INTEGER PRIMARY KEY, recorded_ms, body)")
    put_keys(connection, [KeyRow(i, 0, 100 + i, 0) for i in range(1, 6)])
    keys = Keys()
    keys.add([(101, 1), (102, 2)])
    keys.load(connection)
    assert len(keys) == 5
    assert keys.get(105) == 5
    assert keys.get(999) is None
    connection.close()
