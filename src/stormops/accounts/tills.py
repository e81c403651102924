"""Where a payment goes: the desk's open drawer, the bank, or the card processor's clearing."""

from __future__ import annotations

from stormops.accounts import postings
from stormops.accounts.draft import Draft
from stormops.accounts.postings import BANK, CARDS, Till
from stormops.accounts.records_money import Drawer
from stormops.accounts.refusal import Refused

TENDERS = ("cash", "cheque", "card", "bank")


def into(draft: Draft, tender: str, drawer: str | None) -> Till:
    """The till of a tender. Raises Refused."""
    if tender not in TENDERS:
        raise Refused("unknown_tender", f"A payment is by {', '.join(TENDERS)}.", "tender")
    if tender in {"card", "bank"}:
        return CARDS if tender == "card" else BANK
    if drawer is None:
        raise Refused("no_drawer", "Cash and cheques go into an open drawer.", "drawer")
    found = draft.get(Drawer, drawer)
    if found.desk != draft.envelope.desk:
        raise Refused("other_desk", "The drawer is another desk's.", "drawer")
    draft.step(found, "take")
    return postings.drawer(found.id)
