"""Months of bills and payments of a generated city's customers, by the city's own rules, as records and journals.

House by house, day by day: meters are read, services priced (`accounts.asking.pricing`), bills posted, payments
applied in the policy's order, late fees charged on what is past due. What a sub-ledger's record ends with is what the
journals left: nothing is set by hand.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from geo.customers import BY, Customer, House, houses
from geo.use import Meter
from stormops.accounts import abridged, owed, postings
from stormops.accounts.asking.asked import Work, plain
from stormops.accounts.asking.billing import TERMS, on_roster, shared
from stormops.accounts.asking.memo import Memo
from stormops.accounts.asking.pricing import Pricing
from stormops.accounts.charge_types import LATE_FEE, charge_types
from stormops.accounts.cycles import CYCLES, cycle_of
from stormops.accounts.dates import add_months
from stormops.accounts.draft import Reader
from stormops.accounts.ledger import Head, Journal
from stormops.accounts.money import Cents
from stormops.accounts.policy import Pack
from stormops.accounts.postings import BANK, Against, Held
from stormops.accounts.record import Decision, Record
from stormops.accounts.records_money import (
    Arrangement,
    Bill,
    BillingRun,
    BillLine,
    Deposit,
    Instalment,
    Receipt,
    Receivable,
)
from stormops.accounts.records_place import Premise, Read, ServicePoint
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import arrangements, deposits, fees
from stormops.core.network import City

R = TypeVar("R", bound=Record)

DUE_DAYS = 20
AUTOPAY, PROMPT, SLOW = 0.45, 0.82, 0.955
"""Shares of customers: by autopay, on time, sometimes late; the rest stopped paying some months ago."""
LATE = 0.3
"""How often a slow payer is late."""
DEPOSITS = 0.3
"""Share of homes whose deposit is still held."""
ARRANGED = 0.4
"""Share of those in arrears that have an arrangement."""
MISSED = 0.007
"""Share of the latest reads that are missing."""
NOON_MS = 17 * 3_600_000
EPOCH = date(1970, 1, 1)
HOUSES = 200
"""In one part."""


class Part(NamedTuple):
    """Some houses' records and journals."""

    records: list[Record]
    journals: list[Journal]
    customers: int


def history(
    city: City, pack: Pack, until: date, months: int = 24, *, seed: int = 1, limit: int | None = None
) -> Iterator[Part]:
    """Everything of the city's customers through a day: `months` bills each, and this month's reads, not billed yet.

    The same arguments give the same. Raises `ValueError` where the policy has no rates for one of the days.
    """
    first = until.replace(day=1)
    story = _Story(pack, first, months, until, seed)
    yield Part(list(charge_types(pack, until)), [], 0)
    part = Part([], [], 0)
    for number, house in enumerate(houses(city, add_months(first, -months - 1), seed, limit), 1):
        story.tell(house, part)
        part = part._replace(customers=part.customers + len(house.customers))
        if number % HOUSES == 0:
            yield part
            part = Part([], [], 0)
    yield Part(part.records + story.runs(), part.journals, part.customers)


def ms_of(day: date) -> int:
    """Noon of a day in the east of America, platform ms."""
    return (day - EPOCH).days * 86_400_000 + NOON_MS


class _Memory(Reader):
    """What pricing reads of one house."""

    def __init__(self) -> None:
        self._records: dict[tuple[type[Record], str], Any] = {}
        self.reads: dict[str, list[Any]] = defaultdict(list)

    def hold(self, record: Record) -> None:
        self._records[type(record), record.id] = record

    def get(self, kind: type[R], key: str) -> R | None:
        """See `Reader.get`."""
        found: R | None = self._records.get((kind, key))
        return found

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """See `Reader.where`."""
        raise NotImplementedError(kind, equal)

    def journal(self, key: str) -> Journal | None:
        """See `Reader.journal`."""
        raise NotImplementedError(key)

    def reversed(self, key: str) -> bool:
        """See `Reader.reversed`."""
        raise NotImplementedError(key)


class _Owes(NamedTuple):
    """One customer's receivables, all and those that are open."""

    every: dict[str, Receivable]
    open: dict[str, Receivable]


class _Story:
    """All houses' history; the rules' results are remembered across them."""

    def __init__(self, pack: Pack, first: date, months: int, until: date, seed: int) -> None:
        self._pack, self._until, self._seed = pack, until, seed
        self._memo = Memo(pack)
        self._days = {
            cycle: [add_months(first.replace(day=cycle + 1), shift) for shift in range(-months - 1, 1)]
            for cycle in range(1, CYCLES + 1)
        }
        """By cycle: the day before the first bill's service, each bill's, and this month's, which has reads alone."""
        self._kinds = {kind.id: kind for kind in charge_types(pack, until)}
        self._ranks = {key: kind.rank for key, kind in self._kinds.items()}
        self._runs: dict[str, BillingRun] = {}

    def runs(self) -> list[Record]:
        """The runs that made the bills."""
        return list(self._runs.values())

    def tell(self, house: House, part: Part) -> None:
        """One house's history, into a part. Raises ValueError where a rule refuses."""
        try:
            _House(self, house, part).tell()
        except Refused as refused:
            raise ValueError(f"The policy does not bill these months: {refused.refusal.sentence}") from refused

    def run(self, day: date, account: str) -> BillingRun:
        """The run of a bill's day and cycle."""
        cycle = cycle_of(account)
        key = f"run-{day}-{cycle}of{CYCLES}"
        if key not in self._runs:
            clauses = abridged.clauses(self._pack, day, TERMS)
            self._runs[key] = BillingRun(
                id=key,
                cycle=cycle,
                cycles=CYCLES,
                until=day,
                due=day + timedelta(days=DUE_DAYS),
                on=day,
                city=self._pack.name,
                maker=BY,
                finished=True,
                clauses={name: msgspec.to_builtins(each) for name, each in clauses.items()},
            )
        return self._runs[key]

    def billed(self, run: BillingRun, cents: Cents) -> None:
        """Count a bill of a run."""
        self._runs[run.id] = replace(self._runs[run.id], bills=self._runs[run.id].bills + 1, cents=run.cents + cents)


class _House:
    """One house's history."""

    def __init__(self, story: _Story, house: House, part: Part) -> None:
        self._story, self._house, self._part = story, house, part
        self._pack, self._memo, self._kinds = story._pack, story._memo, story._kinds  # noqa: SLF001 - its other half
        self._days, self._ranks, self._until = story._days, story._ranks, story._until  # noqa: SLF001
        self._chance = Random(f"{story._seed} {house.customers[0].account.id}")  # noqa: SLF001
        self._books = _Memory()
        self._owes = {each.account.id: _Owes({}, {}) for each in house.customers}
        self._habit = {each.account.id: self._chance.random() for each in house.customers}
        self._stopped = {key: self._until - timedelta(days=self._chance.randrange(40, 130)) for key in self._owes}
        self._category = {each.account.id: each.account.category for each in house.customers}
        self._credit: dict[str, Cents] = defaultdict(int)
        self._coming: list[tuple[date, str, Cents]] = []
        """Payments to come: day, account, cents."""
        self._names: set[str] = set()
        """Names given to bills and payments: two of a day are told apart."""

    def tell(self) -> None:
        for customer in self._house.customers:
            self._books.hold(customer.account)
            self._part.records.extend(customer.records)
            self._part.records.extend(customer.agreements)
            for record in customer.records:
                if isinstance(record, Premise):
                    self._books.hold(record)
            self._read(customer)
            self._deposit(customer)
        for day, number, customer in self._billings():
            self._pay(day)
            self._bill(customer, number, day)
        self._pay(self._until)
        for customer in self._house.customers:
            key = customer.account.id
            self._part.records.append(replace(customer.account, credit=self._credit[key]))
            self._part.records.extend(self._owes[key].every.values())
            self._arrange(key)
        if self._house.umbrella is not None:
            self._part.records.append(self._house.umbrella)

    def _billings(self) -> list[tuple[date, int, Customer]]:
        """Every bill of the house, in order of the days; the owner's after the flats'."""
        found = [
            (day, number, customer)
            for customer in self._house.customers
            for number, day in enumerate(self._days[cycle_of(customer.account.id)][1:-1], 1)
        ]
        return sorted(found, key=lambda each: each[0])

    # --- reads and bills ---------------------------------------------------------------------------------

    def _read(self, customer: Customer) -> None:
        days = self._days[cycle_of(customer.account.id)]
        for point in customer.records:
            if not isinstance(point, ServicePoint):
                continue
            meter = Meter(point.utility, customer.size, self._chance)
            for number, day in enumerate(days):
                register = meter.month((add_months(day, -1)).month) if number else meter.register
                late = day > self._until or (number == len(days) - 1 and self._chance.random() < MISSED)
                if not late:
                    read = Read(
                        id=f"{point.id}-{day:%y%m%d}", point=point.id, day=day, register=register, kind="actual"
                    )
                    self._books.reads[point.id].append(read)
            self._part.records.extend(self._books.reads[point.id])

    def _bill(self, customer: Customer, number: int, day: date) -> None:
        key = customer.account.id
        since = self._days[cycle_of(key)][number - 1]
        work = Work(_Past(self._books, day), self._pack, day, BY, memo=self._memo)
        priced = Pricing(work, customer.account, since, day).lines(customer.agreements)
        lines = tuple(each.line for each in priced)
        umbrella = self._house.umbrella
        shares = {key: lines}
        if umbrella is not None and umbrella.account == key:
            shares = {each.account: each.lines for each in shared(work, umbrella, on_roster(umbrella, day), lines)[0]}
        run = self._story.run(day, key)
        decision = abridged.together(self._pack, run.id, self._memo.take())
        for account, theirs in shares.items():
            self._late_fee(account, day)
            bill = self._post(account, theirs, run, decision)
            if "run" in decision:
                decision = abridged.elsewhere(decision, bill)

    def _post(self, account: str, lines: tuple[BillLine, ...], run: BillingRun, decision: Decision) -> str:
        day = run.until
        key = f"{account}-{day:%y%m%d}"
        while key in self._names:  # a flat's own bill and its share of the building's may be of one day
            key += "s"
        self._names.add(key)
        cents = sum(line.cents for line in lines)
        self._part.records.append(
            Bill(id=key, account=account, issued=day, due=run.due, cents=cents, lines=lines, decision=decision)
        )
        pairs = [
            self._charge(
                Receivable(
                    id=f"{key}.{number}",
                    account=account,
                    charge=line.charge,
                    fund=self._kinds[line.charge].fund,
                    due=run.due,
                    cents=line.cents,
                    bill=key,
                    since=line.since,
                    until=line.until,
                    owed=line.cents,
                )
            )
            for number, line in enumerate(lines, 1)
        ]
        self._part.journals.append(postings.billed(self._head(key, day), pairs))
        self._story.billed(run, cents)
        self._promise(account, cents, day, run.due)
        return key

    def _charge(self, made: Receivable) -> Against:
        owes = self._owes[made.account]
        owes.every[made.id] = made
        if made.cents:
            owes.open[made.id] = made
        return Against(owed.piece(made, made.cents), self._kinds[made.charge].credits)

    def _late_fee(self, account: str, day: date) -> None:
        """The policy's fee on what is past due when the next bill is made."""
        open_ = self._owes[account].open.values()
        past = sum(each.owed for each in open_ if each.due < day and each.charge != LATE_FEE)
        key = f"{account}-{day:%y%m%d}f"
        if not past or key in self._owes[account].every:
            return
        given = fees.PastDue(balance=past, customer_class=self._category[account])
        cents = self._memo.decide(fees.late, day, given).value
        self._memo.take()
        if cents:
            due, fund = day + timedelta(days=DUE_DAYS), self._kinds[LATE_FEE].fund
            fee = Receivable(id=key, account=account, charge=LATE_FEE, fund=fund, due=due, cents=cents, owed=cents)
            self._part.journals.append(postings.billed(self._head(key, day), [self._charge(fee)], "fee_charged"))

    # --- money in ----------------------------------------------------------------------------------------

    def _promise(self, account: str, cents: Cents, day: date, due: date) -> None:
        """When a bill will be paid, if it will."""
        habit, chance = self._habit[account], self._chance
        if habit < AUTOPAY:
            on = due
        elif habit < PROMPT or (habit < SLOW and chance.random() > LATE):
            on = day + timedelta(days=chance.randrange(3, DUE_DAYS))
        elif habit < SLOW or day < self._stopped[account]:
            on = due + timedelta(days=chance.randrange(2, 25))
        else:
            return
        round_up = habit > PROMPT - 0.02 and habit < PROMPT
        heapq.heappush(self._coming, (on, account, -(-cents // 1_000) * 1_000 if round_up else cents))

    def _pay(self, day: date) -> None:
        """Payments through a day."""
        while self._coming and self._coming[0][0] <= day:
            on, account, cents = heapq.heappop(self._coming)
            owes = self._owes[account]
            fees_open = sum(each.owed for each in owes.open.values() if each.charge == LATE_FEE)
            cents += fees_open
            if not cents:
                continue
            pieces, excess = owed.allocate(owes.open.values(), self._ranks, cents)
            for piece in pieces:
                after = replace(owes.every[piece.item], owed=owes.every[piece.item].owed - piece.cents)
                owes.every[piece.item] = owes.open[piece.item] = after
                if not after.owed:
                    del owes.open[piece.item]
            self._credit[account] += excess
            key = self._new(account, on)
            entry = postings.paid(self._head(key, on), BANK, account, pieces, excess)
            self._part.journals.append(entry)
            self._part.records.append(
                Receipt(
                    id=key,
                    account=account,
                    number=key,
                    tender="bank",
                    till=BANK.account,
                    cents=cents,
                    day=on,
                    state="posted",
                    journal=key,
                )
            )

    def _new(self, account: str, day: date) -> str:
        """A payment's name."""
        key = f"{account}-{day:%y%m%d}p"
        while key in self._names:
            key += "p"
        self._names.add(key)
        return key

    def _deposit(self, customer: Customer) -> None:
        account = customer.account
        if account.category != "residential" or self._chance.random() >= DEPOSITS:
            return
        terms = self._pack.terms(deposits.DepositSet, self._until)
        services = tuple(each.service for each in customer.agreements if terms and each.service in terms.amounts)
        day = self._days[cycle_of(account.id)][0]
        decision = deposits.for_services(self._pack, day, deposits.Services(services=services))
        amount = decision.value.amount
        key = f"{account.id}-d"
        held = Held(key, account.id, "electric", amount)
        self._part.journals.append(postings.deposit_paid(self._head(key, day), BANK, held))
        self._part.records.append(
            Deposit(
                id=key,
                account=account.id,
                fund="electric",
                required=amount,
                state="held",
                agreement=customer.agreements[0].id,
                held=amount,
                decision=plain(decision),
            )
        )

    def _arrange(self, account: str) -> None:
        """An arrangement for some of those who owe for long."""
        open_ = self._owes[account].open.values()
        past = sum(each.owed for each in open_ if each.due < self._until)
        if past < 10_000 or self._chance.random() >= ARRANGED:
            return
        total = sum(each.owed for each in open_)
        promise = arrangements.Promise(
            owed=total, down=-(-total // 3), instalments=4, first_due=self._until + timedelta(days=30)
        )
        decision = arrangements.offer(self._pack, self._until, promise)
        if decision.result is None:
            return
        self._part.records.append(
            Arrangement(
                id=f"{account}-a",
                account=account,
                kind="instalments",
                state="active",
                instalments=tuple(Instalment(due.on, due.amount) for due in decision.result),
                decision=plain(decision),
            )
        )

    def _head(self, key: str, day: date) -> Head:
        return Head(key, day, ms_of(day), f"{self._pack.name} {self._pack.version}")


class _Past(_Memory):
    """The house's books as they were on a day: reads of later days are not there yet."""

    def __init__(self, of: _Memory, day: date) -> None:
        self._of, self._day = of, day

    def get(self, kind: type[R], key: str) -> R | None:
        """See `Reader.get`."""
        return self._of.get(kind, key)

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """See `Reader.where`: of reads the latest; nobody has left, and no owner has signed for who did."""
        if kind is not Read:
            return []
        return [read for read in self._of.reads[equal["point"]] if read.day <= self._day][-2:]
