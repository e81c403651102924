"""What waits for somebody at the counter: each queue is a kind of record in certain states."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import (
    Arrangement,
    BankruptcyCase,
    Deposit,
    Drawer,
    Loan,
    Placement,
    Rebate,
    RebateBudget,
    Receipt,
    ReceiptBlock,
    RefundCase,
    Request,
)
from stormops.accounts.records_place import (
    CutOrder,
    MedicalCert,
    MeterRelease,
    Premise,
    ServiceAgreement,
    ServiceOrder,
    WeatherHold,
)
from stormops.accounts.records_work import (
    Case,
    Escalation,
    Finding,
    HandOver,
    Promise,
    QaReview,
    RecordsRequest,
    ServiceRequest,
    Task,
    Visit,
)
from stormops.books.database import Database
from stormops.books.listing import LISTED_MAX, counts, in_state
from stormops.counter.duties import duties_about
from stormops.counter.offering import may_do
from stormops.counter.rights import CHECK, Person


class Queue(NamedTuple):
    """One queue, and the permission that looks at it."""

    kind: type[Record]
    states: tuple[str, ...]
    permission: str = "read_accounts"


QUEUES: dict[str, Queue] = {
    "approvals": Queue(Request, ("submitted", "part_approved", "approved")),
    "drafts": Queue(Request, ("draft", "evidenced", "returned")),
    "visits": Queue(Visit, ("waiting", "called", "missed", "serving")),
    "drawers": Queue(Drawer, ("open", "counted")),
    "blocks": Queue(ReceiptBlock, ("issued",)),
    "escalations": Queue(Escalation, ("open", "in_hand", "resolved")),
    "hand_overs": Queue(HandOver, ("offered",)),
    "promises": Queue(Promise, ("made", "missed")),
    "service_requests": Queue(ServiceRequest, ("received", "in_hand")),
    "tasks": Queue(Task, ("open",)),
    "records_requests": Queue(RecordsRequest, ("received", "prepared")),
    "cases": Queue(Case, ("open", "found")),
    "stand_ins": Queue(Receipt, ("provisional", "authorised")),
    "refunds": Queue(RefundCase, ("payable",)),
    "certificates": Queue(MedicalCert, ("pending",)),
    "deposits": Queue(Deposit, ("required", "billed", "instrument")),
    "field": Queue(ServiceOrder, ("requested", "dispatched")),
    "energise": Queue(ServiceAgreement, ("pending_field",)),
    "releases": Queue(MeterRelease, ("permit_applied", "inspected", "emergency_exception")),
    "addresses": Queue(Premise, ("provisional",)),
    "arrangements": Queue(Arrangement, ("active", "broken")),
    "cuts": Queue(CutOrder, ("noticed", "ordered", "cut", "reconnect_ordered")),
    "weather_holds": Queue(WeatherHold, ("declared",)),
    "placements": Queue(Placement, ("eligible", "approved", "placed", "returned")),
    "bankruptcies": Queue(BankruptcyCase, ("noticed", "stayed", "split", "assurance_pending", "assured", "defaulted")),
    "loans": Queue(Loan, ("applied", "signed")),
    "rebates": Queue(Rebate, ("applied", "inspected")),
    "rebate_budgets": Queue(RebateBudget, ("open",)),
    "reviews": Queue(QaReview, ("drawn", "scored", "disputed")),
    "exceptions": Queue(Finding, ("open", "planned", "done"), CHECK),
}
"""By name, in the order in which people look at them."""


def listed(database: Database, name: str, limit: int = LISTED_MAX) -> list[Record]:
    """The records of a queue, up to `limit`, the longest unchanged first. Raises BooksUnavailable."""
    queue = QUEUES[name]
    return in_state(database, queue.kind, queue.states, limit)


class Waiting(NamedTuple):
    """A queue as somebody sees it from outside. `mine`: there is a duty for this person in it."""

    name: str
    length: int
    mine: bool


def waiting(database: Database, person: Person) -> list[Waiting]:
    """The queues that a person may look at, with how many are in each. Raises BooksUnavailable."""
    seen = {name: queue for name, queue in QUEUES.items() if queue.permission in person.permissions}
    numbers = counts(database, {name: (queue.kind, queue.states) for name, queue in seen.items()})
    return [
        Waiting(
            name,
            numbers[name],
            any(may_do(person, duty) for duty in duties_about(kind_name(queue.kind))),
        )
        for name, queue in seen.items()
    ]


def shown(record: Record, person: Person) -> dict[str, Any]:
    """A record as this person may see it: who may count a drawer does not see what the books expect in it."""
    fields: dict[str, Any] = msgspec.to_builtins(record)
    if isinstance(record, Drawer) and CHECK not in person.permissions:
        del fields["balance"]
        del fields["counted"]
    return fields
