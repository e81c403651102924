"""A small world for tests of commands: books in memory, people with authority, a day that goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

import msgspec

from stormops.accounts.command import Circumstances, Command, Envelope
from stormops.accounts.commands import COMMANDS
from stormops.accounts.commands_asked import StepServiceRequest, TakeServiceRequest
from stormops.accounts.commands_billing import EstimateRead, RecordRead
from stormops.accounts.commands_blocks import CloseReceiptBlock, IssueReceiptBlock
from stormops.accounts.commands_budget import SetRebateBudget, StepRebateBudget
from stormops.accounts.commands_cash import Bank, CloseDrawer, CountDrawer, OpenDrawer
from stormops.accounts.commands_collect import AllowForBadDebt
from stormops.accounts.commands_hand_over import OfferHandOver, StepHandOver
from stormops.accounts.commands_owner import EndOwnerAgreement, SignOwnerAgreement
from stormops.accounts.commands_party import OpenAccount
from stormops.accounts.commands_place import (
    AddPremise,
    AddServicePoint,
    AddUnit,
    DamageServicePoint,
    EndPremise,
    MakePremiseOfficial,
    RetireUnit,
)
from stormops.accounts.commands_quality import DrawReview, ScoreReview, SettleReview
from stormops.accounts.commands_records import (
    FetchRecords,
    PrepareRecords,
    ReleaseRecords,
    StepRecordsRequest,
    TakeRecordsRequest,
)
from stormops.accounts.commands_release import BeginRelease, RecordException, StepRelease
from stormops.accounts.commands_review import AddFinding, AddTask, StepFinding, StepTask
from stormops.accounts.commands_run import AdvanceRun, BeginRun, ExceptBill
from stormops.accounts.commands_weather import DeclareWeatherHold, LiftWeatherHold
from stormops.accounts.commands_work import StepVisit, TakeTicket
from stormops.accounts.controls import Grant, Grants, Limits, Tier
from stormops.accounts.deciding import Effects, decide
from stormops.accounts.draft import Reader
from stormops.accounts.ledger import Journal, JournalState
from stormops.accounts.policy_limits import ADJUSTING, PAYING_OUT
from stormops.accounts.proposals import Proposal
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import ChargeType
from stormops.accounts.refusal import Refusal
from stormops.accounts.subledger import SUBLEDGERS
from stormops.books.columns import fields_of

R = TypeVar("R", bound=Record)

HASH = "a" * 64
PROOF = {"policy": "example city", "version": "3", "formula": "as the rule says"}

LIMITS = Limits(
    tiers={
        kind: (Tier(2_500, ()), Tier(20_000, ("lead",)), Tier(100_000_000, ("lead", "chief")))
        for kind in (
            "adjustment",
            "back_bill",
            "overcharge",
            "leak",
            "transfer",
            "credit_refund",
            "deposit_refund",
            "rebate",
        )
    }
    | {
        kind: (Tier(100_000_000, ("chief",)),)
        for kind in ("mass_credit", "disbursement", "loan_write_off", "write_off")
    },
    split_days=dict.fromkeys((*ADJUSTING, *PAYING_OUT), 30) | {"rebate": 10},
    payee_days=10,
    uncleared_days=10,
    hardship_in_storm=True,
    exception_days=30,
    exceptions_per_inspector_day=2,
    stand_in_payment_max=50_000,
    stand_in_extension_days=14,
    stand_in_deposit_max=100_000,
    cheques_returned=2,
    cheques_returned_days=183,
    cheques_refused_days=365,
)

CHARGES = [
    ChargeType(id="tax", name="Public service tax", fund="electric", credits="2200", disconnectable=True, rank=1),
    ChargeType(id="stormwater", name="Stormwater", fund="stormwater", credits="4060", disconnectable=False, rank=2),
    ChargeType(id="late", name="Late fee", fund="general", credits="4500", disconnectable=True, rank=3),
    ChargeType(id="returned", name="Returned payment", fund="general", credits="4500", disconnectable=True, rank=4),
    ChargeType(id="sewer", name="Sewer", fund="sewer", credits="4030", disconnectable=True, rank=5),
    ChargeType(id="water", name="Water", fund="water", credits="4020", disconnectable=True, rank=6),
    ChargeType(id="energy", name="Electric", fund="electric", credits="4010", disconnectable=True, rank=7),
    ChargeType(id="fire", name="Fire fee", fund="fire", credits="2300", disconnectable=False, rank=8),
    ChargeType(id="loan", name="Loan instalment", fund="electric", credits="4090", disconnectable=False, rank=9),
]

OF_NO_ACCOUNT = (
    AddFinding,
    AddPremise,
    AddServicePoint,
    AddUnit,
    AdvanceRun,
    AllowForBadDebt,
    Bank,
    BeginRun,
    BeginRelease,
    CloseDrawer,
    CloseReceiptBlock,
    CountDrawer,
    DamageServicePoint,
    DeclareWeatherHold,
    DrawReview,
    EndOwnerAgreement,
    EndPremise,
    EstimateRead,
    FetchRecords,
    LiftWeatherHold,
    IssueReceiptBlock,
    MakePremiseOfficial,
    OpenAccount,
    OpenDrawer,
    PrepareRecords,
    RecordException,
    RecordRead,
    ReleaseRecords,
    RetireUnit,
    OfferHandOver,
    ScoreReview,
    SetRebateBudget,
    SettleReview,
    SignOwnerAgreement,
    StepFinding,
    StepRebateBudget,
    StepRecordsRequest,
    StepRelease,
    TakeRecordsRequest,
    TakeTicket,
)
"""Commands that concern no account that is there."""

MAY_BE_OF_NONE = (AddTask, ExceptBill, StepHandOver, StepServiceRequest, StepTask, StepVisit, TakeServiceRequest)
"""Commands that may concern an account."""

FUNCTIONS = sorted({command.function for command in COMMANDS.values()})
PERMISSIONS = sorted(
    {command.permission for command in COMMANDS.values()}
    | {"adjust", "declare_waiver", "transfer", "refund", "rebate", "disburse", "collect"}
    | {"lead", "chief", "supervisor", "post", "reverse", "refund_issue", "billing"}
)


def full() -> dict[str, str]:
    """Every function served in full."""
    doing = {proposal.doing for proposal in Proposal.__subclasses__()}
    asking = {proposal.asking for proposal in Proposal.__subclasses__()}
    more = {"deposit_recovery", "card_payment", "agency_recall", "escalation_safety", "corrective_action"}
    more |= {"refund_hardship"}
    return dict.fromkeys(sorted({*FUNCTIONS, *doing, *asking, *more}), "full")


@dataclass
class Memory(Reader):
    """Books in memory."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=dict)

    def get(self, kind: type[R], key: str) -> R | None:
        found = self.records.get((kind_name(kind), key))
        return found if isinstance(found, kind) else None

    def where(self, kind: type[R], **equal: str) -> list[R]:
        assert equal.keys() <= {each.name for each in fields_of(kind) if each.indexed}, "the books have no such index"
        found = [record for record in self.records.values() if isinstance(record, kind)]
        return sorted(
            (r for r in found if all(getattr(r, name) == value for name, value in equal.items())), key=lambda r: r.id
        )

    def journal(self, key: str) -> Journal | None:
        return self.journals.get(key)

    def of_account(self, account: str) -> list[Journal]:
        return [entry for entry in self.journals.values() if any(line.party == account for line in entry.lines)]

    def reversed(self, key: str) -> bool:
        return any(entry.reverses == key for entry in self.journals.values())

    def write(self, effects: Effects) -> None:
        for record in effects.records:
            self.records[kind_name(type(record)), record.id] = record
        for entry in effects.journals:
            assert entry.id not in self.journals
            self.journals[entry.id] = entry
        for entry in effects.ended:
            self.journals[entry.id] = entry

    def out_of_balance(self) -> dict[str, int]:
        """Control accounts that differ from their sub-ledgers, item by item."""
        items: Counter[tuple[str, str]] = Counter()
        for entry in self.journals.values():
            for line in entry.lines if entry.state is JournalState.POSTED else ():
                if line.account in SUBLEDGERS:
                    debit = line.account in {"1020", "1100", "1110", "1120", "1150", "1155"}
                    items[line.account, line.item] += line.signed if debit else -line.signed
        for account, (kind, name) in SUBLEDGERS.items():
            for record in self.where(kind):
                items[account, record.id] -= getattr(record, name)
        return {f"{account} {item}": cents for (account, item), cents in items.items() if cents}


@dataclass
class World:
    """Books, a day, circumstances, and people who may do everything up to a limit."""

    books: Memory = field(default_factory=Memory)
    day: date = date(2026, 3, 5)
    now: Circumstances = field(default_factory=lambda: Circumstances(LIMITS, full()))
    limit: int = 100_000_000
    related: dict[str, frozenset[str]] = field(default_factory=dict)
    without: dict[str, set[str]] = field(default_factory=dict)
    """Permissions that a person does not have."""
    number: int = 0

    def grants(self, person: str) -> Grants:
        lacking = self.without.get(person, set())
        given = tuple(Grant(permission, self.limit) for permission in PERMISSIONS if permission not in lacking)
        return Grants(person, given, self.related.get(person, frozenset()))

    def envelope(self, person: str = "ann", **fields: Any) -> Envelope:
        self.number += 1
        at_ms = (self.day - date(1970, 1, 1)).days * 86_400_000 + self.number
        fields = {"key": f"k{self.number:04}", "desk": "north", **fields}
        return Envelope(at_ms=at_ms, day=self.day, actor=person, shift=1, **fields)

    def decide(self, command: Command, person: str = "ann", **fields: Any) -> Effects | Refusal:
        # What is decided came over the wire.
        body = msgspec.json.decode(msgspec.json.encode(command), type=type(command))
        return decide(self.books, body, self.envelope(person, **fields), self.grants(person), self.now)

    def do(self, command: Command, person: str = "ann", **fields: Any) -> dict[str, str]:
        """Decide and write; what the command answers. A refusal fails the test."""
        effects = self.decide(command, person, **fields)
        assert isinstance(effects, Effects), effects
        self.guarded(command, person, **fields)
        self.books.write(effects)
        assert self.books.out_of_balance() == {}
        return {"key": effects.audit.key, **effects.answer}

    def guarded(self, command: Command, person: str, **fields: Any) -> None:
        """Whatever is done is refused to who has no permission, in a mode without it, and on one's own account."""
        envelope, grants = self.envelope(person, **fields), self.grants(person)
        self.number -= 1
        suspended = msgspec.structs.replace(self.now, levels=dict.fromkeys(self.now.levels, "suspend"))
        held = msgspec.structs.replace(self.now, levels=dict.fromkeys(self.now.levels, "hold"))
        own = msgspec.structs.replace(
            grants, related=frozenset(key for kind, key in self.books.records if kind == "account")
        )
        codes = []
        for who, when in ((Grants(person, ()), self.now), (grants, suspended), (grants, held), (own, self.now)):
            answer = decide(self.books, command, envelope, who, when)
            codes.append(answer.code if isinstance(answer, Refusal) else None)
        assert codes[:3] == ["no_permission", "suspended", "on_hold"], (command, codes)
        if not isinstance(command, MAY_BE_OF_NONE):
            assert codes[3] == (None if isinstance(command, OF_NO_ACCOUNT) else "own_account"), (command, codes)

    def refused(self, command: Command, person: str = "ann", **fields: Any) -> str:
        """The code of the refusal; what is not refused fails the test."""
        answer = self.decide(command, person, **fields)
        assert isinstance(answer, Refusal), answer
        assert answer.sentence.endswith(".")
        return answer.code

    def get(self, kind: type[R], key: str) -> R:
        found = self.books.get(kind, key)
        assert found is not None
        return found

    def later(self, days: int) -> None:
        self.day += timedelta(days=days)

    def set(self, **fields: Any) -> None:
        """Other circumstances from now on."""
        self.now = msgspec.structs.replace(self.now, **fields)

    def level(self, function: str, level: str) -> None:
        self.set(levels=self.now.levels | {function: level})

    @property
    def last(self) -> Journal:
        """The journal written last."""
        return list(self.books.journals.values())[-1]

    def sums(self) -> dict[str, int]:
        """The last journal's accounts, without what funds owe each other."""
        totals: Counter[str] = Counter()
        for line in self.last.lines:
            if line.account not in {"1300", "2350"}:
                totals[line.account] += line.signed
        return dict(totals)


def city(**fields: Any) -> World:
    """A world with charge types, two accounts of Ada (a1, a2), one of Bo (b1) and one of staff (s1), and a premise."""
    world = World(**fields)
    for charge in CHARGES:
        world.books.records["charge_type", charge.id] = charge
    for account, party, name in (("a1", "ada", "Ada"), ("a2", "ada", "Ada"), ("b1", "bo", "Bo"), ("s1", "sam", "Sam")):
        world.do(
            OpenAccount(
                account=account, category="residential", party=party, name=name, verified="photo id", mailing="1 Elm St"
            )
        )
    world.related = {"sam": frozenset({"s1"})}
    return world


def premise(world: World, address: str = "1 Elm St") -> str:
    """An official premise."""
    made = world.do(AddPremise(address=address))["premise"]
    world.do(official(made, address), "bob")
    return made


def official(made: str, address: str, **fields: Any) -> MakePremiseOfficial:
    return MakePremiseOfficial(
        premise=made,
        address=address,
        jurisdiction="city",
        tax_code="c1",
        parcel="p",
        feeder="f",
        fire_class="f1",
        impervious_square_feet=1_990,
        **fields,
    )


def point(world: World, at: str, *, needs_release: bool = False) -> str:
    """A service point at a premise."""
    return world.do(AddServicePoint(premise=at, utility="electric", needs_release=needs_release))["service_point"]
