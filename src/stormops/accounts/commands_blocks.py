"""Blocks of receipt numbers: a desk's own, for when it works by itself; given out, and every number accounted for."""

from __future__ import annotations

from typing import Annotated

import msgspec

from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Id
from stormops.accounts.records_money import Receipt, ReceiptBlock
from stormops.accounts.refusal import Refused

NUMBERS_MAX = 500
"""Of one block: what a desk gives in a long shift, and what two people still look through."""
Number = Annotated[int, msgspec.Meta(ge=1, le=999_999)]


class IssueReceiptBlock(Command, frozen=True, kw_only=True, tag="issue_receipt_block"):
    """Numbers PREFIX-FIRST to PREFIX-LAST for a desk: nobody else gives them, however the desk works."""

    function = "cash_payment"
    permission = "cashier_supervisor"

    desk: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,12}\Z")]
    first: Number
    last: Number

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        if not 0 <= self.last - self.first < NUMBERS_MAX:
            raise Refused("bad_block", f"A block has 1 to {NUMBERS_MAX} numbers.", "last")
        block = ReceiptBlock(
            id=draft.new_id(),
            desk=self.desk,
            prefix=self.prefix,
            first=self.first,
            last=self.last,
            state="issued",
            issued_by=draft.envelope.actor,
        )
        if any(each.first <= self.last and self.first <= each.last for each in _of(draft, self.prefix)):
            raise Refused("block_overlaps", "Some of these numbers are in another block.", "first")
        if any(draft.where(Receipt, number=number) for number in block.numbers()):
            raise Refused("receipt_taken", "Some of these numbers were given already.", "first")
        draft.add(block)


class CloseReceiptBlock(Command, frozen=True, kw_only=True, tag="close_receipt_block"):
    """At the shift's end: of what was given each number is entered or spoiled, the rest is never given any more."""

    function = "cash_payment"
    permission = "cashier_supervisor"

    receipt_block: Id
    spoiled: Annotated[tuple[Id, ...], msgspec.Meta(max_length=NUMBERS_MAX)] = ()
    """Numbers whose paper is there and was not given to anybody."""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        block = draft.get(ReceiptBlock, self.receipt_block)
        numbers = block.numbers()
        given = {number for number in numbers if draft.where(Receipt, number=number)}
        wrong = [number for number in self.spoiled if number not in numbers or number in given]
        if wrong:
            raise Refused("not_spoiled", f"{wrong[0]} was given, or is not of this block.", "spoiled")
        used = given | set(self.spoiled)
        gaps = [number for number in numbers if used and number < max(used) and number not in used]
        if gaps:
            raise Refused("gaps", f"{gaps[0]} is missing: enter its payment, or say that it is spoiled.", "spoiled")
        draft.step(
            block, "close", spoiled=tuple(sorted(self.spoiled)), given=len(given), closed_by=draft.envelope.actor
        )
        draft.answer["receipt_block"] = block.id


def may_give(draft: Draft, number: str) -> None:
    """Raise Refused for a number of another desk's block, or of one that is closed."""
    prefix = number.rpartition("-")[0]
    for block in _of(draft, prefix) if prefix else ():
        if number not in block.numbers():
            continue
        if block.desk != draft.envelope.desk:
            raise Refused("other_desk", "This number is of another desk's block.", "number")
        if block.state != "issued":
            raise Refused("block_closed", "This number's block is closed.", "number")


def _of(draft: Draft, prefix: str) -> list[ReceiptBlock]:
    return draft.where(ReceiptBlock, prefix=prefix)
