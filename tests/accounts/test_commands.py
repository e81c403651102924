from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.command import Command, text_of
from stormops.accounts.commands import COMMANDS, read
from stormops.accounts.commands_work import AddContact
from stormops.accounts.proposals import Proposal
from stormops.accounts.refusal import Refusal
from stormops.core.mode import FUNCTIONS
from tests.accounts.world import full


def test_every_command_is_done_in_a_row_of_the_table_of_modes() -> None:
    for name, command in COMMANDS.items():
        assert command.function in FUNCTIONS, name
    for proposal in Proposal.__subclasses__():
        assert {proposal.asking, proposal.doing} <= set(FUNCTIONS)
    assert set(full()) <= set(FUNCTIONS)


def test_a_command_is_read_as_it_was_written() -> None:
    note = AddContact(account="a1", text="señal")
    assert read(text_of(note)) == note


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"command":"nothing"}',
        b'{"command":"add_contact"}',
        b'{"command":"add_contact","account":"a1","text":"x","more":1}',
        b'{"command":"add_contact","account":"","text":"x"}',
        b'{"command":"add_contact","account":"a1","text":"\xff"}',
        b'{"command":"add_contact","account":"a1","text":"\\ud800"}',
        b'{"command":"add_contact","account":"a1","text":"\\u0000"}',
        b'{"command":"take_payment","account":"a1","number":"1","cents":0,"tender":"cash"}',
        b'{"command":"take_payment","account":"a1","number":"1","cents":1e30,"tender":"cash"}',
        b'{"command":"require_deposit","account":"a1","fund":"x","cents":1,"decision":' + b'{"a":' * 5_000,
    ],
)
def test_what_is_no_command_is_refused(body: bytes) -> None:
    answer = read(body)
    assert isinstance(answer, Refusal)
    assert answer.code == "malformed"


@given(st.binary(max_size=200) | st.from_regex(rb'\{"command":"[a-z_]{1,12}"[^}]{0,40}\}'))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert isinstance(read(body), Refusal | Command)
