"""Commands of the cashier: drawers opened, banked, counted and closed."""

from __future__ import annotations

from stormops.accounts import postings
from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.postings import CARDS
from stormops.accounts.record import Amount, Id, Payment
from stormops.accounts.records_money import Drawer
from stormops.accounts.refusal import Refused


class OpenDrawer(Command, frozen=True, kw_only=True, tag="open_drawer"):
    """A drawer for a desk and shift, with change from the bank."""

    function = "cash_payment"
    permission = "cashier"

    change: Amount = 0

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        desk = draft.envelope.desk
        if any(drawer.state != "closed" for drawer in draft.where(Drawer, desk=desk)):
            raise Refused("drawer_open", "This desk has a drawer that is not closed.", "desk")
        drawer = draft.add(
            Drawer(
                id=draft.new_id(),
                desk=desk,
                shift=draft.envelope.shift,
                opened_by=draft.envelope.actor,
                state="open",
            )
        )
        if self.change:
            draft.post(postings.float_issued(draft.head(), postings.drawer(drawer.id), self.change))


class Bank(Command, frozen=True, kw_only=True, tag="bank"):
    """A deposit slip: a drawer's money (or, without one, what the card processor paid) is at the bank."""

    function = "cash_payment"
    permission = "cashier"

    cents: Payment
    drawer: Id | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        till = CARDS
        if self.drawer is not None:
            till = postings.drawer(draft.step(draft.get(Drawer, self.drawer), "bank").id)
        draft.post(postings.banked(draft.head(), till, self.cents))


class CountDrawer(Command, frozen=True, kw_only=True, tag="count_drawer"):
    """The first of two people counts the drawer, not knowing what the books expect."""

    function = "cash_payment"
    permission = "cashier"

    drawer: Id
    counted: Amount

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        drawer = draft.get(Drawer, self.drawer)
        draft.step(drawer, "count", counted=self.counted, counted_by=draft.envelope.actor)


class CloseDrawer(Command, frozen=True, kw_only=True, tag="close_drawer"):
    """The second counts it too: the same, or both count again. What is over or short is posted, all else banked."""

    function = "cash_payment"
    permission = "cashier"

    drawer: Id
    counted: Amount

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        drawer = draft.get(Drawer, self.drawer)
        if drawer.counted_by == draft.envelope.actor:
            raise Refused("maker_is_checker", "A drawer is counted by two people.", "actor")
        if drawer.state == "counted" and drawer.counted != self.counted:
            draft.step(drawer, "recount", counted=None, counted_by="")
            draft.answer["recount"] = drawer.id
            return
        draft.step(drawer, "close", closed_by=draft.envelope.actor)
        till, over = postings.drawer(drawer.id), self.counted - drawer.balance
        if over:
            draft.post(postings.over_short(draft.head(), till, over))
        if self.counted:
            draft.post(postings.banked(draft.head(), till, self.counted))
        draft.answer["over"] = str(over)
