"""What belongs to whom: by which contact somebody is known, which accounts are theirs. Reads the books."""

from __future__ import annotations

import re
from datetime import date
from hashlib import blake2b

from stormops.accounts.draft import Reader
from stormops.accounts.records_place import Account, ContactPoint, PartyRole

ROLES = frozenset({"liable", "authorised"})
"""Who sees an account beside whose it is; a guarantor, a landlord and an agent do not."""

CONTACT_CHARACTERS_MAX = 200
PHONE_DIGITS = 10

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def contact(typed: str) -> str:
    """A telephone number as ten digits, an e-mail address in small letters; "" for what is neither."""
    text = typed.strip()[:CONTACT_CHARACTERS_MAX]
    if "@" in text:
        return text.casefold() if _MAIL.fullmatch(text) else ""
    digits = re.sub(r"[^0-9]", "", text).removeprefix("1")
    return digits if len(digits) == PHONE_DIGITS and re.fullmatch(r"[+0-9().\s/-]+", text) else ""


def party_reached(reader: Reader, account: str, by: str, today: date) -> str | None:
    """The party of an account that is reached by a contact (`contact`)."""
    found = reader.get(Account, account)
    if found is None:
        return None
    roles = [role.party for role in reader.where(PartyRole, account=account) if _holds(role, today)]
    for key in dict.fromkeys([found.party, *roles]):
        for point in _points(reader, key):
            if contact(point.value) == by:
                return key
    return None


def accounts_of(reader: Reader, party: str, today: date) -> list[str]:
    """The accounts that a party sees."""
    own = [account.id for account in reader.where(Account, party=party)]
    others = [role.account for role in reader.where(PartyRole, party=party) if _holds(role, today)]
    return sorted({*own, *others})


def reached(reader: Reader, party: str) -> bytes:
    """A hash of how a party is reached: with any change of it, sessions end."""
    points = sorted(f"{point.id} {point.kind} {point.value}" for point in _points(reader, party))
    return blake2b("\n".join(points).encode(), digest_size=16).digest()


def _points(reader: Reader, party: str) -> list[ContactPoint]:
    return [point for point in reader.where(ContactPoint, party=party) if point.current and point.kind != "relay"]


def _holds(role: PartyRole, today: date) -> bool:
    return role.role in ROLES and role.since <= today and (role.until is None or today < role.until)
