"""Public records: by when a request is answered, what is exempt from disclosure, and how long each kind is kept."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

import msgspec

from stormops.accounts.dates import DAY
from stormops.accounts.decision import Working, rule
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class RecordsTerms(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days until an answer is due; whether who asks may stay unnamed."""

    kind: ClassVar[str] = "public_records"
    answer_days: Annotated[int, msgspec.Meta(ge=1, le=366)]
    may_be_anonymous: bool


class Exemption(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a class of values (`of`; `disclosure.CLASSES`) is withheld, and what a reader is told instead of it."""

    kind: ClassVar[str] = "exemption"
    withhold: bool
    by: Annotated[str, msgspec.Meta(max_length=120, pattern=r"^[^\[\]\r\n]*$")] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.withhold and not self.by:
            raise ValueError("what is withheld says `by` which exemption")


class Retention(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a kind of record (`of`; `books.retention.KEPT`) is kept, in years; without them, for ever."""

    kind: ClassVar[str] = "retention"
    years: Annotated[int, msgspec.Meta(ge=1, le=200)] | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """When the request came, and whether who asks gave a name."""

    received: date
    named: bool


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The day by which it is answered."""

    due: date


@rule("public_records.answer")
def answer(terms: RecordsTerms, given: Asked, working: Working) -> Answer | Refusal:
    """When the answer is due, or that a name is needed."""
    if not working("may stay unnamed", "of the policy", terms.may_be_anonymous) and not given.named:
        return Refusal("no_requester", "Who asks for records gives a name here.", "requester")
    due = working("due", f"{given.received} + {terms.answer_days} days", given.received + DAY * terms.answer_days)
    return Answer(due=due)
