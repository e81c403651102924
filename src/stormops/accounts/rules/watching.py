"""What a city's continuous audit asks about: the terms; `accounts.auditing` has the questions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec

from stormops.accounts.policy import Terms

Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]


class AuditWatch(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Local hours of a quiet day, what is round, and from what share on one person gives much of all that is given."""

    kind: ClassVar[str] = "audit_watch"
    opens_hour: Hour
    closes_hour: Hour
    round_to: Decimal
    share_percent: Decimal
    given_count: Annotated[int, msgspec.Meta(ge=1)]
