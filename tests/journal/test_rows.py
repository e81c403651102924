from __future__ import annotations

import sqlite3

import msgspec
import pytest

from stormops.core.entry import AnyFact, ReportReceived, decode
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.rows import KeyRow, Together, all_keys, find_key, pack, put_keys, unpack

FACTS: list[AnyFact] = [
    ReportReceived(receipt=str(i), channel=Channel.API, report=Report(symptom=Symptom.TREE, account="1"))
    for i in range(20)
]


@pytest.mark.parametrize("count", [1, 2, 15, 16, 20])
def test_the_facts_of_a_row_come_back(count: int) -> None:
    assert unpack(pack(FACTS[:count])) == FACTS[:count]


def test_a_row_of_one_fact_is_the_fact_itself_as_in_schema_1() -> None:
    assert decode(pack(FACTS[:1])) == FACTS[0]


@pytest.mark.parametrize("keys", [[], ["", "k", "k2"]])
def test_reports_written_together_come_back_as_facts_in_their_place(keys: list[str]) -> None:
    reports = [Report(symptom=Symptom.TREE, account=str(i)) for i in range(3)]
    together = Together(channel=Channel.API, sender="us", receipts=["7", "8", "9"], reports=reports, keys=keys)
    alone = [
        ReportReceived(receipt=receipt, channel=Channel.API, report=report, sender="us" if key else "", key=key)
        for receipt, report, key in zip("789", reports, keys or [""] * 3, strict=True)
    ]
    assert unpack(pack([together])) == alone
    assert unpack(pack([FACTS[0], together, FACTS[1]])) == [FACTS[0], *alone, FACTS[1]]


def test_what_is_no_row_is_refused() -> None:
    for body in (b"", b"\xc1", pack(FACTS)[:-1]):
        with pytest.raises(msgspec.DecodeError):
            unpack(body)


def test_keys_are_found_by_their_counter() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE key_rows (counter INTEGER PRIMARY KEY, recorded_ms INTEGER, body BLOB)")
    keys = [KeyRow(i, 1_000 + i, 2**63 - i, i) for i in (1, 3, 4, 9, 10, 12)]
    put_keys(connection, keys[:1])
    put_keys(connection, [])
    put_keys(connection, keys[1:5])
    put_keys(connection, keys[5:])
    pairs = [(key.hash, key.counter) for key in keys]
    assert [pair for row in all_keys(connection) for pair in zip(*row, strict=True)] == pairs
    assert [pair for row in all_keys(connection, 3) for pair in zip(*row, strict=True)] == pairs[2:]
    assert [find_key(connection, i) for i in (1, 4, 12)] == [keys[0], keys[2], keys[5]]
    assert [find_key(connection, i) for i in (2, 8, 13)] == [None] * 3
    connection.close()
