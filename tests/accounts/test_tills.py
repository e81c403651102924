from __future__ import annotations

import pytest

from stormops.accounts import tills
from stormops.accounts.draft import Draft
from stormops.accounts.postings import BANK, CARDS, Till
from stormops.accounts.refusal import Refused
from tests.accounts.test_commands_cash import till
from tests.accounts.world import city


def test_each_tender_has_its_till() -> None:
    world = city()
    drawer = till(world)
    draft = Draft(world.books, world.envelope(), world.grants("ann"), world.now)
    assert tills.into(draft, "bank", None) == BANK
    assert tills.into(draft, "card", drawer) == CARDS
    assert tills.into(draft, "cheque", drawer) == Till("1020", drawer)
    for tender, where in (("gold", drawer), ("cash", None), ("cash", "nowhere")):
        with pytest.raises(Refused):
            tills.into(draft, tender, where)
