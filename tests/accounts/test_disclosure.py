from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from stormops.accounts.commands import COMMANDS
from stormops.accounts.disclosure import CLASSES, FILES, Redaction, Seen, Sums, rows, said
from tests.accounts.test_audit import EVENT

CLOSED = {each: f"s. {each}" for each in CLASSES}
OPEN = dict.fromkeys(CLASSES, "")


def seen(body: Mapping[str, object], **fields: Any) -> Seen:
    return Seen(7, msgspec.structs.replace(EVENT, **fields), body, COMMANDS[str(body["command"])].__module__)


def test_every_column_has_a_class_that_the_policy_speaks_of() -> None:
    for columns in FILES.values():
        assert {column.of for column in columns} <= {*CLASSES, "", "code"}
        assert len({column.name for column in columns}) == len(columns)


@pytest.mark.parametrize("kind", ["interactions", "commands"])
def test_a_row_is_as_wide_as_its_file_and_says_which_exemption_took_what(kind: str) -> None:
    body = {"command": "update_contact", "account": "a1", "kind": "mobile", "value": "850-555-0199"}
    redaction = Redaction(CLOSED)
    (row,) = rows(kind, seen(body, actor="ann", command="update_contact"))
    cells = dict(zip((column.name for column in FILES[kind]), redaction.cells(kind, row), strict=True))
    assert cells["contact"] == "[withheld: s. contact]"
    assert cells["account"] == "[withheld: s. account]"
    assert cells["name"] == ""
    assert redaction.withheld["contact"] == 1
    if kind == "interactions":
        assert cells["kind"] == "mobile"


def test_what_the_policy_opens_is_given_and_is_no_formula() -> None:
    body = {"command": "add_contact", "account": "a1", "text": "=HYPERLINK(1)", "language": "en"}
    (row,) = rows("commands", seen(body, actor="ann", command="add_contact"))
    assert "'=HYPERLINK(1)" in Redaction(OPEN).cells("commands", row)


def test_a_text_in_a_field_that_nobody_classified_is_withheld_as_text() -> None:
    assert said({"command": "x", "brand_new": "Ada Nunez", "nested": {"deep": ["850"]}})["text"] == "Ada Nunez; 850"
    assert said({"command": "x", "longitude": -84.2, "relay": True, "register": 4711}) == {
        **dict.fromkeys(CLASSES, ""),
        "address": "-84.2",
        "medical": "True",
        "usage": "4711",
    }


def test_what_is_no_word_of_the_system_is_no_code() -> None:
    body = {"command": "add_contact", "account": "a1", "text": "x", "language": "Ada Nunez", "kind": "ada"}
    (row,) = rows("interactions", seen(body, actor="ann", command="add_contact", mode="Ada"))
    cells = Redaction(CLOSED).cells("interactions", row)
    assert not [cell for cell in cells if "ada" in cell.lower()]
    assert Redaction(CLOSED).cells("staff_actions", (1, "ann", "Ada N", "done"))[2] == "[withheld: s. text]"


def test_a_customer_who_did_it_is_no_staff() -> None:
    for exemptions, shown in ((CLOSED | {"staff": ""}, "[withheld: s. account]"), (OPEN, "customer:p1")):
        made = Redaction(exemptions).cells("staff_actions", (1, "customer:p1", "x", "done"))
        assert made[1] == shown
    sums = Sums()
    for actor in ("customer:p1", "ann", "ann"):
        sums.add(seen({"command": "add_contact"}, actor=actor, command="add_contact"))
    assert list(sums.rows("staff_actions")) == [(2, "ann", "add_contact", EVENT.outcome)]
