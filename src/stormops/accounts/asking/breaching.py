"""Asking whether an arrangement is kept: by what the books say was paid towards it, not by a person's eye."""

from __future__ import annotations

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.commands_breach import BreakArrangement
from stormops.accounts.owed import paid_towards
from stormops.accounts.record import Id
from stormops.accounts.records_money import Arrangement, Receivable
from stormops.accounts.rules import arrangements


def kept_of(work: Work, arrangement: Arrangement) -> arrangements.Kept:
    """An arrangement as the rule is given it."""
    return arrangements.Kept(
        dues=tuple(arrangements.Due(each.due, each.cents) for each in arrangement.instalments),
        paid=paid_towards(arrangement, work.reader.where(Receivable, account=arrangement.account)),
    )


class AskBreach(Asked, frozen=True, kw_only=True):
    """An arrangement found broken, since the day on which the rule finds it; refused where it is kept."""

    makes = BreakArrangement

    arrangement: Id

    def command(self, work: Work) -> BreakArrangement:
        """See `Asked.command`."""
        arrangement = work.get(Arrangement, self.arrangement)
        kept = kept_of(work, arrangement)
        since = work.decide(arrangements.broken_on, kept, field="arrangement")
        return BreakArrangement(
            arrangement=arrangement.id, broken=since.value.isoformat(), paid=kept.paid, decision=plain(since)
        )
