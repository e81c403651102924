"""What can be asked for, by command: with a rule's decision where there is one, else the command itself."""

from __future__ import annotations

from stormops.accounts.asking.asked import Asked, Work
from stormops.accounts.asking.bankruptcy import AskAssurance, AskSetOff, AskSplit, AskWithdrawal
from stormops.accounts.asking.billing import AskBill, AskFee, AskReturned, AskUmbrellaBill
from stormops.accounts.asking.breaching import AskBreach
from stormops.accounts.asking.collecting import (
    AskAllowance,
    AskArrangement,
    AskCutNotice,
    AskExtension,
    AskPlacement,
    AskRecall,
    AskRecovery,
)
from stormops.accounts.asking.estimating import AskEstimate
from stormops.accounts.asking.guaranteeing import AskGuaranty, AskRelease
from stormops.accounts.asking.lending import (
    AskInstalment,
    AskLoan,
    AskLoanInterest,
    AskLoanStep,
    AskPrepayment,
    AskRebate,
    AskRebateBudget,
)
from stormops.accounts.asking.letters import AskLetter
from stormops.accounts.asking.records import AskPreparation, AskRecords
from stormops.accounts.asking.requesting import AskRequest, AskTurnOver
from stormops.accounts.asking.service import AskDeposit, AskDepositInterest, AskStart, AskTransfer
from stormops.accounts.command import Command
from stormops.accounts.commands import COMMANDS

_ASKED: tuple[type[Asked], ...] = (
    AskStart,
    AskTransfer,
    AskDeposit,
    AskDepositInterest,
    AskGuaranty,
    AskRelease,
    AskEstimate,
    AskBill,
    AskUmbrellaBill,
    AskFee,
    AskReturned,
    AskSplit,
    AskAssurance,
    AskWithdrawal,
    AskSetOff,
    AskArrangement,
    AskExtension,
    AskBreach,
    AskCutNotice,
    AskPlacement,
    AskRecall,
    AskRecovery,
    AskAllowance,
    AskLoan,
    AskLoanStep,
    AskLoanInterest,
    AskInstalment,
    AskPrepayment,
    AskRebate,
    AskRebateBudget,
    AskRequest,
    AskTurnOver,
    AskLetter,
    AskRecords,
    AskPreparation,
)

Body = Asked | Command

BODIES: dict[str, type[Asked | Command]] = {
    **COMMANDS,
    **{str(asked.makes.__struct_config__.tag): asked for asked in _ASKED},
}
"""The body of each command as people send it."""


def made(body: Body, work: Work) -> Command:
    """The command that comes of a body. Raises Refused."""
    return body.command(work) if isinstance(body, Asked) else body
