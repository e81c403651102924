"""Commands of quality: contacts drawn by a sample that can be drawn again, scored, disputed, settled by another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated

import msgspec

from stormops.accounts.command import Command
from stormops.accounts.commands_work import needs_text
from stormops.accounts.draft import Draft
from stormops.accounts.record import Id, Text
from stormops.accounts.records_work import Contact, QaReview
from stormops.accounts.refusal import Refused

POINTS_MAX = 100
CRITERIA_MAX = 40
Points = Annotated[int, msgspec.Meta(ge=0, le=POINTS_MAX)]


def sample(contacts: Iterable[str], seed: str, of_ten_thousand: int) -> list[str]:
    """Of the contacts, that share of which a hash with the seed falls below it: the same whenever it is drawn again."""
    return [each for each in contacts if _place(each, seed) < of_ten_thousand]


def _place(contact: str, seed: str) -> int:
    digest = hashlib.sha256(f"{seed}\0{contact}".encode()).digest()
    return int.from_bytes(digest[:8]) % 10_000


class DrawReview(Command, frozen=True, kw_only=True, tag="draw_review"):
    """A contact that the sample drew, to be scored by the form."""

    function = "qa_scoring"
    permission = "quality"

    contact: Id
    form: Id
    seed: Id
    of_ten_thousand: Annotated[int, msgspec.Meta(ge=1, le=10_000)]

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        contact = draft.get(Contact, self.contact)
        if not sample([contact.id], self.seed, self.of_ten_thousand):
            raise Refused("not_drawn", "The sample of this seed does not draw this contact.", "contact")
        if any(each.form == self.form for each in draft.where(QaReview, contact=contact.id)):
            raise Refused("drawn_already", "This contact has a review by this form.", "contact")
        draft.add(
            QaReview(
                id=draft.new_id(), contact=contact.id, of=contact.by, form=self.form, seed=self.seed, state="drawn"
            )
        )


class ScoreReview(Command, frozen=True, kw_only=True, tag="score_review"):
    """Points by criterion; a critical failure (a hazard not escalated, a promise beyond authority) fails the whole."""

    function = "qa_scoring"
    permission = "quality"

    review: Id
    points: Annotated[dict[str, Points], msgspec.Meta(min_length=1, max_length=CRITERIA_MAX)]
    failures: Annotated[tuple[Id, ...], msgspec.Meta(max_length=CRITERIA_MAX)] = ()
    note: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        review = draft.get(QaReview, self.review)
        if review.of == draft.envelope.actor:
            raise Refused("maker_is_checker", "Nobody scores a contact of their own.", "actor")
        if self.failures:
            needs_text(self.note, "note")
        draft.step(
            review,
            "score",
            reviewer=draft.envelope.actor,
            points=self.points,
            failures=self.failures,
            note=self.note,
        )


class SettleReview(Command, frozen=True, kw_only=True, tag="settle_review"):
    """accept or dispute (by whose contact it was), uphold or overturn (by neither of the two), drop."""

    function = "qa_scoring"
    permission = "contact"

    review: Id
    step: str
    note: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        review, actor = draft.get(QaReview, self.review), draft.envelope.actor
        theirs = self.step in {"accept", "dispute"}
        draft.allow(self.function, self.permission if theirs else "quality")
        if self.step == "score":
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        if theirs and actor != review.of:
            raise Refused("not_maker", "Whose contact it was accepts or disputes.", "actor")
        if not theirs and actor in {review.of, review.reviewer}:
            raise Refused("maker_is_checker", "A dispute is settled by somebody else.", "actor")
        if self.step != "accept":
            needs_text(self.note, "note")
        draft.step(review, self.step, note=f"{review.note}\n{self.step}: {self.note}" if self.note else review.note)
