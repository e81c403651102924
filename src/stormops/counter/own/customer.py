"""Who is signed in at the customers' door: a party with its accounts, and authority over these alone."""

from __future__ import annotations

from typing import NamedTuple

from stormops.accounts.asking.catalogue import Body
from stormops.accounts.controls import OWN, Grant
from stormops.counter.clerk import Asking

CHANNEL, DESK = "online", "web"


class Customer(NamedTuple):
    """A party at the customers' door. Whoever has no account there yet is nobody (party "") and has none."""

    party: str
    name: str
    account: str
    """The one in sight."""
    accounts: tuple[str, ...]
    csrf: str
    token: str

    @property
    def person(self) -> str:
        """As the audit names them."""
        return f"customer:{self.party}"[:96]

    @property
    def desk(self) -> str:
        """Where they sit."""
        return DESK

    @property
    def shift(self) -> int:
        """None."""
        return 0

    @property
    def roles(self) -> list[str]:
        """None of staff's."""
        return []

    @property
    def permissions(self) -> frozenset[str]:
        """Of staff's screens: none."""
        return frozenset()

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What customers do by themselves, and only on their own accounts (`only`)."""
        return (Grant(OWN),)

    @property
    def related(self) -> frozenset[str]:
        """Nobody is kept from their own accounts here."""
        return frozenset()

    @property
    def only(self) -> frozenset[str]:
        """Their accounts."""
        return frozenset(self.accounts)


NOBODY = Customer("", "", "", (), "", "")
"""Who asks for service and has no account."""


def asking(customer: Customer, name: str, body: Body, key: str, seal: str = "") -> Asking:
    """A command that a customer asks for."""
    return Asking(name, body, key, customer, CHANNEL, None, seal)
