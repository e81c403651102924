from __future__ import annotations

import msgspec
import pytest

from stormops.accounts.command import Envelope, fingerprint, name_of, text_of
from stormops.accounts.commands_work import AddContact
from tests.accounts.world import World

NOTE = AddContact(account="a1", text="hello")


def test_a_command_names_itself_and_its_text_is_the_same_for_the_same() -> None:
    assert name_of(NOTE) == "add_contact"
    assert msgspec.json.decode(text_of(NOTE), type=AddContact) == NOTE
    assert text_of(NOTE) == text_of(AddContact(text="hello", account="a1"))


def test_a_fingerprint_is_of_what_was_asked_and_by_whom() -> None:
    world = World()
    mine, again, hers = world.envelope("ann"), world.envelope("ann"), world.envelope("bea")
    assert fingerprint(NOTE, mine) == fingerprint(NOTE, again) != fingerprint(NOTE, hers)
    assert fingerprint(AddContact(account="a1", text="hell"), mine) != fingerprint(NOTE, mine)


@pytest.mark.parametrize("key", ["", "x" * 65, "a b", "k~2", "k'"])
def test_a_key_is_short_and_plain(key: str) -> None:
    envelope = World().envelope()
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(envelope), "key": key}, Envelope)
