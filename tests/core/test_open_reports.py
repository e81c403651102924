import random

from stormops.core.open_reports import (
    NOWHERE,
    SAFETY,
    SHOWN,
    SYMPTOM_CODE,
    OpenReports,
    Standing,
    pack_pairs,
    unpack_pairs,
)
from stormops.core.report import Symptom, Utility


def filled(receipts: list[int]) -> OpenReports:
    reports = OpenReports()
    for i, receipt in enumerate(receipts, 1):
        reports.add(receipt, i, 1000 + i, symptom=Symptom.WATER, flags=SHOWN, where=(NOWHERE, NOWHERE))
    return reports


def test_a_report_is_found_as_it_was_put() -> None:
    reports = OpenReports()
    where = (-842_000_000, 301_000_000)
    reports.add(12, 3, 5_000, symptom=Symptom.WIRE_DOWN, flags=SAFETY | SHOWN, where=where)
    report = reports.get(12)
    assert report is not None
    assert (report.receipt, report.position, report.received_ms) == (12, 3, 5_000)
    assert (report.symptom, report.utility) == (Symptom.WIRE_DOWN, Utility.ELECTRIC)
    assert (report.safety, report.medical, report.shown, report.answered) == (True, False, True, False)
    assert (report.lon, report.lat) == (-84.2, 30.1)
    assert (report.premise, report.incident, report.rule) == (-1, -1, "")
    assert report.standing is Standing.RECEIVED
    assert 12 in reports
    assert reports.get(13) is None


def test_rows_of_reports_that_left_are_used_again() -> None:
    reports = filled([5, 6, 7])
    reports.drop(6)
    assert len(reports) == 2
    assert 6 not in reports
    row = reports.add(9, 4, 1, symptom=Symptom.TREE, flags=0, where=(NOWHERE, NOWHERE))
    assert row == 1
    report = reports.get(9)
    assert report is not None
    assert (report.symptom, report.lon) == (Symptom.TREE, None)
    assert len(reports.receipt) == 3


def test_many_are_put_as_one_by_one() -> None:
    one, many = filled([1, 2, 3, 4]), filled([1, 2, 3, 4])
    for reports in (one, many):
        reports.drop(2)
        reports.drop(3)
    receipts, where = [11, 12, 13, 14], ([7, 8, 9, NOWHERE], [1, 2, 3, NOWHERE])
    for i, receipt in enumerate(receipts):
        at = where[0][i], where[1][i]
        one.add(receipt, 5 + i, 2_000 + i, symptom=Symptom.TREE, flags=i, where=at)
    many.add_many(
        receipts,
        {
            "position": [5, 6, 7, 8],
            "received_ms": [2_000, 2_001, 2_002, 2_003],
            "symptom": SYMPTOM_CODE[Symptom.TREE],
            "flags": [0, 1, 2, 3],
            "lon_e7": where[0],
            "lat_e7": where[1],
        },
    )
    assert many.row_of == one.row_of
    assert [many.get(receipt) for receipt in (1, 4, *receipts)] == [one.get(receipt) for receipt in (1, 4, *receipts)]
    assert many.copy_columns() == one.copy_columns()


def test_copies_do_not_depend_on_which_rows_were_free() -> None:
    straight = filled([1, 2, 3, 4])
    straight.drop(2)
    crooked = OpenReports()
    for receipt, position in ((9, 90), (8, 91), (1, 1), (3, 3), (4, 4)):
        crooked.add(receipt, position, 1000 + position, symptom=Symptom.WATER, flags=SHOWN, where=(NOWHERE, NOWHERE))
    crooked.drop(9)
    crooked.drop(8)
    assert crooked.copy_columns() == straight.copy_columns()


def test_reports_come_back_from_their_copy() -> None:
    reports = filled(list(range(100, 150)))
    for receipt in random.Random(1).sample(range(100, 150), 20):
        reports.drop(receipt)
    reports.rule[reports.row_of[next(iter(reports.row_of))]] = reports.rule_code("nearest")
    twice = next(iter(reports.row_of))
    reports.heard_again(twice, 7, 70)
    reports.heard_again(twice, 6, 0)
    kept = [[receipt, *values] for receipt, values in reports.again.items()]
    again = OpenReports.from_columns(reports.copy_columns(), list(reports.rules), kept)
    assert again.repeats(twice) == 2
    report = again.get(twice)
    assert report is not None
    assert report.noted == 70
    assert {r: again.get(r) for r in again.row_of} == {r: reports.get(r) for r in reports.row_of}
    assert again.rule_code("nearest") == reports.rule_code("nearest")


def test_pairs_come_back_in_an_order_of_their_own() -> None:
    one, other = {3: 4, 1: 2**62, 2: -1}, {1: 2**62, 2: -1, 3: 4}
    assert pack_pairs(one) == pack_pairs(other)
    assert unpack_pairs(*pack_pairs(one)) == one
    assert unpack_pairs(*pack_pairs({})) == {}
