from __future__ import annotations

import msgspec

from stormops.accounts.asking.asked import Asked
from stormops.accounts.asking.catalogue import BODIES, made
from stormops.accounts.commands import COMMANDS
from stormops.accounts.commands_work import AddContact
from tests.accounts.asking.paper import paper


def test_every_command_can_be_asked_for() -> None:
    assert set(BODIES) == set(COMMANDS)
    for name, body in BODIES.items():
        assert not issubclass(body, Asked) or body.makes is COMMANDS[name]


def test_nobody_is_asked_for_a_decision() -> None:
    decided = {"decision", "terms", "worksheet", "deposit_decision"}
    for body in BODIES.values():
        assert decided.isdisjoint(field.name for field in msgspec.structs.fields(body))


def test_what_needs_no_rule_is_the_command_itself() -> None:
    body = AddContact(account="a1", text="hello")
    assert made(body, paper().work) is body
